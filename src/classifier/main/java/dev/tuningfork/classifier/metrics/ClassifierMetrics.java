package dev.tuningfork.classifier.metrics;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.text.Printable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The classifier's own measures, all of them named here. Each is registered when this is made, so
 * that a rate over it knows its zero.
 *
 * <p>Counters count what was done, not what was committed: what a rolled-back transaction did is
 * done, and counted, again.
 *
 * <p>Safe for use by many threads at once. A galaxy costs a handful of additions to counters that
 * its threads do not share; gauges are computed when they are read.
 */
public final class ClassifierMetrics {

  private static final String STAGE_SECONDS = "tuning.fork.stage";

  /** From half a millisecond, a decoded cutout, to a minute, a fetch with its retries. */
  private static final Duration[] TIMES =
      Arrays.stream(
              new double[] {
                0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 20e3, 60e3
              })
          .mapToObj(milliseconds -> Duration.ofNanos((long) (milliseconds * 1e6)))
          .toArray(Duration[]::new);

  private static final double[] DISTANCES = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

  private static final double[] BATCH_SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  /** What became of an image that the shadow was to be asked about. */
  public enum Shadowed {
    COMPARED,
    /** There was no room for it: the shadow is slow. */
    PASSED_OVER,
    FAILED
  }

  private final MeterRegistry registry;
  private final Timer fetch;
  private final Timer decode;
  private final Timer wait;
  private final Timer infer;
  private final Timer commit;
  private final Timer galaxy;
  private final DistributionSummary batch;
  private final Counter morphologies;
  private final Map<Stage, Map<FailureKind, Counter>> deadLetters = new EnumMap<>(Stage.class);
  private final Counter threadDeaths;
  private final Counter modelExchanges;
  private final Map<Shadowed, Counter> shadowed = new EnumMap<>(Shadowed.class);
  private @Nullable Gauge description;
  private final Set<TaskLoad> tasks = ConcurrentHashMap.newKeySet();

  /**
   * @param registry not closed by this class
   */
  public ClassifierMetrics(MeterRegistry registry) {
    this.registry = registry;
    fetch = stage(Stage.FETCH.label());
    decode = stage(Stage.DECODE_IMAGE.label());
    wait = stage("wait");
    infer = stage(Stage.INFER.label());
    commit = stage("commit");
    galaxy =
        Timer.builder("tuning.fork.galaxy")
            .description("From the acceptance of a galaxy to the publication of its outcome")
            .serviceLevelObjectives(TIMES)
            .register(registry);
    batch =
        DistributionSummary.builder("tuning.fork.batch")
            .description("Images in a forward pass")
            .baseUnit("images")
            .serviceLevelObjectives(BATCH_SIZES)
            .register(registry);
    morphologies = counter("tuning.fork.morphologies", "Galaxies that were classified");
    for (Stage stage : Stage.values()) {
      deadLetters.put(stage, deadLetters(stage));
    }
    threadDeaths = counter("tuning.fork.stream.thread.deaths", "Stream threads that died");
    modelExchanges = counter("tuning.fork.model.exchanges", "Model changes");
    for (Shadowed outcome : Shadowed.values()) {
      String label = outcome.name().toLowerCase(Locale.ROOT).replace('_', '-');
      shadowed.put(
          outcome,
          counter(
              "tuning.fork.shadow.images",
              "Images selected for the shadow model",
              "outcome",
              label));
    }
    watchLedgers();
  }

  private Map<FailureKind, Counter> deadLetters(Stage stage) {
    Map<FailureKind, Counter> kinds = new EnumMap<>(FailureKind.class);
    for (FailureKind kind : FailureKind.values()) {
      kinds.put(
          kind,
          counter(
              "tuning.fork.dead.letters",
              "Galaxies that became dead letters",
              "stage",
              stage.label(),
              "kind",
              kind.label()));
    }
    return kinds;
  }

  private void watchLedgers() {
    number(
        "tuning.fork.ledger",
        "Galaxies in flight: accepted, but without a published outcome",
        "galaxies",
        () -> sum(task -> task.galaxies));
    number(
        "tuning.fork.ledger.window",
        "Galaxies that may be in flight before the tasks wait",
        "galaxies",
        () -> sum(task -> task.window));
    TimeGauge.builder("tuning.fork.oldest.galaxy.age", this::oldestAge, TimeUnit.MILLISECONDS)
        .description("Age of the oldest galaxy in flight; 0 if there is none")
        .register(registry);
  }

  /** Metrics that are not recorded anywhere. */
  public static ClassifierMetrics noop() {
    return new ClassifierMetrics(new CompositeMeterRegistry());
  }

