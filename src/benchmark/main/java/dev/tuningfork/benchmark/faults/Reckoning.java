package dev.tuningfork.benchmark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what readers of committed records see, and counts what each reference became. It shares no
 * code with the product: it reads the JSON and the headers as the documentation has them.
 *
 * <p>Belongs to one thread.
 */
final class Reckoning implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Questions questions;
  private final BiConsumer<Integer, Outcome> each;
  private final String output;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /** By the reference's number, from 0. */
  private final Outcome[] first;

  private final List<Flaw> flaws = new ArrayList<>();

  /** The class of each image, by its hash, as it was found while nothing was broken. */
  private final Map<String, String> classes = new HashMap<>();

  private int counted;
  private int deadLetters;

  /**
   * What must hold of each reference.
   *
   * @param hashes the SHA-256 of each image, hexadecimal; references name the images in turn
   * @param mayFail whether the image of a reference may be out of reach, so that a dead letter is
   *     right too
   */
  record Questions(List<String> hashes, IntPredicate mayFail) {
    private String sha256(int number) {
      return hashes.get(number % hashes.size());
    }
  }

  /** An outcome that was committed. */
  record Outcome(TopicPartition place, long offset, Instant readAt) {
    @Override
    public String toString() {
      return "%s at offset %d, read at %s".formatted(place, offset, readAt);
    }
  }

  /** Something that must not be. The outcome before is that of the same reference. */
  record Flaw(int number, String what, Instant from, Instant to) {

    static Flaw at(int number, String what, Instant time) {
      return new Flaw(number, what, time, time);
    }

    /** One that was published then, has no outcome, and should have had it within this time. */
    static Flaw lost(int number, Instant published, Duration within) {
      return new Flaw(number, "lost", published, published.plus(within));
    }
  }

  /**
   * Begins to read.
   *
   * @param references how many there will be; their keys are their numbers
   * @param each is called with a number and its first outcome, on the thread that reads
   */
  Reckoning(
      String bootstrapServers,
      String output,
      String deadLetters,
      int partitions,
      int references,
      Questions questions,
      BiConsumer<Integer, Outcome> each) {
    this.questions = questions;
    this.each = each;
    this.output = output;
    first = new Outcome[references];
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> all =
        Stream.of(output, deadLetters)
            .flatMap(
                topic -> IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)))
            .toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
  }

  /** Reads what there is, waiting a little. */
  void read() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      count(record);
    }
  }

  /** How many references have an outcome. */
  int counted() {
    return counted;
  }

  /** References that have no outcome. */
  List<Integer> missing() {
    return IntStream.range(0, first.length).filter(n -> first[n] == null).boxed().toList();
  }

  /** What was wrong so far, doubled outcomes among it. */
  List<Flaw> flaws() {
    return List.copyOf(flaws);
  }

  /**
   * What was found, once all is read.
   *
   * @param lost a reference that has no outcome
   */
  Count count(IntFunction<Flaw> lost) {
    List<Flaw> all = new ArrayList<>(flaws);
    missing().forEach(number -> all.add(lost.apply(number)));
    return new Count("Kafka's consumer in Java", counted - deadLetters, deadLetters, all);
  }

  private void count(ConsumerRecord<byte[], byte[]> record) {
    int number = Integer.parseInt(new String(record.key(), StandardCharsets.UTF_8));
    Instant now = Instant.now();
    Outcome outcome =
        new Outcome(new TopicPartition(record.topic(), record.partition()), record.offset(), now);
    Outcome before = first[number];
    if (before != null) {
      flaws.add(
          new Flaw(number, "doubled: %s, and %s".formatted(before, outcome), before.readAt(), now));
      return;
    }
    first[number] = outcome;
    counted++;
    each.accept(number, outcome);
    String wrong =
        record.topic().equals(output) ? wrongAnswer(number, record) : wrongLetter(number, record);
    if (!wrong.isEmpty()) {
      flaws.add(Flaw.at(number, "wrong: " + wrong, now));
    }
  }

  private String wrongAnswer(int number, ConsumerRecord<byte[], byte[]> record) {
    JsonNode answer;
    try {
      answer = JSON.readTree(record.value());
    } catch (IOException e) {
      return "its answer is not JSON";
    }
    String sha256 = answer.at("/image/sha256").asText();
    String found = answer.at("/morphology/class").asText();
    if (!sha256.equals(questions.sha256(number))) {
      return "its answer is about the image " + sha256;
    }
    String expected = classes.computeIfAbsent(sha256, _ -> found);
    return found.equals(expected)
        ? ""
        : "its class is %s, and %s while nothing was broken".formatted(found, expected);
  }

  private String wrongLetter(int number, ConsumerRecord<byte[], byte[]> record) {
    deadLetters++;
    String stage = header(record, "tuning-fork.stage");
    return questions.mayFail.test(number) && stage.equals("fetch")
        ? ""
        : "it is a dead letter: %s, %s"
            .formatted(stage, header(record, "__streams.errors.message"));
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
  }
}
