package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.expand.GalaxyLists;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.progress.Sky;
import dev.tuningfork.classifier.progress.SurveyBoard;
import dev.tuningfork.classifier.progress.SurveyState;
import dev.tuningfork.image.ImageFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Survey images in the topology, with a classifier that answers when the test says so. */
@Timeout(60)
class SurveyTopologyTest {

  private static final SurveyTopics TOPICS = SurveyTopics.of("survey-images", "outcomes", "test");
  private static final int AHEAD = 100;
  private static final int PIECE = 20;

  @TempDir Path folder;
  private final List<ImageOrigin> origins = new ArrayList<>();
  private final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
  private final SurveyBoard board = new SurveyBoard(Sky.ofPage());
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> input;
  private TestOutputTopic<byte[], byte[]> answers;
  private TestOutputTopic<byte[], byte[]> deadLetters;
  private TestOutputTopic<byte[], byte[]> done;

  @BeforeEach
  void start() {
    ImageClassifier classifier =
        origin -> {
          origins.add(origin);
          outcomes.add(new CompletableFuture<>());
          return Optional.of(outcomes.getLast());
        };
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    driver =
        new TopologyTestDriver(
            ClassifierTopology.of(
                Topics.DEFAULT,
                classifier,
                MessageFormat.JSON,
                LedgerSettings.DEFAULT,
                new Transactions(ClassifierMetrics.noop(), 1),
                ClassifierMetrics.noop(),
                Optional.of(surveyImages())),
            properties,
            Instant.EPOCH.plusSeconds(1_000));
    var bytes = new ByteArraySerializer();
    var fromBytes = new ByteArrayDeserializer();
    input = driver.createInputTopic(TOPICS.input(), bytes, bytes);
    answers = driver.createOutputTopic(Topics.DEFAULT.output(), fromBytes, fromBytes);
    deadLetters = driver.createOutputTopic(Topics.DEFAULT.deadLetters(), fromBytes, fromBytes);
    done = driver.createOutputTopic(TOPICS.outcomes(), fromBytes, fromBytes);
  }

