package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.SchemaUnavailableException;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.image.ImageFacts;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierTopologyTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant TAKEN = Instant.parse("2026-03-01T11:59:58.500Z");
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final LedgerSettings SMALL = small(LedgerSettings.DEFAULT.windowBytes());

  private static LedgerSettings small(long windowBytes) {
    return new LedgerSettings(
        2,
        windowBytes,
        2,
        Duration.ofMillis(20),
        Duration.ofMillis(40),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        100_000);
  }

  /** Takes what it is given, as long as it has room, and answers when the test says so. */
  private static final class ByHand implements ImageClassifier {
    final List<ImageOrigin> origins = new ArrayList<>();
    final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    int room = Integer.MAX_VALUE;
    Set<String> slowHosts = Set.of();
    Duration longestWait = Duration.ofMinutes(10);

    /** The galaxy's name up to its first hyphen. */
    @Override
    public Optional<String> host(ImageOrigin origin) {
      return Optional.of(origin.objectId().split("-")[0]);
    }

    @Override
    public Set<String> slowHosts() {
      return slowHosts;
    }

    @Override
    public Duration longestWait() {
      return longestWait;
    }

    @Override
    public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
      if (outcomes.size() >= room) {
        return Optional.empty();
      }
      origins.add(origin);
      outcomes.add(new CompletableFuture<>());
      return Optional.of(outcomes.getLast());
    }

    void fail(int submission) {
      outcomes
          .get(submission)
          .complete(
              new Outcome.Failed(
                  Stage.FETCH, FailureKind.TRANSIENT, 4, new IOException("The host is silent.")));
    }

    void classify(int submission, QualityFlag... flags) {
      classify(submission, FakeModel.answer(), flags);
    }

    void classify(int submission, AnswerProbabilities answer, QualityFlag... flags) {
      outcomes
          .get(submission)
          .complete(
              new Outcome.Classified(
                  answer,
                  FakeModel.BY,
                  "ab".repeat(32),
                  424,
                  424,
                  Set.of(flags),
                  ImageFacts.NONE,
                  null,
                  null));
    }
  }

  private final ByHand classifier = new ByHand();
  private final SimpleMeterRegistry measures = new SimpleMeterRegistry();
  private MessageFormat format = MessageFormat.JSON;
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> input;
  private TestOutputTopic<byte[], byte[]> output;
  private TestOutputTopic<byte[], byte[]> deadLetters;

  ClassifierTopologyTest() {
    start(SMALL);
  }

  private Topology topology(LedgerSettings settings) {
    return ClassifierTopology.of(
        Topics.DEFAULT,
        classifier,
        format,
        settings,
        new Transactions(ClassifierMetrics.noop(), 1),
        new ClassifierMetrics(measures),
        Optional.empty());
  }

  private void start(LedgerSettings settings) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    driver = new TopologyTestDriver(topology(settings), properties, NOW);
    var bytes = new ByteArraySerializer();
    var fromBytes = new ByteArrayDeserializer();
    input = driver.createInputTopic(Topics.DEFAULT.input(), bytes, bytes);
    output = driver.createOutputTopic(Topics.DEFAULT.output(), fromBytes, fromBytes);
    deadLetters = driver.createOutputTopic(Topics.DEFAULT.deadLetters(), fromBytes, fromBytes);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void describesItself() throws IOException {
    try (var golden = getClass().getResourceAsStream("topology.txt")) {
      assertThat(topology(SMALL).describe().toString())
          .isEqualToIgnoringWhitespace(new String(golden.readAllBytes(), UTF_8));
    }
  }

  @Test
  void aReferenceWaitsWhileItsSchemaIsUnavailable() {
    driver.close();
    format =
        MessageFormat.jsonReadingAvro(
            id -> {
              throw new SchemaUnavailableException("The registry is silent.");
            });
    start(SMALL);
    byte[] avro = GalaxyImageReference.of("1", "file:/1").toAvro(7);
    assertThatThrownBy(() -> input.pipeInput("1".getBytes(UTF_8), avro))
        .isInstanceOf(StreamsException.class)
        .hasRootCauseMessage("The registry is silent.");
    assertThat(deadLetters.isEmpty()).isTrue();
    assertThat(classifier.origins).isEmpty();
  }

  @Test
  void anAvroReferenceIsClassifiedAndAnsweredInAvro() throws Exception {
    driver.close();
    format =
        MessageFormat.avro(
            id -> id == 7 ? GalaxyImageReference.avroSchema() : GalaxyMorphology.avroSchema(), 8);
    start(SMALL);
    input.pipeInput("1".getBytes(UTF_8), GalaxyImageReference.of("587", "file:/1").toAvro(7));
    classifier.classify(0);
    driver.advanceWallClockTime(Duration.ofMillis(5));
    byte[] answer = output.readValue();
    assertThat(answer).startsWith(0, 0, 0, 0, 8);
    assertThat(format.morphology(answer).objectId()).isEqualTo("587");
  }

  @Test
  void holdsAReferenceInTheLedgerUntilItsAnswerIsPublished() {
    publish("galaxy-1");
    assertThat(ledgerSize()).isEqualTo(1);
    assertThat(output.isEmpty()).isTrue();

    classifier.classify(0);
    tick();

    assertThat(ledgerSize()).isZero();
    assertThat(new String(output.readRecord().key(), UTF_8)).isEqualTo("galaxy-1");
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void answersSayWhereTheyComeFrom() throws Exception {
    var reference =
        new GalaxyImageReference(
            "galaxy-1",
            GalaxyImageReference.Image.of("https://survey.example/1.jpg"),
            "r-1",
            "SDSS",
            "DR7",
            180.5,
            -1.25,
            null,
            null,
            "tester",
            TAKEN,
            true);
    input.pipeInput(new TestRecord<>("other".getBytes(UTF_8), reference.toJson(), null, TAKEN));
    classifier.classify(0, QualityFlag.UPSAMPLED);
    tick();

    TestRecord<byte[], byte[]> published = output.readRecord();
    assertThat(new String(published.key(), UTF_8)).isEqualTo("galaxy-1");
    assertThat(published.getRecordTime()).isEqualTo(TAKEN);
    GalaxyMorphology answer = GalaxyMorphology.fromJson(published.value());
    assertThat(answer.objectId()).isEqualTo("galaxy-1");
    assertThat(answer.referenceId()).isEqualTo("r-1");
    assertThat(answer.survey()).isEqualTo("SDSS");
    assertThat(answer.ra()).isEqualTo(180.5);
    assertThat(answer.dec()).isEqualTo(-1.25);
    assertThat(answer.publishedAt()).isEqualTo(TAKEN);
    assertThat(answer.receivedAt()).isEqualTo(NOW);
    assertThat(answer.classifiedAt()).isEqualTo(NOW.plusMillis(5));
    assertThat(answer.tree()).isEqualTo(new GalaxyMorphology.Tree("gz2", "1"));
    assertThat(answer.model())
        .isEqualTo(new GalaxyMorphology.Model("even", "1.0.0", "0".repeat(64), null));
    assertThat(answer.device()).isEqualTo("cpu");
    assertThat(answer.image())
        .isEqualTo(
            new GalaxyMorphology.Image("https://survey.example/1.jpg", "ab".repeat(32), 424, 424));
    assertThat(answer.source())
        .isEqualTo(new GalaxyMorphology.Source(Topics.DEFAULT.input(), 0, 0));
    assertThat(answer.flags()).containsExactlyInAnyOrder(QualityFlag.TEST, QualityFlag.UPSAMPLED);
    assertThat(answer.questions()).hasSize(11);
    for (var question : answer.questions()) {
      assertThat(question.answers().stream().mapToDouble(a -> a.probability()).sum())
          .isCloseTo(1, within(1e-6));
      for (var one : question.answers()) {
        assertThat(one.joint())
            .isCloseTo(one.probability() * question.askedProbability(), within(1e-6));
      }
    }
  }

  @Test
  void intervalsAreOfTheConditionalProbabilityAndWhereTheModelGivesThem() throws Exception {
    double[] concentrations = new double[DecisionTree.galaxyZoo2().answerCount()];
    Arrays.fill(concentrations, 1);
    AnswerProbabilities sure =
        AnswerProbabilities.ofConcentrations(DecisionTree.galaxyZoo2(), concentrations);
    publish("sure");
    publish("plain");
    classifier.classify(0, sure);
    classifier.classify(1);
    tick();

    GalaxyMorphology answer = GalaxyMorphology.fromJson(output.readValue());
    for (var question : answer.questions()) {
      for (var one : question.answers()) {
        assertThat(one.probability()).isStrictlyBetween(one.lower90(), one.upper90());
      }
    }
    // one concentration of 1 against another: every share is as probable
    var edgeOn = answer.questions().get(1).answers().getFirst();
    assertThat(edgeOn.lower90()).isCloseTo(0.05, within(2e-4));
    assertThat(edgeOn.upper90()).isCloseTo(0.95, within(2e-4));
    String plain = new String(output.readValue(), UTF_8);
    assertThat(plain).doesNotContain("lower90", "upper90");
  }

  @Test
  void aModelOfSeveralViewsSaysSo() {
    assertThat(Provenance.of(Answerer.of(new FakeModel(8, 8))).model().views()).isEqualTo(8);
    assertThat(Provenance.of(Answerer.of(new FakeModel(8))).model().views()).isNull();
  }

  @Test
  void publishesInTheOrderOfCompletion() {
    publish("galaxy-1");
    publish("galaxy-2");
    classifier.classify(1);
    classifier.classify(0);
    tick();
    assertThat(keys(output)).containsExactly("galaxy-2", "galaxy-1");
  }

  @Test
  void aDuplicateReferenceIsAnsweredTwice() {
    publish("galaxy-1");
    publish("galaxy-1");
    classifier.classify(0);
    classifier.classify(1);
    tick();
    assertThat(keys(output)).containsExactly("galaxy-1", "galaxy-1");
  }

  @Test
  void anImageMayBeTheRecordItself() throws Exception {
    byte[] jpeg = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 1, 2, 3};
    Headers headers = new RecordHeaders().add("content-type", "Image/JPEG; q=1".getBytes(UTF_8));
    input.pipeInput(new TestRecord<>("galaxy-1".getBytes(UTF_8), jpeg, headers, TAKEN));
    input.pipeInput(new TestRecord<>("galaxy-2".getBytes(UTF_8), jpeg, null, TAKEN));

    assertThat(classifier.origins)
        .satisfiesExactly(
            told ->
                assertThat(told)
                    .isInstanceOfSatisfying(
                        ImageOrigin.Carried.class,
                        image -> assertThat(image.bytes()).isEqualTo(jpeg)),
            guessed -> assertThat(guessed).isInstanceOf(ImageOrigin.Carried.class));
    classifier.classify(0);
    tick();
    GalaxyMorphology answer = GalaxyMorphology.fromJson(output.readRecord().value());
    assertThat(answer.objectId()).isEqualTo("galaxy-1");
    assertThat(answer.image().uri()).isNull();
  }

  @Test
  void anImageWithoutAKeyIsADeadLetter() {
    input.pipeInput(new TestRecord<>(null, new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF}));
    assertThat(header(deadLetters.readRecord(), DeadLetterHeaders.MESSAGE)).contains("key");
  }

  @Test
  void aTombstoneIsSkippedAndCounted() {
    input.pipeInput(new TestRecord<>("galaxy-1".getBytes(UTF_8), null, null, TAKEN));
    tick();
    assertThat(output.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
    assertThat(ledgerSize()).isZero();
    assertThat(
            driver.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("tombstones-total"))
                .map(metric -> metric.metricValue()))
        .containsExactly(1.0);
  }

  @Test
  void aRecordThatIsNoMessageIsADeadLetterByteForByte() {
    Headers headers =
        new RecordHeaders()
            .add("traceparent", new byte[] {0, -1, 7})
            .add("traceparent", new byte[] {8})
            .add("empty", null);
    byte[] key = {1, -2, 3};
    byte[] value = "{\"objectId\": 12}".getBytes(UTF_8);
    input.pipeInput(new TestRecord<>(key, value, headers, TAKEN));

    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(dead.key()).isEqualTo(key);
    assertThat(dead.value()).isEqualTo(value);
    assertThat(dead.getRecordTime()).isEqualTo(TAKEN);
    assertThat(List.of(dead.headers().toArray()).subList(0, 3)).containsExactly(headers.toArray());
    assertThat(header(dead, DeadLetterHeaders.STAGE)).isEqualTo("decode-message");
    assertThat(header(dead, DeadLetterHeaders.KIND)).isEqualTo("permanent");
    assertThat(header(dead, DeadLetterHeaders.ATTEMPTS)).isEqualTo("1");
    assertThat(header(dead, DeadLetterHeaders.MESSAGE))
        .isEqualTo("objectId must be a string, not an integer.");
    assertThat(header(dead, DeadLetterHeaders.EXCEPTION)).endsWith("MessageException");
    assertThat(header(dead, DeadLetterHeaders.TOPIC)).isEqualTo(Topics.DEFAULT.input());
    assertThat(header(dead, DeadLetterHeaders.PARTITION)).isEqualTo("0");
    assertThat(header(dead, DeadLetterHeaders.OFFSET)).isEqualTo("0");
    assertThat(header(dead, DeadLetterHeaders.TIMESTAMP)).isEqualTo("2026-03-01T11:59:58.500Z");
    assertThat(header(dead, DeadLetterHeaders.GIVEN_UP_AT)).isEqualTo("2026-03-01T12:00:00Z");
  }

  @Test
  void anAnswerCarriesTheTraceOfItsReferenceAndNoOtherHeader() {
    Headers headers =
        new RecordHeaders()
            .add("traceparent", PARENT.getBytes(UTF_8))
            .add("tracestate", "vendor=1".getBytes(UTF_8))
            .add("mine", new byte[] {42});
    input.pipeInput(new TestRecord<>(null, reference("galaxy-1"), headers, TAKEN));
    input.pipeInput(new TestRecord<>(null, reference("galaxy-2"), headers, TAKEN));
    classifier.classify(0);
    classifier.fail(1);
    tick();

    Headers answered = output.readRecord().headers();
    assertThat(new String(answered.lastHeader("traceparent").value(), UTF_8)).isEqualTo(PARENT);
    assertThat(new String(answered.lastHeader("tracestate").value(), UTF_8)).isEqualTo("vendor=1");
    assertThat(answered.toArray()).hasSize(2);
    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(header(dead, "traceparent")).isEqualTo(PARENT);
    assertThat(header(dead, "tracestate")).isEqualTo("vendor=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"
      })
  void whatIsNoTraceIsNotCarried(String parent) {
    Headers headers =
        new RecordHeaders()
            .add("traceparent", parent.getBytes(UTF_8))
            .add("tracestate", "vendor=1".getBytes(UTF_8));
    input.pipeInput(new TestRecord<>(null, reference("galaxy-1"), headers, TAKEN));
    classifier.classify(0);
    tick();
    assertThat(output.readRecord().headers().toArray()).isEmpty();
  }

  @Test
  void whatIsInFlightAndWhatBecameOfItIsMeasured() {
    publish("galaxy-1");
    publish("galaxy-2");
    tick();
    assertThat(measures.get("tuning.fork.ledger").gauge().value()).isEqualTo(2);
    assertThat(measures.get("tuning.fork.ledger.window").gauge().value()).isEqualTo(2);
    // accepted on the test's clock, which stands long before the machine's
    assertThat(measures.get("tuning.fork.oldest.galaxy.age").timeGauge().value(TimeUnit.DAYS))
        .isGreaterThan(1);

    classifier.classify(0);
    classifier.fail(1);
    tick();
    assertThat(measures.get("tuning.fork.ledger").gauge().value()).isZero();
    assertThat(measures.get("tuning.fork.oldest.galaxy.age").timeGauge().value()).isZero();
    assertThat(measures.get("tuning.fork.morphologies").counter().count()).isEqualTo(1);
    assertThat(
            measures
                .get("tuning.fork.dead.letters")
                .tags("stage", "fetch", "kind", "transient")
                .counter()
                .count())
        .isEqualTo(1);
    var galaxy = measures.get("tuning.fork.galaxy").timer();
    assertThat(galaxy.count()).isEqualTo(2);
    assertThat(galaxy.max(TimeUnit.MILLISECONDS)).isEqualTo(10);

    driver.close();
    assertThat(measures.get("tuning.fork.ledger.window").gauge().value()).isZero();
    start(SMALL);
  }

  @Test
  void aFailedImageIsADeadLetterMadeFromTheLedger() {
    Headers headers = new RecordHeaders().add("mine", new byte[] {42});
    byte[] value = reference("galaxy-1");
    input.pipeInput(new TestRecord<>(null, value, headers, TAKEN));
    classifier.fail(0);
    tick();

    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(dead.key()).isNull();
    assertThat(dead.value()).isEqualTo(value);
    assertThat(dead.headers().lastHeader("mine").value()).containsExactly(42);
    assertThat(header(dead, DeadLetterHeaders.STAGE)).isEqualTo("fetch");
    assertThat(header(dead, DeadLetterHeaders.KIND)).isEqualTo("transient");
    assertThat(header(dead, DeadLetterHeaders.ATTEMPTS)).isEqualTo("4");
    assertThat(header(dead, DeadLetterHeaders.MESSAGE)).isEqualTo("The host is silent.");
    assertThat(header(dead, DeadLetterHeaders.OFFSET)).isEqualTo("0");
    assertThat(ledgerSize()).isZero();
    assertThat(output.isEmpty()).isTrue();
  }

  @Test
  void anAnswerThatCannotBeWrittenIsADeadLetterOfTheProduceStage() {
    // once as the key and once in the value, it is too long
    byte[] longName = GalaxyImageReference.of("g".repeat(50_000), "file:/1.jpg").toJson();
    input.pipeInput(new TestRecord<>(null, longName));
    classifier.classify(0);
    tick();
    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(header(dead, DeadLetterHeaders.STAGE)).isEqualTo("produce");
    assertThat(dead.value()).isEqualTo(longName);
    assertThat(output.isEmpty()).isTrue();
  }

  @Test
  void aRecordThatIsTooLargeToWriteAgainIsADeadLetterWithoutItsValue() {
    byte[] key = "galaxy-1".getBytes(UTF_8);
    byte[] huge = new byte[SMALL.largestRecord()];
    huge[0] = (byte) 0xFF;
    huge[1] = (byte) 0xD8;
    huge[2] = (byte) 0xFF;
    input.pipeInput(new TestRecord<>(key, huge));

    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(dead.key()).isEqualTo(key);
    assertThat(dead.value()).isNull();
    assertThat(header(dead, DeadLetterHeaders.VALUE_LEFT_OUT)).isEqualTo("100000");
    assertThat(header(dead, DeadLetterHeaders.STAGE)).isEqualTo("produce");

    input.pipeInput(new TestRecord<>(huge, huge));
    TestRecord<byte[], byte[]> pointer = deadLetters.readRecord();
    assertThat(pointer.key()).isNull();
    assertThat(header(pointer, DeadLetterHeaders.OFFSET)).isEqualTo("1");
  }

  @Test
  void whatTheClassifierHasNoRoomForWaitsInTheLedger() {
    classifier.room = 1;
    publish("galaxy-1");
    publish("galaxy-2");
    assertThat(ledgerSize()).isEqualTo(2);
    assertThat(classifier.origins).hasSize(1);

    classifier.room = 2;
    tick();
    assertThat(classifier.origins).hasSize(2);
  }

  @Test
  void aFullWindowOvershootsAndThenFailsTheTaskRatherThanHoldMore() {
    for (int i = 1; i <= 4; i++) {
      publish("galaxy-" + i);
    }
    assertThat(ledgerSize()).isEqualTo(4);
    assertThatThrownBy(() -> publish("galaxy-5"))
        .isInstanceOf(StreamsException.class)
        .hasStackTraceContaining("4 galaxies in flight");
  }

  @Test
  void whatWaitsForASlowHostTakesNoRoomInTheWindow() {
    classifier.slowHosts = Set.of("slow");
    for (int i = 0; i < 20; i++) {
      publish("slow-" + i);
    }
    publish("quick-1");
    publish("quick-2");
    assertThat(ledgerSize()).isEqualTo(22);
    assertThat(classifier.origins).hasSize(22);
    classifier.classify(20);
    classifier.classify(21);
    tick();
    assertThat(keys(output)).containsExactly("quick-1", "quick-2");

    publish("quick-3");
    publish("quick-4");
    publish("quick-5");
    publish("quick-6");
    classifier.slowHosts = Set.of();
    assertThatThrownBy(() -> publish("quick-7"))
        .as("the host is not slow any longer")
        .isInstanceOf(StreamsException.class);
  }

  @Test
  void aFullWindowDoesNotFailTheTaskWhileAHostIsSlowSinceItsImagesEndInTime() {
    classifier.slowHosts = Set.of("other");
    for (int i = 1; i <= 6; i++) {
      publish("galaxy-" + i);
    }
    assertThat(ledgerSize()).isEqualTo(6);

    classifier.longestWait = Duration.ZERO;
    assertThatThrownBy(() -> publish("galaxy-7"))
        .as("no outcome for longer than any host may take")
        .isInstanceOf(StreamsException.class);
  }

  @Test
  void whileAHostIsSlowATaskHoldsAtMostTwiceWhatItHoldsElse() {
    classifier.slowHosts = Set.of("other");
    for (int i = 1; i <= 8; i++) {
      publish("galaxy-" + i);
    }
    assertThatThrownBy(() -> publish("galaxy-9"))
        .isInstanceOf(StreamsException.class)
        .hasStackTraceContaining("8 galaxies in flight")
        .hasStackTraceContaining("more slowly");
  }

  @Test
  void whileAHostIsSlowTheBytesOfRecordsAreBoundedToo() {
    driver.close();
    start(small(50_000));
    classifier.slowHosts = Set.of("other");
    byte[] image = new byte[40_000];
    image[0] = (byte) 0xFF;
    image[1] = (byte) 0xD8;
    image[2] = (byte) 0xFF;
    for (int i = 1; i <= 4; i++) {
      input.pipeInput(("galaxy-" + i).getBytes(UTF_8), image);
    }
    assertThatThrownBy(() -> input.pipeInput("galaxy-5".getBytes(UTF_8), image))
        .isInstanceOf(StreamsException.class)
        .hasStackTraceContaining("4 galaxies in flight");
  }

  @Test
  void whatIsWrittenForAReferenceFromTheFutureHasTheTimeOfNow() throws Exception {
    Instant future = NOW.plus(Duration.ofDays(400));
    for (String id : List.of("galaxy-1", "galaxy-2")) {
      input.pipeInput(new TestRecord<>(id.getBytes(UTF_8), reference(id), null, future));
    }
    classifier.classify(0);
    classifier.fail(1);
    tick();
    assertThat(output.readRecord().getRecordTime()).isEqualTo(NOW.plusMillis(5));
    TestRecord<byte[], byte[]> dead = deadLetters.readRecord();
    assertThat(dead.getRecordTime()).isEqualTo(NOW.plusMillis(5));
    assertThat(header(dead, DeadLetterHeaders.TIMESTAMP)).isEqualTo(future.toString());
  }

  @Test
  void theWindowCountsBytesOfAllTasks() {
    driver.close();
    start(small(50_000));
    byte[] image = new byte[40_000];
    image[0] = (byte) 0xFF;
    image[1] = (byte) 0xD8;
    image[2] = (byte) 0xFF;
    input.pipeInput("galaxy-1".getBytes(UTF_8), image); // alone it may be as large as it likes
    input.pipeInput("galaxy-2".getBytes(UTF_8), image); // within the overshoot
    assertThatThrownBy(() -> input.pipeInput("galaxy-3".getBytes(UTF_8), image))
        .isInstanceOf(StreamsException.class)
        .hasStackTraceContaining("2 galaxies in flight");
  }

  @Test
  void anImageThatTheClassifierHasNoRoomForIsReadFromTheLedgerLater() {
    classifier.room = 1;
    byte[] jpeg = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 1, 2, 3};
    for (int i = 1; i <= 3; i++) {
      input.pipeInput(("galaxy-" + i).getBytes(UTF_8), jpeg);
    }
    classifier.room = 3;
    tick();
    assertThat(classifier.origins)
        .hasSize(3)
        .allSatisfy(origin -> assertThat(((ImageOrigin.Carried) origin).bytes()).isEqualTo(jpeg));
    assertThat(classifier.origins)
        .extracting(ImageOrigin::objectId)
        .containsExactly("galaxy-1", "galaxy-2", "galaxy-3");
  }

  @Test
  void roomInTheWindowIsMadeByAnOutcomeThatArrivesWhileTheTaskWaits() {
    driver.close();
    start(
        new LedgerSettings(
            1,
            LedgerSettings.DEFAULT.windowBytes(),
            1,
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            100_000));
    publish("galaxy-1");
    Thread answering = Thread.ofVirtual().start(() -> classifier.classify(0));
    publish("galaxy-2");
    assertThat(keys(output)).containsExactly("galaxy-1");
    assertThat(answering).isNotNull();
  }

  @Test
  void aClosedTaskForwardsNothingAndCancelsItsWork() {
    publish("galaxy-1");
    driver.close();
    start(SMALL);
    assertThat(classifier.outcomes.getFirst()).isCancelled();
  }

  private void publish(String objectId) {
    input.pipeInput(new TestRecord<>(objectId.getBytes(UTF_8), reference(objectId), null, TAKEN));
  }

  private static byte[] reference(String objectId) {
    return GalaxyImageReference.of(objectId, "file:/galaxies/" + objectId + ".jpg").toJson();
  }

  private void tick() {
    driver.advanceWallClockTime(Duration.ofMillis(5));
  }

  private long ledgerSize() {
    KeyValueStore<Long, LedgerEntry> ledger = driver.getKeyValueStore(LedgerProcessor.LEDGER);
    return ledger.approximateNumEntries();
  }

  private static List<String> keys(TestOutputTopic<byte[], byte[]> topic) {
    return topic.readRecordsToList().stream()
        .map(record -> new String(record.key(), UTF_8))
        .toList();
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
