package dev.tuningfork.benchmark.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.benchmark.faults.Reckoning.Flaw;
import dev.tuningfork.benchmark.python.Python;
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

  private static final Reckoning.Topics TOPICS =
      new Reckoning.Topics("answers", "letters", "outcomes", 1);
  private static final int REFERENCES = 8;

  /** Six of four galaxies each; what the last one names may be out of reach. */
  private static final Surveys SURVEYS = new Surveys(REFERENCES, 6, 4, image -> image == 5);

  /** Even references name the image aa, odd ones bb; reference 5 may fail. */
  private static final Reckoning.Questions QUESTIONS =
      new Reckoning.Questions(REFERENCES, List.of("aa", "bb"), number -> number == 5, SURVEYS);

  private static final IntFunction<Flaw> LOST =
      number -> Flaw.lost(number, Instant.EPOCH, Duration.ZERO);

  private static final List<String> FOUND =
      List.of(
          "reference 1 doubled",
          "reference 3 lost",
          "reference 4 wrong",
          "reference 5 doubled",
          "reference 6 wrong",
          "reference 7 wrong",
          "galaxy 15 (row 4 of survey-1) lost",
          "the outcome of survey-1 lost",
          "galaxy 18 (row 3 of survey-2) doubled",
          "galaxy 19 (row 4 of survey-2) wrong", // another class than row 4 of survey-0
          "the outcome of survey-2 doubled",
          "galaxy 21 (row 2 of survey-3) wrong", // answered without a declination
          "galaxy 23 (row 4 of survey-3) wrong", // about a galaxy of another survey image
          "galaxy 26 (row 3 of survey-4) wrong", // out of reach, which it never was
          "the outcome of survey-4 wrong"); // it counts four answers

  private static final String WORDS =
      "17 answers, 14 dead letters, 6 outcomes of survey images; 3 lost, 4 doubled, 8 wrong";

  @Test
  void whatIsLostDoubledOrWrongIsFoundAndNothingElse() {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      plant(broker);
      try (var reckoning =
          new Reckoning(broker.bootstrapServers(), TOPICS, QUESTIONS, (_, _) -> {})) {
        while (reckoning.counted() < QUESTIONS.all() - 3 || reckoning.flaws().size() < 11) {
          reckoning.read();
        }
        assertThat(reckoning.missing())
            .containsExactly(3, SURVEYS.galaxy(1, 4), SURVEYS.outcome(1));
        Count count = reckoning.count(LOST);
        assertThat(names(count)).containsExactlyInAnyOrderElementsOf(FOUND);
        assertThat(count.inWords()).contains(WORDS);
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
              .count(broker.bootstrapServers(), TOPICS, QUESTIONS, LOST);
      assertThat(names(count)).containsExactlyInAnyOrderElementsOf(FOUND);
      assertThat(count.inWords()).isEqualTo(WORDS + "; counted by confluent-kafka in Python");
    }
  }

  private static List<String> names(Count count) {
    return count.flaws().stream()
        .map(flaw -> SURVEYS.name(flaw.number()) + " " + flaw.what().replaceAll("[:,].*", ""))
        .toList();
  }

  private static void plant(EmbeddedBroker broker) {
    TOPICS.read().forEach(topic -> broker.createTopic(topic, 1));
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
      plantSurveys(producer);
      producer.commitTransaction();
    }
  }

  private static void plantSurveys(KafkaProducer<String, byte[]> producer) {
    for (int image = 0; image < 5; image++) { // the first is as it must be
      producer.send(letter(SURVEYS.galaxy(image, 1), "decode-image"));
      producer.send(image == 3 ? galaxy(3, 2, 3, "Sa") : badRow(image));
      producer.send(
          image == 4 ? letter(SURVEYS.galaxy(4, 3), "fetch") : galaxy(image, 3, image, "Er"));
      if (image != 1) {
        producer.send(galaxy(image, 4, image == 3 ? 0 : image, image == 2 ? "Er" : "Sa"));
      }
    }
    producer.send(galaxy(2, 3, 2, "Er"));
    for (int image = 0; image < 4; image++) {
      if (image != 1) {
        producer.send(outcome(image, 4, image == 3 ? 3 : 2, ""));
      }
    }
    producer.send(outcome(2, 4, 2, ""));
    producer.send(outcome(4, 4, 4, ""));
    // the list of the last could not be read to its end, and says so
    producer.send(letter(SURVEYS.galaxy(5, 3), "fetch"));
    producer.send(letter("survey-5", "expand", "{\"catalogue\":{}}"));
    producer.send(outcome(5, 1, 0, "The catalogue is out of reach."));
  }

  private static ProducerRecord<String, byte[]> galaxy(
      int image, int row, int about, String found) {
    String json =
        "{\"referenceId\":\"survey-%d/%d\",\"image\":{\"cutout\":{\"tile\":\"survey-%d\"}},\"morphology\":{\"class\":\"%s\"}}"
            .formatted(about, row, about, found);
    return record(TOPICS.answers(), "" + SURVEYS.galaxy(image, row), json);
  }

  /** Every other one of an inline list. */
  private static ProducerRecord<String, byte[]> badRow(int image) {
    return letter(
        "survey-" + image,
        "expand",
        image % 2 == 0
            ? "{\"catalogue\":{\"firstRow\":2,\"lastRow\":2}}"
            : "{\"galaxies\":[{\"objectId\":\"%d\"}]}".formatted(SURVEYS.galaxy(image, 2)));
  }

  private static ProducerRecord<String, byte[]> outcome(
      int image, int galaxies, int answered, String failure) {
    String json =
        "{\"galaxies\":%d,\"answered\":%d,\"deadLetters\":%d%s}"
            .formatted(
                galaxies,
                answered,
                galaxies - answered,
                failure.isEmpty() ? "" : ",\"failure\":\"" + failure + "\"");
    return record(TOPICS.surveyImages(), "survey-" + image, json);
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
    return record(TOPICS.answers(), "" + number, json);
  }

  private static ProducerRecord<String, byte[]> letter(int number, String stage) {
    return letter("" + number, stage, "{}");
  }

  private static ProducerRecord<String, byte[]> letter(String key, String stage, String value) {
    var letter = record(TOPICS.deadLetters(), key, value);
    letter.headers().add("tuning-fork.stage", stage.getBytes(StandardCharsets.UTF_8));
    return letter;
  }

  private static ProducerRecord<String, byte[]> record(String topic, String key, String json) {
    return new ProducerRecord<>(topic, key, json.getBytes(StandardCharsets.UTF_8));
  }
}
