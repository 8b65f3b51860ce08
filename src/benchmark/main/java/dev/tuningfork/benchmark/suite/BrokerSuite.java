package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.standalone.TuningFork;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The embedded broker, started and stopped many times in one process; each time a topic is made,
 * written and read. After that {@code demo}, many times, each in a process of its own. A step that
 * takes more than a minute counts as hanging and ends the part.
 */
final class BrokerSuite {

  private static final int STARTS = 60;
  private static final int QUICK_STARTS = 10;
  private static final int DEMOS = 20;
  private static final int QUICK_DEMOS = 1;
  private static final int GALAXIES = 20;
  private static final int PARTITIONS = 4;
  private static final int RECORDS = 2_000;
  private static final int RECORD_BYTES = 200;
  private static final String TOPIC = "galaxy-images";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(100);

  static final Suite SUITE =
      new Suite(
          "broker",
          "%d starts of the embedded broker and %d runs of demo for each of --runs; none may hang"
              .formatted(STARTS, DEMOS),
          Suite.Form.NAMED,
          BrokerSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan();
    int starts = plan.runs() * (plan.quick() ? QUICK_STARTS : STARTS);
    for (int n = 1; n <= starts; n++) {
      tally.now("broker %d of %d".formatted(n, starts));
      tally.addQuietly(
          "start and stop",
          "s",
          "start the embedded broker, create, write and read a topic, stop the broker",
          lifetime());
    }
    int demos = plan.runs() * (plan.quick() ? QUICK_DEMOS : DEMOS);
    Path log = workload.folder("demo").resolve("log");
    for (int n = 1; n <= demos; n++) {
      tally.now("demo %d of %d".formatted(n, demos));
      tally.addQuietly(
          "demo",
          "s",
          "the command with %d galaxies, as a process of its own".formatted(GALAXIES),
          demo(log));
    }
  }

  private static double lifetime() throws Exception {
    long start = System.nanoTime();
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      broker.createTopic(TOPIC, PARTITIONS);
      write(broker.bootstrapServers());
      read(broker.bootstrapServers());
    }
    return Pace.secondsSince(start);
  }

  private static void write(String bootstrapServers) throws Exception {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Math.toIntExact(PATIENCE.toMillis()));
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int n = 0; n < RECORDS; n++) {
        sent.add(
            producer.send(
                new ProducerRecord<>(TOPIC, n % PARTITIONS, null, new byte[RECORD_BYTES])));
      }
      for (Future<?> one : sent) {
        one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private static void read(String bootstrapServers) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
            ConsumerConfig.GROUP_ID_CONFIG, "benchmark",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      int read = 0;
      while (read < RECORDS) {
        read += consumer.poll(POLL).count();
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "The embedded broker hangs: %,d of %,d records were read within %d s."
                  .formatted(read, RECORDS, PATIENCE.toSeconds()));
        }
      }
    }
  }

  private static double demo(Path log) throws Exception {
    Files.deleteIfExists(log);
    long start = System.nanoTime();
    try (JavaProcess process =
        JavaProcess.start(
            "",
            Map.of(),
            log,
            TuningFork.class.getName(),
            "demo",
            "--count",
            "" + GALAXIES,
            "--rate",
            "1000")) {
      if (!process.awaitEnd(PATIENCE)) {
        process.kill();
        throw new IllegalStateException(
            "demo hangs: it did not end within %d s. It printed: %s"
                .formatted(PATIENCE.toSeconds(), Files.readString(log)));
      }
    }
    double took = Pace.secondsSince(start);
    if (!Files.readString(log).contains("Of %d galaxies, ".formatted(GALAXIES))) {
      throw new IllegalStateException(
          "demo did not classify %d galaxies. It printed: %s"
              .formatted(GALAXIES, Files.readString(log)));
    }
    return took;
  }
}
