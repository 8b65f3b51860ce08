package dev.tuningfork.classifier.progress;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The survey images of this process: those that its tasks have not finished, and the newest of
 * those that they have.
 *
 * <p>Safe for use by many threads at once. Tasks write to it, and take off what they hand over.
 */
public final class SurveyBoard {

  private static final int KEPT = 1_000;

  /** In the order of their beginning. Guarded by the lock. */
  private final Map<GalaxyMorphology.Source, SurveyState> unfinished = new LinkedHashMap<>();

  /** In the order of their end. Guarded by the lock. */
  private final SequencedMap<GalaxyMorphology.Source, SurveyState> finished =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<GalaxyMorphology.Source, SurveyState> one) {
          return size() > KEPT;
        }
      };

  private final Sky sky;
  private long listed;

  /**
   * @param sky what shows their galaxies
   */
  public SurveyBoard(Sky sky) {
    this.sky = sky;
  }

  /** The galaxies of them that have an outcome. */
  public Sky sky() {
    return sky;
  }

  /** How far a survey image is now. */
  public synchronized void put(SurveyState.State state, SurveyImageOutcome counts) {
    boolean done = state == SurveyState.State.DONE;
    SurveyState before = unfinished.get(counts.source());
    if (before != null) { // else it was listed, at least in part, before this task began
      listed += counts.galaxies() - before.counts().galaxies();
    }
    (done ? unfinished : finished).remove(counts.source());
    (done ? finished : unfinished).put(counts.source(), new SurveyState(state, counts));
  }

  /**
   * Takes off what a task has not finished, since it stops or is revived: also what it had read
   * from an earlier topic of survey images.
   */
  public synchronized void remove(int partition) {
    unfinished.keySet().removeIf(source -> source.partition() == partition);
  }

  /** All that are kept: first those that go on, the oldest first, then those that are done. */
  public synchronized List<SurveyState> all() {
    List<SurveyState> all = new ArrayList<>(unfinished.values());
    all.addAll(finished.sequencedValues().reversed());
    return all;
  }

  /** The latest publication of a survey image that is kept here. */
  public Optional<SurveyState> find(String surveyImageId) {
    return all().stream()
        .filter(one -> one.counts().surveyImageId().equals(surveyImageId))
        .max((one, other) -> one.counts().receivedAt().compareTo(other.counts().receivedAt()));
  }

  /** Galaxies that were listed since the start. */
  public synchronized long listed() {
    return listed;
  }

  /** Galaxies that are listed and not done. */
  public synchronized long left() {
    return unfinished.values().stream().mapToLong(SurveyState::left).sum();
  }

  /** How many are not finished. */
  public synchronized int unfinished() {
    return unfinished.size();
  }

  /**
   * How long ago the oldest that is not finished was taken, milliseconds; 0 where there is none.
   */
  public synchronized long oldestAge() {
    return unfinished.values().stream()
        .map(one -> one.counts().receivedAt())
        .min(Instant::compareTo)
        .map(since -> Math.max(0, System.currentTimeMillis() - since.toEpochMilli()))
        .orElse(0L);
  }
}
