package dev.tuningfork.benchmark.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.benchmark.faults.Reckoning.Flaw;
import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A loss, a double and each kind of wrong outcome, planted in a real broker, are found. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ReckoningTest {

  private static final Topics TOPICS = Topics.DEFAULT;
  private static final int REFERENCES = 8;

  /** Even references name the image aa, odd ones bb; reference 5 may fail. */
  private static final Reckoning.Questions QUESTIONS =
      new Reckoning.Questions(List.of("aa", "bb"), number -> number == 5);

  private static final IntFunction<Flaw> LOST =
      number -> Flaw.lost(number, Instant.EPOCH, Duration.ZERO);

  private static final List<String> FOUND =
      List.of("1 doubled", "3 lost", "4 wrong", "5 doubled", "6 wrong", "7 wrong");

  @Test
  void whatIsLostDoubledOrWrongIsFoundAndNothingElse() {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      plant(broker);
      try (var reckoning =
          new Reckoning(
              broker.bootstrapServers(),
              TOPICS.output(),
              TOPICS.deadLetters(),
              1,
              REFERENCES,
              QUESTIONS,
              (_, _) -> {})) {
        while (reckoning.counted() < 7 || reckoning.flaws().size() < 5) {
          reckoning.read();
        }
        assertThat(reckoning.missing()).containsExactly(3);
        Count count = reckoning.count(LOST);
        assertThat(names(count)).containsExactlyInAnyOrderElementsOf(FOUND);
        assertThat(count.inWords()).contains("1 lost, 2 doubled, 3 wrong");
      }
    }
  }

  /** It needs a Python that has confluent-kafka, which {@code TUNING_FORK_PYTHON} names. */
  @Test
  void aConsumerThatSharesNoCodeFindsTheSame(@TempDir Path folder) throws Exception {
    String interpreter = System.getenv("TUNING_FORK_PYTHON");
    assumeTrue(interpreter != null, "TUNING_FORK_PYTHON names no Python");
    Process asked = new ProcessBuilder(interpreter, "-c", "import confluent_kafka").start();
    assumeTrue(asked.waitFor() == 0, "The Python of TUNING_FORK_PYTHON has no confluent-kafka");
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      plant(broker);
      Count count =
          new ConfluentCount(Python.of(Path.of(interpreter), Python.Kit.COUNT, folder))
              .count(broker.bootstrapServers(), TOPICS, REFERENCES, QUESTIONS, LOST);
      assertThat(names(count)).containsExactlyInAnyOrderElementsOf(FOUND);
      assertThat(count.inWords())
          .isEqualTo(
              "7 answers, 2 dead letters; 1 lost, 2 doubled, 3 wrong; counted by confluent-kafka in Python");
    }
  }

  private static List<String> names(Count count) {
    return count.flaws().stream()
        .map(flaw -> flaw.number() + " " + flaw.what().replaceAll("[:,].*", ""))
        .toList();
  }

  private static void plant(EmbeddedBroker broker) {
    broker.createTopic(TOPICS.output(), 1);
    broker.createTopic(TOPICS.deadLetters(), 1);
    try (var producer = producer(broker)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(answer(3, "bb", "Ec")); // rolled back, so nobody has seen it
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(answer(0, "aa", "Er"));
      producer.send(answer(1, "bb", "Sb"));
      producer.send(answer(2, "aa", "Er"));
      // 3 is lost
      producer.send(answer(4, "bb", "Sb")); // of another image
      producer.send(letter(5, "fetch")); // its image was out of reach
      producer.send(answer(6, "aa", "Sb")); // another class than 0 has of the same image
      producer.send(letter(7, "fetch")); // its image was never out of reach
      producer.send(answer(1, "bb", "Sb")); // again
      producer.send(answer(5, "bb", "Sb")); // an answer beside a dead letter
      producer.commitTransaction();
    }
  }

  private static KafkaProducer<String, byte[]> producer(EmbeddedBroker broker) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "planted"),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  private static ProducerRecord<String, byte[]> answer(int number, String sha256, String found) {
    String json =
        "{\"image\":{\"sha256\":\"%s\"},\"morphology\":{\"class\":\"%s\"}}"
            .formatted(sha256, found);
    return new ProducerRecord<>(
        TOPICS.output(), Integer.toString(number), json.getBytes(StandardCharsets.UTF_8));
  }

  private static ProducerRecord<String, byte[]> letter(int number, String stage) {
    var letter =
        new ProducerRecord<>(
            TOPICS.deadLetters(), Integer.toString(number), "{}".getBytes(StandardCharsets.UTF_8));
    letter.headers().add("tuning-fork.stage", stage.getBytes(StandardCharsets.UTF_8));
    return letter;
  }
}
