package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The time from the moment at which a reference was due to be published until a reader of committed
 * records has its morphology.
 *
 * <p>The load is open: the moments are laid down before the run and do not wait for answers, so
 * that a stall is felt by all who are due in it (no coordinated omission). Broker, publisher,
 * classifier and reader share the machine.
 */
final class LatencySuite {

  private static final List<Integer> LOADS = List.of(25, 50, 75, 90);
  private static final Duration READ = Duration.ofMillis(100);

  /** The longest latency that is measured; longer ones count as this. */
  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(1);

  /** So much of a run is not counted, while what comes before it settles. */
  private static final double SETTLING = 0.2;

  static final Suite SUITE =
      new Suite(
          "latency",
          "from publishing to a committed morphology, at 25 to 90 % of what the pipeline can do",
          Suite.Form.FULL,
          LatencySuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan();
    try (MorphologyModel model = workload.model();
        EmbeddedBroker broker = EmbeddedBroker.start()) {
      ClassifierSettings settings = workload.settings(broker.bootstrapServers());
      References.createTopics(broker.bootstrapServers(), settings.topics());
      try (var classifier = ClassifierApplication.start(settings, model);
          var answers = new Answers(broker.bootstrapServers(), settings.topics().output())) {
        if (!classifier.awaitRunning(Pipeline.START)) {
          throw new IllegalStateException("The classifier did not start.");
        }
        Load load = new Load(workload, settings, broker.bootstrapServers(), answers);
        WarmUp.of(plan, () -> load.backlog(plan.share(2)));
        double capacity = load.backlog(plan.share(2));
        tally.add("capacity", "images/s", "a backlog, with settings as they ship", capacity);
        double seconds = plan.quick() ? 2 : 10;
        WarmUp.of( // once more, as small batches are new
            plan,
            () -> {
              for (int percent : LOADS) {
                load.open(capacity * percent / 100, seconds);
              }
            });
        for (int run = 0; run < Math.min(plan.runs(), 3); run++) {
          for (int percent : LOADS) {
            percentiles(load.open(capacity * percent / 100, seconds))
                .forEach(
                    (percentile, value) ->
                        tally.add(
                            "%d %% %s".formatted(percent, percentile),
                            "ms",
                            "at %d %% of that capacity".formatted(percent),
                            value));
          }
        }
      }
    }
  }

  private static Map<String, Double> percentiles(Histogram micros) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("p50", micros.getValueAtPercentile(50) / 1e3);
    values.put("p90", micros.getValueAtPercentile(90) / 1e3);
    values.put("p99", micros.getValueAtPercentile(99) / 1e3);
    values.put("p99.9", micros.getValueAtPercentile(99.9) / 1e3);
    return values;
  }

  /** Publishes, one run after the other, and reads the answers. */
  private static final class Load {

    private final Workload workload;
    private final ClassifierSettings settings;
    private final String bootstrapServers;
    private final Answers answers;
    private int published;

    Load(Workload workload, ClassifierSettings settings, String bootstrapServers, Answers answers) {
      this.workload = workload;
      this.settings = settings;
      this.bootstrapServers = bootstrapServers;
      this.answers = answers;
    }

    /** Images a second of so many references that are published as fast as they can be. */
    double backlog(int galaxies) throws Exception {
      long start = System.nanoTime();
      References.publish(
          bootstrapServers, settings.topics(), workload.images(), published, published + galaxies);
      published += galaxies;
      answers.await(published);
      return galaxies / Pace.secondsSince(start);
    }

    /** Latencies in microseconds at this rate. */
    Histogram open(double perSecond, double seconds) throws Exception {
      int first = published;
      int galaxies = (int) (perSecond * seconds);
      int counted = first + (int) (SETTLING * galaxies);
      double interval = 1e9 / perSecond;
      published += galaxies;
      long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
      FutureTask<Void> publishing =
          new FutureTask<>(
              () -> {
                publish(first, published, start, interval);
                return null;
              });
      Thread publisher = Thread.ofPlatform().name("publisher").start(publishing);
      Histogram micros = new Histogram(LONGEST_MICROS, 3);
      int before = answers.count();
      while (answers.count() < before + galaxies) {
        answers.read(
            READ,
            answer -> {
              int number = Answers.number(answer);
              if (number >= counted) {
                long due = start + (long) ((number - first) * interval);
                long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due);
                micros.recordValue(Math.clamp(took, 0, LONGEST_MICROS));
              }
            });
        if (publishing.isDone()) {
          publishing.get();
        }
      }
      publisher.join();
      return micros;
    }

    private void publish(int from, int to, long start, double interval)
        throws ExecutionException, InterruptedException {
      Map<String, Object> client =
          Map.of(
              ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
              bootstrapServers,
              ProducerConfig.LINGER_MS_CONFIG,
              0);
      try (var producer =
          new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
        Future<?> last = null;
        for (int n = from; n < to; n++) {
          long due = start + (long) ((n - from) * interval);
          for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
          }
          last = producer.send(References.record(settings.topics(), workload.images(), n));
        }
        if (last != null) {
          last.get();
        }
      }
    }
  }
}
