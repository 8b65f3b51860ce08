package dev.tuningfork.standalone.survey;

import dev.tuningfork.classifier.page.SteeredSurvey;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Morphology;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A mock survey that is steered while it runs, that remembers what its latest galaxies are, and
 * that counts what they were taken for. Safe for use by many threads at once.
 */
public final class DemoSurvey implements SteeredSurvey {

  /** What the first two questions tell apart. */
  private static final List<String> FORMS = List.of("E", "Se", "S", "A");

  private static final double SLOWEST = 0.1;
  private static final double FASTEST = 500;
  private static final int REMEMBERED = 2_000;

  private final MockSurvey survey;

  // guarded by this
  private double pace;
  private ObservingConditions conditions = ObservingConditions.USUAL;
  private int[][] confusion = new int[FORMS.size()][FORMS.size()];
  private final Map<String, Truth> truths =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Truth> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * @param pace galaxies a second
   */
  public DemoSurvey(long seed, double pace) {
    survey = new MockSurvey(seed);
    this.pace = pace;
  }

  /** Galaxies a second, as it is set now. */
  public synchronized double pace() {
    return pace;
  }

  /** Renders the next galaxy, as it is set now, and remembers what it is. */
  public MockGalaxy observe(int number) {
    ObservingConditions now;
    synchronized (this) {
      now = conditions;
    }
    MockGalaxy galaxy = survey.galaxy(number, now);
    Morphology morphology = galaxy.morphology();
    Truth truth =
        new Truth(morphology.classString(), morphology.sentence(), answers(galaxy.truth()));
    synchronized (this) {
      truths.put(galaxy.objectId(), truth);
    }
    return galaxy;
  }

  /** Counts an answer. */
  public synchronized void answered(MockGalaxy galaxy, String classString) {
    int truth = FORMS.indexOf(form(galaxy.morphology().classString()));
    int seen = FORMS.indexOf(form(classString));
    if (truth >= 0 && seen >= 0) {
      confusion[truth][seen]++;
    }
  }

  /** What the first two questions tell apart: E, Se, S or A. */
  public static String form(String classString) {
    return classString.startsWith("Se") ? "Se" : classString.substring(0, 1);
  }

  @Override
  public synchronized State state() {
    Map<String, Double> kinds = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      kinds.put(kind.label(), conditions.share(kind));
    }
    List<List<Integer>> counts = new ArrayList<>();
    for (int[] row : confusion) {
      counts.add(Arrays.stream(row).boxed().toList());
    }
    return new State(pace, conditions.noise(), kinds, FORMS, counts);
  }

  /** Sets it, and resets the counts. */
  @Override
  public synchronized void steer(
      double galaxiesPerSecond, double noise, Map<String, Double> kinds) {
    if (!(galaxiesPerSecond >= SLOWEST && galaxiesPerSecond <= FASTEST)) {
      throw new IllegalArgumentException(
          "The pace is 0.1 to 500 galaxies a second, not " + galaxiesPerSecond + ".");
    }
    Map<Kind, Double> weights = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      weights.put(kind, kinds.getOrDefault(kind.label(), 0.0));
    }
    conditions = new ObservingConditions(noise, weights);
    pace = galaxiesPerSecond;
    confusion = new int[FORMS.size()][FORMS.size()];
  }

  @Override
  public synchronized Optional<Truth> truth(String objectId) {
    return Optional.ofNullable(truths.get(objectId));
  }

  private static Map<String, String> answers(AnswerProbabilities truth) {
    Map<String, String> answers = new LinkedHashMap<>();
    for (Question question : truth.tree().questions()) {
      if (truth.answers(question)) {
        double[] given = truth.conditional(question);
        for (int i = 0; i < given.length; i++) {
          if (given[i] == 1) {
            answers.put(question.id(), question.answers().get(i).id());
          }
        }
      }
    }
    return answers;
  }
}