  /** An image was fetched, retries included. */
  public void fetched(long nanos) {
    fetch.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The bytes of an image became the model's input. */
  public void decoded(long nanos) {
    decode.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A prepared image found its batch. */
  public void waited(long nanos) {
    wait.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The model answered a whole batch. */
  public void predicted(int images, long nanos) {
    batch.record(images);
    infer.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A transaction was committed. */
  public void committed(long nanos) {
    commit.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A morphology was published.
   *
   * @param milliseconds since the galaxy was accepted
   */
  public void classified(long milliseconds) {
    morphologies.increment();
    galaxy.record(milliseconds, TimeUnit.MILLISECONDS);
  }

  /**
   * A dead letter was published.
   *
   * @param milliseconds since the galaxy was accepted
   */
  public void deadLettered(Stage stage, FailureKind kind, long milliseconds) {
    Map<FailureKind, Counter> kinds = Objects.requireNonNull(deadLetters.get(stage));
    Objects.requireNonNull(kinds.get(kind)).increment();
    galaxy.record(milliseconds, TimeUnit.MILLISECONDS);
  }

  public void streamThreadDied() {
    threadDeaths.increment();
  }

  /** Another model answers from now on. */
  public void exchanged() {
    modelExchanges.increment();
  }

  public void shadowed(Shadowed outcome) {
    Objects.requireNonNull(shadowed.get(outcome)).increment();
  }

  /**
   * The shadow answered a question.
   *
   * @param question the question's id
   * @param distance from the published answer, 0 to 1
   * @param agreed whether both think the same answer the most probable
   */
  public void diverged(String question, double distance, boolean agreed) {
    DistributionSummary.builder("tuning.fork.shadow.divergence")
        .tag("question", question)
        .description(
            "Total variation distance between the shadow's answer and the published one, for questions with an asked probability of at least 0.5")
        .serviceLevelObjectives(DISTANCES)
        .register(registry)
        .record(distance);
    counter(
            "tuning.fork.shadow.answers",
            "Whether the shadow's most probable answer is the published one",
            "question",
            question,
            "agreed",
            String.valueOf(agreed))
        .increment();
  }

  /**
   * Shows whether a bundle is refused, as 1 and 0.
   *
   * @param role {@code serving} or {@code shadow}
   */
  public void watchRefusals(String role, BooleanSupplier refused) {
    flag(
        "tuning.fork.model.refused",
        "1 if the bundle at the model's path was rejected",
        refused,
        "role",
        role);
  }

  /**
   * A task opens; it closes what it gets.
   *
   * @param window how many galaxies it has in flight before it waits
   */
  public TaskLoad openTask(int window) {
    TaskLoad task = new TaskLoad(window);
    tasks.add(task);
    return task;
  }

  /**
   * How things stand, for who shows them now.
   *
   * @param morphologies galaxies that were classified since the start
   * @param deadLetters galaxies that became dead letters since the start
   * @param inFlight galaxies accepted whose outcome is not published yet
   * @param oldest how long ago the oldest of them was accepted, milliseconds
   * @param times how many galaxies had their outcome within each time, milliseconds, the times
   *     rising; counts are of all since the start and cumulative; empty where nobody measures
   */
  public record Reading(
      long morphologies,
      long deadLetters,
      int inFlight,
      long oldest,
      SortedMap<Double, Long> times) {
    public Reading {
      times = Collections.unmodifiableSortedMap(new TreeMap<>(times));
    }
  }

  public Reading read() {
    SortedMap<Double, Long> times = new TreeMap<>();
    for (CountAtBucket bucket : galaxy.takeSnapshot().histogramCounts()) {
      times.put(bucket.bucket(TimeUnit.MILLISECONDS), (long) bucket.count());
    }
    return new Reading(
        (long) morphologies.count(),
        deadLetters.values().stream()
            .flatMap(kinds -> kinds.values().stream())
            .mapToLong(counter -> (long) counter.count())
            .sum(),
        sum(task -> task.galaxies),
        oldestAge(),
        times);
  }

  /** Shows how many images are prepared and wait for the model. */
  public void watchPrepared(IntSupplier images) {
    number("tuning.fork.prepared", "Prepared images that wait for the model", "images", images);
  }

  /** Shows what the health endpoints say, as 1 and 0. */
  public void watchHealth(BooleanSupplier live, BooleanSupplier ready) {
    flag("tuning.fork.live", "0 if a restart would help", live);
    flag("tuning.fork.ready", "1 if partitions are assigned and ledgers are restored", ready);
  }

  /**
   * Shows what runs, as labels of a gauge that is always 1, in place of what ran before.
   *
   * @param labels names and values in turn
   */
  public synchronized void describe(String... labels) {
    if (description != null) {
      registry.remove(description);
    }
    description =
        Gauge.builder("tuning.fork.info", () -> 1)
            .description("Version, model and device, in the labels")
            .tags(Tags.of(Stream.of(labels).map(Printable::of).toArray(String[]::new)))
            .register(registry);
  }

  /** What one task has in flight, told by its thread and read by others. */
  public final class TaskLoad implements AutoCloseable {
    private final int window;
    private volatile int galaxies;
    private volatile long oldest = Long.MAX_VALUE;

    private TaskLoad(int window) {
      this.window = window;
    }

    /**
     * Tells what there is.
     *
     * @param acceptedAt when the oldest was accepted, milliseconds since 1970; {@link
     *     Long#MAX_VALUE} where there is none
     */
    public void are(int count, long acceptedAt) {
      galaxies = count;
      oldest = acceptedAt;
    }

    @Override
    public void close() {
      tasks.remove(this);
    }
  }

  private int sum(ToIntFunction<TaskLoad> what) {
    return tasks.stream().mapToInt(what).sum();
  }

  private long oldestAge() {
    long oldest = tasks.stream().mapToLong(task -> task.oldest).min().orElse(Long.MAX_VALUE);
    return oldest == Long.MAX_VALUE ? 0 : Math.max(0, System.currentTimeMillis() - oldest);
  }

  private Timer stage(String name) {
    return Timer.builder(STAGE_SECONDS)
        .tag("stage", name)
        .description("Duration of a stage; infer is per batch, commit per transaction")
        .serviceLevelObjectives(TIMES)
        .register(registry);
  }

  private Counter counter(String name, String description, String... tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  private void number(String name, String description, String unit, IntSupplier number) {
    Gauge.builder(name, number::getAsInt)
        .description(description)
        .baseUnit(unit)
        .register(registry);
  }

  private void flag(String name, String description, BooleanSupplier holds, String... tags) {
    Gauge.builder(name, () -> holds.getAsBoolean() ? 1 : 0)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
