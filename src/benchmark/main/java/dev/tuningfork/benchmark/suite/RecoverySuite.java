package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.Instance;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A classifier is killed with SIGKILL in the middle of a backlog, and started again at once, as
 * whatever watches over it would do. What counts is when a reader of committed records has the
 * first morphology that the new one made, and when all are there; that none is missing and none is
 * there twice is seen to.
 */
final class RecoverySuite {

  static final Suite SUITE =
      new Suite(
          "recovery",
          "a classifier killed in the middle of a backlog and started again",
          Suite.Form.FULL,
          RecoverySuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Path bundle = workload.saved(workload.bundle());
    int galaxies = workload.plan().galaxies();
    for (int run = 0; run < Math.min(3, workload.plan().runs()); run++) {
      Path folder = workload.folder("recovery");
      Topics topics = Topics.DEFAULT;
      try (EmbeddedBroker broker = EmbeddedBroker.start();
          Answers answers = new Answers(broker.bootstrapServers(), topics.output())) {
        References.createTopics(broker.bootstrapServers(), topics);
        References.publish(broker.bootstrapServers(), topics, workload.images(), 0, galaxies);
        long started = System.nanoTime();
        JavaProcess first = start(workload, folder, broker, bundle);
        answers.await(1);
        tally.add(
            "from start to the first morphology",
            "s",
            "a new process, nothing to restore",
            Pace.secondsSince(started));
        answers.await(galaxies / 3);
        Instant kill = Instant.now();
        long killed = System.nanoTime();
        first.kill();
        AtomicLong firstAfter = new AtomicLong();
        try (var _ = start(workload, folder, broker, bundle)) {
          answers.await(
              galaxies,
              answer -> {
                if (firstAfter.get() == 0 && classifiedAt(answer).isAfter(kill)) {
                  firstAfter.set(System.nanoTime());
                }
              });
          tally.add(
              "from kill to the next morphology",
              "s",
              "started again at once, the state folder as it was left",
              (firstAfter.get() - killed) / 1e9);
          tally.add(
              "from kill to all of them",
              "s",
              "%,d galaxies, of which a third were through; none lost, none doubled"
                  .formatted(galaxies),
              Pace.secondsSince(killed));
        }
        answers.read(Duration.ofSeconds(1), _ -> {}); // would throw where one came twice
      }
    }
  }

  private static JavaProcess start(
      Workload workload, Path folder, EmbeddedBroker broker, Path bundle) throws Exception {
    return Instance.start(
        folder,
        "classifier",
        "",
        broker.bootstrapServers(),
        bundle,
        workload.imageFolders(),
        Map.of());
  }

  private static Instant classifiedAt(ConsumerRecord<byte[], byte[]> answer) {
    try {
      return GalaxyMorphology.fromJson(answer.value()).classifiedAt();
    } catch (MessageException e) {
      throw new IllegalStateException("An answer is not a morphology: " + e.getMessage(), e);
    }
  }
}