  private SurveyImages surveyImages() {
    return new SurveyImages(
        TOPICS,
        new GalaxyLists(new ChangingFile(), folder, PIECE, 50_000),
        new SurveySettings(Optional.of(TOPICS.input()), TOPICS.outcomes(), AHEAD, PIECE),
        board);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void noMoreGalaxiesThanAllowedAreOnTheirWay() throws Exception {
    publish("t", 0, 1_000);
    for (int answered = 0; answered < 1_000; ) {
      int due = Math.min(1_000, answered + AHEAD);
      advanceUntil(() -> origins.size() >= due);
      for (int look = 0; look < 50; look++) {
        driver.advanceWallClockTime(Duration.ofMillis(20));
      }
      assertThat(origins).as("galaxies that are not done").hasSize(due);
      for (int next = answered + 7; answered < Math.min(1_000, next); answered++) {
        answer(answered);
      }
      // a piece is written when all of it has room
      int room = AHEAD - (origins.size() - answered);
      for (; room % PIECE != 0 && answered < origins.size(); answered++, room++) {
        answer(answered);
      }
    }
    advanceUntil(() -> !done.isEmpty());
    SurveyImageOutcome outcome = SurveyImageOutcome.fromJson(done.readValue());
    assertThat(outcome.galaxies()).isEqualTo(1_000);
    assertThat(outcome.answered()).isEqualTo(1_000);
    assertThat(answers.readValuesToList()).hasSize(1_000);
  }

  @Test
  void theOutcomeIsWrittenOnceWhenTheLastGalaxyIsDone() throws Exception {
    publish("t", 0, 3);
    advanceUntil(() -> origins.size() == 3);
    answer(2);
    fail(0);
    advanceUntil(() -> deadLetters.getQueueSize() == 1);
    assertThat(done.isEmpty()).isTrue();
    advanceUntil(() -> board.left() == 1);
    SurveyState underWay = board.find("t").orElseThrow();
    assertThat(underWay.state()).isEqualTo(SurveyState.State.CLASSIFYING);
    assertThat(underWay.fields())
        .containsEntry("galaxies", 3L)
        .containsEntry("answered", 1L)
        .containsEntry("deadLetters", 1L)
        .containsEntry("left", 1L)
        .containsEntry("state", "classifying");
    assertThat(board.unfinished()).isEqualTo(1);
    assertThat(board.listed()).isEqualTo(3);
    answer(1);
    advanceUntil(() -> !done.isEmpty());
    assertThat(board.find("t").orElseThrow().state()).isEqualTo(SurveyState.State.DONE);
    assertThat(board.unfinished()).isZero();
    assertThat(board.oldestAge()).isZero();

    SurveyImageOutcome outcome = SurveyImageOutcome.fromJson(done.readValue());
    assertThat(outcome.surveyImageId()).isEqualTo("t");
    assertThat(outcome.galaxies()).isEqualTo(3);
    assertThat(outcome.answered()).isEqualTo(2);
    assertThat(outcome.deadLetters()).isEqualTo(1);
    assertThat(outcome.source().offset()).isZero();
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    assertThat(done.isEmpty()).isTrue();
    assertThat(driver.getKeyValueStore(ExpansionProcessor.MESSAGES).get(0L)).isNull();
    assertThat(driver.getKeyValueStore(ExpansionProcessor.EXPANSIONS).get(0L)).isNull();
  }

  @Test
  void theSameMessageIsSkippedWhileItIsNotDoneAndAnotherOneIsNot() throws Exception {
    publish("t", 0, 2);
    publish("t", 0, 2);
    publish("t", 0, 3);
    advanceUntil(() -> origins.size() == 5);
    IntStream.range(0, 5).forEach(this::answer);
    advanceUntil(() -> done.getQueueSize() == 2);
    publish("t", 0, 2);
    advanceUntil(() -> origins.size() == 7);
    answer(5);
    answer(6);
    advanceUntil(() -> done.getQueueSize() == 3);
    assertThat(
            done.readValuesToList().stream()
                .map(
                    json -> {
                      try {
                        return SurveyImageOutcome.fromJson(json).source().offset();
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                    }))
        .containsExactly(0L, 2L, 3L);
  }

  /** Its publisher completes the catalogue and publishes the survey image again. */
  @Test
  void theSameMessageIsTakenAgainOnceItsListIsBroken() throws Exception {
    StringBuilder rows = new StringBuilder("id,ra,dec,radius\n");
    IntStream.range(0, 40).forEach(n -> rows.append(n).append(",150,2,1\n"));
    Files.writeString(folder.resolve("growing.csv"), rows);
    byte[] message =
        new SurveyImageReference(
                "t",
                List.of(new Band("r", "file:/r.fits", null)),
                List.of(),
                SurveyImageReference.Catalogue.of("file:/growing.csv"),
                null,
                null,
                null,
                null,
                null,
                false)
            .toJson();
    input.pipeInput("t".getBytes(UTF_8), message);
    advanceUntil(() -> deadLetters.getQueueSize() == 1);
    assertThat(origins).hasSize(40);
    assertThat(board.find("t").orElseThrow().fields().get("failure").toString())
        .contains("has changed while it was read");

    input.pipeInput("t".getBytes(UTF_8), message);
    advanceUntil(() -> origins.size() == 80);
    IntStream.range(0, 80).forEach(this::answer);
    advanceUntil(() -> done.getQueueSize() == 2);
  }

  /** One file, which changes whenever it is looked for. */
  private final class ChangingFile implements ImageFetcher {

    @Override
    public FetchedImage fetch(GalaxyImageReference.Image image) {
      throw new IllegalStateException("nothing is fetched");
    }

    @Override
    public LocalFile file(String uri) {
      return new LocalFile() {
        private long changed;

        @Override
        public Path path() {
          try {
            return Files.setLastModifiedTime(
                folder.resolve("growing.csv"), FileTime.fromMillis(changed++));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }

        @Override
        public void close() {}
      };
    }
  }

  @Test
  void aGalaxyOfAnotherTopicCountsForNoSurveyImageWhateverItsHeadersSay() throws Exception {
    publish("t", 0, 1);
    advanceUntil(() -> origins.size() == 1);
    var bytes = new ByteArraySerializer();
    var headers = LedgerEntry.noHeaders();
    new Publication(0, 0).addTo(headers);
    driver
        .createInputTopic(Topics.DEFAULT.input(), bytes, bytes)
        .pipeInput(
            new TestRecord<>(
                "forged".getBytes(UTF_8),
                "{\"objectId\":\"forged\",\"image\":{\"uri\":\"file:/1\"}}".getBytes(UTF_8),
                headers));
    answer(1);
    advanceUntil(() -> answers.getQueueSize() == 1);
    assertThat(done.isEmpty()).isTrue();
    answer(0);
    advanceUntil(() -> !done.isEmpty());
    assertThat(SurveyImageOutcome.fromJson(done.readValue()).answered()).isEqualTo(1);
  }

  /** As two clusters' instances have it that share a folder for Kafka Streams' files. */
  @Test
  void aFolderOfAnotherClusterIsNamed() {
    MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
    KeyValueStore<Long, Expansion> expansions =
        inMemory(context, ExpansionProcessor.EXPANSIONS, Expansion.SERDE);
    inMemory(context, ExpansionProcessor.MESSAGES, LedgerEntry.SERDE);
    expansions.put(7L, Expansion.begin("0a"));
    ExpansionProcessor processor =
        new ExpansionProcessor(
            surveyImages(),
            MessageFormat.JSON,
            LedgerSettings.DEFAULT,
            new Transactions(ClassifierMetrics.noop(), 1),
            ClassifierMetrics.noop());

    assertThatThrownBy(() -> processor.init(context))
        .hasMessageContaining("The folder kafka.state.dir lacks the survey image at offset 7")
        .hasMessageContaining("Give each cluster a folder of its own");
  }

  private static <V> KeyValueStore<Long, V> inMemory(
      MockProcessorContext<Object, Object> context, String name, Serde<V> values) {
    KeyValueStore<Long, V> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.Long(), values)
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    return store;
  }

  private void publish(String id, int from, int to) {
    SurveyImageReference image =
        new SurveyImageReference(
            id,
            List.of(new Band("r", "file:/r.fits", null)),
            IntStream.range(from, to)
                .mapToObj(n -> new SurveyImageReference.Galaxy("g" + n, 150.0, 2.0, null, 64.0))
                .toList(),
            null,
            null,
            null,
            null,
            null,
            null,
            false);
    input.pipeInput(id.getBytes(UTF_8), image.toJson());
  }

  /** The list is read by a thread of its own, which is waited for. */
  private void advanceUntil(BooleanSupplier holds) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              driver.advanceWallClockTime(Duration.ofMillis(20));
              return holds.getAsBoolean();
            });
  }

  private void answer(int submission) {
    outcomes
        .get(submission)
        .complete(
            new Outcome.Classified(
                FakeModel.answer(),
                FakeModel.BY,
                "ab".repeat(32),
                64,
                64,
                Set.of(),
                ImageFacts.NONE,
                null,
                null));
  }

  private void fail(int submission) {
    outcomes
        .get(submission)
        .complete(
            new Outcome.Failed(
                Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1, new IOException("Off the tile.")));
  }
}
