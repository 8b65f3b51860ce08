package dev.tuningfork.classifier.progress;

import dev.tuningfork.classifier.message.SurveyImageOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a survey image is. It may be a moment ahead of what is committed.
 *
 * @param counts what its outcome would be now
 */
public record SurveyState(State state, SurveyImageOutcome counts) {

  /** The states of a survey image, in their order. */
  public enum State {
    /** Others are listed before it. */
    WAITING,
    LISTING,
    CLASSIFYING,
    DONE
  }

  /** How many galaxies are listed and not done. */
  public long left() {
    return counts.galaxies() - done();
  }

  /** Galaxies a second, from the first that was done to the last; 0 where that is not known. */
  public double rate() {
    if (counts.firstAt() == null || counts.lastAt() == null) {
      return 0;
    }
    long millis = Duration.between(counts.firstAt(), counts.lastAt()).toMillis();
    return millis > 0 ? done() * 1000.0 / millis : 0;
  }

  private long done() {
    return counts.answered() + counts.deadLetters();
  }

  /** For JSON: the fields of the outcome, and those of this. What is absent is left out. */
  public Map<String, Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("surveyImageId", counts.surveyImageId());
    fields.put("state", state.name().toLowerCase(Locale.ROOT));
    fields.put("survey", counts.survey());
    fields.put("dataRelease", counts.dataRelease());
    fields.put("galaxies", counts.galaxies());
    fields.put("answered", counts.answered());
    fields.put("deadLetters", counts.deadLetters());
    fields.put("left", left());
    fields.put("excluded", counts.excluded());
    fields.put("rate", Math.round(rate() * 10) / 10.0);
    fields.put("failure", counts.failure());
    fields.put("publishedAt", text(counts.publishedAt()));
    fields.put("receivedAt", text(counts.receivedAt()));
    fields.put("firstAt", text(counts.firstAt()));
    fields.put("lastAt", text(counts.lastAt()));
    fields.put("source", counts.source());
    Map<String, Object> present = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          if (value != null) {
            present.put(name, value);
          }
        });
    return present;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
