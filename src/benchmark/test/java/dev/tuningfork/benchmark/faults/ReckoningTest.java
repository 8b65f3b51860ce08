package dev.tuningfork.benchmark.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loss, a double and each kind of wrong outcome, planted in a real broker, are found. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class ReckoningTest {

  private static final String ANSWERS = "answers";
  private static final String LETTERS = "letters";

  /** Even references name the image aa, odd ones bb; reference 5 may fail. */
  private static final Reckoning.Questions QUESTIONS =
      new Reckoning.Questions(List.of("aa", "bb"), number -> number == 5);

  @Test
  void whatIsLostDoubledOrWrongIsFoundAndNothingElse() {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      broker.createTopic(ANSWERS, 1);
      broker.createTopic(LETTERS, 1);
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
      try (var reckoning =
          new Reckoning(
              broker.bootstrapServers(), ANSWERS, LETTERS, 1, 8, QUESTIONS, (_, _) -> {})) {
        while (reckoning.counted() < 7 || reckoning.flaws().size() < 5) {
          reckoning.read();
        }
        assertThat(reckoning.missing()).containsExactly(3);
        assertThat(reckoning.flaws())
            .extracting(flaw -> flaw.number() + " " + flaw.what().replaceAll("[:,].*", ""))
            .containsExactlyInAnyOrder("1 doubled", "4 wrong", "5 doubled", "6 wrong", "7 wrong");
      }
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
        ANSWERS, Integer.toString(number), json.getBytes(StandardCharsets.UTF_8));
  }

  private static ProducerRecord<String, byte[]> letter(int number, String stage) {
    var letter =
        new ProducerRecord<>(
            LETTERS, Integer.toString(number), "{}".getBytes(StandardCharsets.UTF_8));
    letter.headers().add("tuning-fork.stage", stage.getBytes(StandardCharsets.UTF_8));
    return letter;
  }
}
