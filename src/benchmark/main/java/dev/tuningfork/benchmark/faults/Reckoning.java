package dev.tuningfork.benchmark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * Reads what readers of committed records see, and counts what each number became. It shares no
 * code with the product: it reads the JSON and the headers as the documentation has them.
 *
 * <p>Belongs to one thread.
 */
final class Reckoning implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The header that says in a sentence why a record is a dead letter. */
  private static final String REASON = "__streams.errors.message";

  private final Topics topics;
  private final Questions questions;
  private final BiConsumer<Integer, Outcome> each;
  private final SurveyCount surveyCount;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /** By number, from 0. */
  private final Outcome[] first;

  private final List<Flaw> flaws = new ArrayList<>();

  /** The class of each image, by its hash, as it was found while nothing was broken. */
  private final Map<String, String> classes = new HashMap<>();

  private int counted;
  private int answers;
  private int deadLetters;
  private int surveyImages;

  /** Where outcomes are: a topic without a name is not read. */
  record Topics(String answers, String deadLetters, String surveyImages, int partitions) {
    List<String> read() {
      return Stream.of(answers, deadLetters, surveyImages).filter(name -> !name.isEmpty()).toList();
    }
  }

  /**
   * What must hold of each number.
   *
   * @param references how many there are; their keys are their numbers
   * @param hashes the SHA-256 of each image, hexadecimal; references name the images in turn
   * @param mayFail whether the image of a reference may be out of reach, so that a dead letter is
   *     right too
   * @param surveys the survey images, whose numbers follow
   */
  record Questions(int references, List<String> hashes, IntPredicate mayFail, Surveys surveys) {
    private String sha256(int number) {
      return hashes.get(number % hashes.size());
    }

    /** How many outcomes there must be. */
    int all() {
      return references + surveys.numbers();
    }
  }

  /** An outcome that was committed. */
  record Outcome(TopicPartition place, long offset, Instant readAt) {
    @Override
    public String toString() {
      return "%s at offset %d, read at %s".formatted(place, offset, readAt);
    }
  }

  /** Something that must not be. The outcome before is that of the same number. */
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
   * @param each is called with a number and its first outcome, on the thread that reads
   */
  Reckoning(
      String bootstrapServers,
      Topics topics,
      Questions questions,
      BiConsumer<Integer, Outcome> each) {
    this.topics = topics;
    this.questions = questions;
    this.each = each;
    surveyCount = new SurveyCount(questions.surveys());
    first = new Outcome[questions.all()];
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Cluster.REQUEST_MILLIS,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> all =
        topics.read().stream()
            .flatMap(
                topic ->
                    IntStream.range(0, topics.partitions())
                        .mapToObj(p -> new TopicPartition(topic, p)))
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

  /** How many numbers have an outcome, or will never have one because a list was not readable. */
  int counted() {
    return counted;
  }

  /** Numbers that have no outcome. */
  List<Integer> missing() {
    return IntStream.range(0, first.length)
        .filter(n -> first[n] == null && !surveyCount.isUnlisted(n))
        .boxed()
        .toList();
  }

  /** What was wrong so far, doubled outcomes among it. */
  List<Flaw> flaws() {
    return List.copyOf(flaws);
  }

  /**
   * What was found, once all is read.
   *
   * @param lost a number that has no outcome
   */
  Count count(IntFunction<Flaw> lost) {
    List<Flaw> all = new ArrayList<>(flaws);
    missing().forEach(number -> all.add(lost.apply(number)));
    Surveys surveys = questions.surveys();
    for (int image = 0; image < surveys.images(); image++) {
      int number = surveys.outcome(image);
      String wrong = surveyCount.wrong(image);
      if (!wrong.isEmpty()) {
        all.add(Flaw.at(number, "wrong: " + wrong, Objects.requireNonNull(first[number]).readAt()));
      }
    }
    return new Count("Kafka's consumer in Java", answers, deadLetters, surveyImages, all);
  }

  private void count(ConsumerRecord<byte[], byte[]> record) {
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.topic().equals(topics.surveyImages())) {
      surveyImages++;
      int image = Surveys.image(key);
      if (add(questions.surveys().outcome(image), record)) {
        counted += surveyCount.done(image, json(record));
      }
    } else if (record.topic().equals(topics.answers())) {
      answers++;
      int number = Integer.parseInt(key);
      if (add(number, record)) {
        note(number, wrongAnswer(number, json(record)));
      }
    } else {
      countLetter(key, record);
    }
  }

  private void countLetter(String key, ConsumerRecord<byte[], byte[]> record) {
    deadLetters++;
    String stage = header(record, "tuning-fork.stage");
    boolean ofSurveyImage = Surveys.isId(key);
    int number = ofSurveyImage ? surveyCount.numberOf(key, json(record)) : Integer.parseInt(key);
    if (number < 0) {
      int image = Surveys.image(key);
      note(
          questions.surveys().outcome(image),
          surveyCount.failed(image, stage, header(record, REASON)));
    } else if (add(number, record)) {
      boolean right =
          number < questions.references()
              ? questions.mayFail.test(number) && stage.equals("fetch")
              : surveyCount.mayBeLetter(number, stage);
      note(
          number,
          right ? "" : "it is a dead letter: %s, %s".formatted(stage, header(record, REASON)));
    }
  }

  /** Whether this is the first outcome of its number; else it is a flaw. */
  private boolean add(int number, ConsumerRecord<byte[], byte[]> record) {
    Instant now = Instant.now();
    Outcome outcome =
        new Outcome(new TopicPartition(record.topic(), record.partition()), record.offset(), now);
    Outcome before = first[number];
    if (before != null) {
      flaws.add(
          new Flaw(number, "doubled: %s, and %s".formatted(before, outcome), before.readAt(), now));
      return false;
    }
    first[number] = outcome;
    counted++;
    each.accept(number, outcome);
    return true;
  }

  private void note(int number, String wrong) {
    if (!wrong.isEmpty()) {
      flaws.add(Flaw.at(number, "wrong: " + wrong, Instant.now()));
    }
  }

  private String wrongAnswer(int number, JsonNode answer) {
    if (number >= questions.references()) {
      return surveyCount.answered(number, answer);
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

  /** What is not JSON has no fields, and is wrong by that. */
  private static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
    try {
      return JSON.readTree(record.value());
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
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
