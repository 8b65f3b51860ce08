package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.KafkaClients;
import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.Replay;
import dev.tuningfork.classifier.fetch.TileSettings;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Survey images through the running stream: each galaxy once, and one outcome each. All of them go
 * through one classifier, which is killed while the first ones are under way; each test looks at
 * its own.
 */
@Timeout(300)
class SurveyImagesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String INPUT = "survey-images";
  private static final String OUTCOMES = "galaxy-survey-images";
  private static final TilePlan PLAN = new TilePlan(TileLayout.PLAIN, 512, 40, 1, 0, 150.1, 2.2, 5);
  private static final int KILLED = 3;
  private static final int EACH = 250;

  @TempDir static Path folder;

  private static Observatory observatory;
  private static RenderedTile tile;
  private static List<GalaxyMorphology> answers;
  private static List<ConsumerRecord<String, byte[]>> deadLetters;
  private static List<SurveyImageOutcome> outcomes;

  /** How many of the galaxies of the killed classifiers were done after the last kill. */
  private static int doneByTheLastKill;

  @BeforeAll
  static void classify() throws Exception {
    observatory = new Observatory(folder);
    observatory.broker.createTopic(INPUT, 2);
    observatory.broker.createTopic(OUTCOMES, 1);
    Files.createDirectory(scratch());
    tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
    killTwice();
    String first = image("twice", catalogue(tile.catalogue(), null));
    publish(first, first, image("twice", catalogue(tile.catalogue(), "petroR90_r > 0")));
    publish(image("5428", catalogue(tile.catalogue(), null)));
    publish(image("bad-rows", catalogue(listWithBadRows(",%2$s,3"), "kind = 'G'")));
    publishUnreadableLists();
    publishBadImages();
    int galaxies = KILLED * EACH + 3 * PLAN.galaxies() + 7 + 5 + 8;
    try (MorphologyModel model = observatory.model();
        var _ = ClassifierApplication.start(settings(), model)) {
      observatory.awaitCommitted(galaxies, PATIENCE);
      awaitOutcomes(KILLED + 2 + 1 + 1 + 4 + 4);
      listWithBadRows("%1$s,%2$s,3");
      replay("Row 2 ");
      publish(first);
      observatory.awaitCommitted(galaxies + 1 + PLAN.galaxies(), PATIENCE);
      awaitOutcomes(KILLED + 2 + 1 + 1 + 4 + 4 + 1 + 1);
    }
    answers =
        observatory.records(Topics.DEFAULT.output()).stream()
            .map(record -> read(record, GalaxyMorphology::fromJson))
            .toList();
    deadLetters =
        observatory.records(Topics.DEFAULT.deadLetters()).stream()
            .filter(letter -> letter.headers().lastHeader(DeadLetterHeaders.MESSAGE) != null)
            .toList();
    outcomes =
        observatory.records(OUTCOMES).stream()
            .map(record -> read(record, SurveyImageOutcome::fromJson))
            .toList();
  }

  @AfterAll
  static void close() {
    observatory.close();
  }

  /** Publishes survey images with lists of their own, and kills two classifiers of them. */
  private static void killTwice() throws Exception {
    var centre = tile.references().get(1);
    for (int i = 0; i < KILLED; i++) {
      int first = i * EACH;
      publish(
          json(
              image("killed-" + i)
                  .with(
                      IntStream.range(first, first + EACH)
                          .mapToObj(
                              n ->
                                  new SurveyImageReference.Galaxy(
                                      String.valueOf(n), centre.ra(), centre.dec(), null, 40.0))
                          .toList())));
    }
    Path settings = settingsFile();
    Path log = Path.of("target", "killed-survey-images.log");
    Files.createDirectories(log.getParent());
    Random random = new Random();
    for (int kill = 1; kill <= 2; kill++) {
      var classifier = new ClassifierProcess(settings, log);
      observatory.awaitCommitted(observatory.committed() + 1 + random.nextInt(100), PATIENCE);
      classifier.killAfter(random.nextInt(200));
    }
    doneByTheLastKill = observatory.committed();
  }

  private static Path listWithBadRows(String second) throws Exception {
    var good = tile.references().getFirst();
    return Files.writeString(
        folder.resolve("list.csv"),
        ("""
        id,ra,dec,radius,kind
        good,%1$s,%2$s,3,G
        no-ra,"""
                + second
                + """
        ,G
        pole,%1$s,99,3,G
        flat,%1$s,%2$s,0,G
        star,%1$s,%2$s,3,S
        good,%1$s,%2$s,3,G
        off,%1$s,-60,3,G
        also-good,%1$s,%2$s,3,G
        """)
            .formatted(good.ra(), good.dec()));
  }

  private static void publishUnreadableLists() throws Exception {
    Path noDec = Files.writeString(folder.resolve("no-dec.csv"), "id,ra\n1,150\n");
    Path noSize = Files.writeString(folder.resolve("no-size.csv"), "id,ra,dec\n1,150,2\n");
    publish(
        image("missing", catalogue(folder.resolve("missing.csv"), null)),
        image("no-dec", catalogue(noDec, null)),
        image("no-size", catalogue(noSize, null)),
        image("outside", catalogue(Path.of("/etc/passwd"), null)),
        "{\"surveyImageId\":\"not-json\"");
  }

  /** Eight outcomes for galaxies and messages, and four for survey images. */
  private static void publishBadImages() throws Exception {
    byte[] whole = Files.readAllBytes(tile.file("r"));
    Path truncated =
        Files.write(folder.resolve("truncated.fits"), Arrays.copyOf(whole, whole.length / 2));
    RenderedTile smaller =
        new RenderedTile(
            folder.resolve("smaller"),
            new TilePlan(TileLayout.PLAIN, 256, 10, 1, 0, 150.1, 2.2, 6),
            null);
    SurveyImageReference.Galaxy centre =
        new SurveyImageReference.Galaxy("centre", 150.1, 2.2, null, 40.0);
    SurveyImageReference.Galaxy again =
        new SurveyImageReference.Galaxy("again", 150.1, 2.2, null, 40.0);
    Path odd =
        Files.writeString(
            folder.resolve("odd.csv"),
            "id,ra,dec,radius\nodd-position,NaN,2.2,3\nhuge,150.1,2.2,50000\nodd-good,150.1,2.2,3\n");
    Path empty = Files.writeString(folder.resolve("empty.csv"), "id,ra,dec,radius\n");
    publish(
        json(withBand(image("truncated"), truncated).with(List.of(centre, again))),
        json(withBand(image("smaller-band"), smaller.file("r")).with(List.of(centre))),
        image("odd", catalogue(odd, null)),
        image("empty", catalogue(empty, null)),
        "{\"surveyImageId\":\"many-files\",\"bands\":[%s],\"galaxies\":[{\"objectId\":\"1\",\"ra\":1,\"dec\":1,\"side\":9}]}"
            .formatted(
                IntStream.range(0, 10_000)
                    .mapToObj("{\"name\":\"b%1$d\",\"uri\":\"file:///b%1$d.fits\"}"::formatted)
                    .collect(Collectors.joining(","))));
  }

  private static SurveyImageReference withBand(SurveyImageReference image, Path r) {
    return new SurveyImageReference(
        image.surveyImageId(),
        List.of(
            image.bands().getFirst(),
            new Band("r", r.toUri().toString(), null),
            image.bands().getLast()),
        image.galaxies(),
        image.catalogue(),
        null,
        image.survey(),
        null,
        null,
        null,
        false);
  }

  private static void replay(String reason) {
    Replay.Result result =
        Replay.run(
            KafkaClients.consumer(settings()),
            KafkaClients.producer(settings()),
            settings().topics(),
            new DeadLetterFilter(
                Set.of(Stage.EXPAND),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Pattern.compile(reason)),
                Set.of(),
                false),
            _ -> {});
    assertThat(result.sent()).isEqualTo(1);
  }

  @Test
  void everyGalaxyOfACatalogueIsAnsweredOnceAndTheOutcomeCountsThem() {
    List<GalaxyMorphology> own = answersOf("5428");
    assertThat(own.stream().map(GalaxyMorphology::objectId))
        .doesNotHaveDuplicates()
        .hasSize(PLAN.galaxies() - 1)
        .allMatch(id -> tile.references().stream().anyMatch(of -> of.objectId().equals(id)));
    assertThat(own)
        .allSatisfy(
            answer -> {
              assertThat(answer.referenceId()).startsWith("5428/");
              assertThat(answer.survey()).isEqualTo("Mock");
            });
    SurveyImageOutcome outcome = outcomeOf("5428");
    assertThat(outcome.galaxies()).isEqualTo(PLAN.galaxies());
    assertThat(outcome.answered()).isEqualTo(PLAN.galaxies() - 1);
    assertThat(outcome.deadLetters()).as("one galaxy has a gap at its centre").isEqualTo(1);
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.firstAt()).isNotNull();
    assertThat(outcome.lastAt()).isAfterOrEqualTo(outcome.firstAt());
    assertThat(outcome.source().topic()).isEqualTo(INPUT);
  }

  @Test
  void badRowsAreDeadLettersThatNameRowAndColumnAndAllOthersGoOn() throws Exception {
    assertThat(answersOf("bad-rows").stream().map(GalaxyMorphology::objectId))
        .containsExactlyInAnyOrder("good", "also-good", "no-ra");
    List<ConsumerRecord<String, byte[]>> own =
        deadLetters.stream()
            .filter(letter -> new String(letter.value(), UTF_8).contains("\"bad-rows\""))
            .toList();
    assertThat(own.stream().map(letter -> reason(letter.headers())))
        .hasSize(5)
        .anyMatch(reason -> reason.equals("Row 2 of the catalogue: the column ra is empty."))
        .anyMatch(reason -> reason.startsWith("Row 3 of the catalogue: the column dec is '99'"))
        .anyMatch(reason -> reason.startsWith("Row 4 of the catalogue: the column radius is '0'"))
        .anyMatch(
            reason ->
                reason.equals(
                    "Row 6 of the catalogue (good): the identifier good is that of row 1."))
        .anyMatch(reason -> reason.contains("is off the tile"));
    SurveyImageOutcome outcome = outcomesOf("bad-rows").getFirst();
    assertThat(outcome.galaxies()).isEqualTo(7);
    assertThat(outcome.answered()).isEqualTo(2);
    assertThat(outcome.deadLetters()).isEqualTo(5);
    assertThat(outcome.excluded()).isEqualTo(1);
    SurveyImageReference ofOneRow =
        SurveyImageReference.fromJson(
            own.stream()
                .filter(letter -> reason(letter.headers()).startsWith("Row 2 "))
                .findFirst()
                .orElseThrow()
                .value());
    assertThat(ofOneRow.catalogue().firstRow()).isEqualTo(2);
    assertThat(ofOneRow.catalogue().lastRow()).isEqualTo(2);
  }

  @Test
  void aRowThatIsCorrectedAndReplayedIsClassifiedAndHasAnOutcomeOfItsOwn() {
    assertThat(answersOf("bad-rows").stream().filter(answer -> answer.objectId().equals("no-ra")))
        .singleElement()
        .satisfies(answer -> assertThat(answer.referenceId()).isEqualTo("bad-rows/2"));
    assertThat(outcomesOf("bad-rows")).hasSize(2);
    SurveyImageOutcome replayed = outcomesOf("bad-rows").getLast();
    assertThat(replayed.galaxies()).isEqualTo(1);
    assertThat(replayed.answered()).isEqualTo(1);
    assertThat(replayed.deadLetters()).isZero();
    assertThat(replayed.source().topic()).isEqualTo(INPUT);
  }

  @Test
  void aListThatCannotBeReadIsADeadLetterAndItsOutcomeSaysWhy() {
    Map<String, String> due =
        Map.of(
            "missing", "there is no such file",
            "no-dec", "no-dec.csv",
            "no-size", "The catalogue no-size.csv has no sizes that the model can use",
            "outside", "outside the allowed folders (fetch.folders)",
            "not-json", "The message is not valid JSON");
    Map<String, String> reasons =
        deadLetters.stream()
            .filter(letter -> due.containsKey(letter.key()))
            .collect(Collectors.toMap(ConsumerRecord::key, one -> reason(one.headers())));
    due.forEach((id, words) -> assertThat(reasons.get(id)).as(id).contains(words));
    assertThat(outcomes.stream().filter(outcome -> due.containsKey(outcome.surveyImageId())))
        .hasSize(4)
        .allSatisfy(
            outcome -> {
              assertThat(outcome.galaxies()).isZero();
              assertThat(outcome.failure()).isEqualTo(reasons.get(outcome.surveyImageId()));
            });
  }

  @Test
  void oddFilesAndRowsEachHaveAClearOutcome() {
    assertThat(reasonsOf("truncated"))
        .hasSize(2)
        .allSatisfy(
            reason ->
                assertThat(reason)
                    .startsWith("Cannot open the band r of the survey image truncated: ")
                    .contains("truncated.fits"));
    assertThat(outcomeOf("truncated").deadLetters()).isEqualTo(2);
    assertThat(answersOf("smaller-band")).as("which has the galaxy").hasSize(1);
    assertThat(outcomeOf("smaller-band").answered()).isEqualTo(1);
    assertThat(answersOf("odd").stream().map(GalaxyMorphology::objectId))
        .containsExactly("odd-good");
    assertThat(reasonsOf("odd"))
        .hasSize(2)
        .anyMatch(reason -> reason.equals("Row 1 of the catalogue: the column ra is empty."))
        .anyMatch(reason -> reason.contains("is too large"));
    assertThat(outcomeOf("odd").deadLetters()).isEqualTo(2);
    assertThat(outcomeOf("empty").galaxies()).isZero();
    assertThat(outcomeOf("empty").failure()).contains("has no rows.");
    assertThat(reasonsOf("many-files"))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("bands");
    assertThat(outcomesOf("many-files")).isEmpty();
  }

  private static List<String> reasonsOf(String surveyImageId) {
    return deadLetters.stream()
        .filter(letter -> new String(letter.value(), UTF_8).contains("\"" + surveyImageId + "\""))
        .map(letter -> reason(letter.headers()))
        .toList();
  }

  @Test
  void publishedTwiceByMistakeItIsClassifiedOnceAndPublishedAnewItIsClassifiedAgain() {
    List<SurveyImageOutcome> own = outcomesOf("twice");
    assertThat(own).hasSize(3);
    long first = own.getFirst().source().offset();
    assertThat(own.stream().map(outcome -> outcome.source().offset() - first))
        .as("the second was the first again, while that was not done")
        .startsWith(0L, 2L);
    assertThat(own)
        .allSatisfy(outcome -> assertThat(outcome.galaxies()).isEqualTo(PLAN.galaxies()));
    assertThat(answersOf("twice")).hasSize(3 * (PLAN.galaxies() - 1));
  }

  @Test
  void killsInTheMiddleLoseAndDoubleNothing() {
    assertThat(doneByTheLastKill)
        .as("galaxies are left to pass after the last kill")
        .isLessThan(KILLED * EACH);
    for (int i = 0; i < KILLED; i++) {
      assertThat(answersOf("killed-" + i).stream().map(GalaxyMorphology::objectId))
          .containsExactlyInAnyOrder(
              IntStream.range(i * EACH, (i + 1) * EACH)
                  .mapToObj(String::valueOf)
                  .toArray(String[]::new));
      SurveyImageOutcome outcome = outcomeOf("killed-" + i);
      assertThat(outcome.galaxies()).isEqualTo(EACH);
      assertThat(outcome.answered()).isEqualTo(EACH);
      assertThat(outcome.deadLetters()).isZero();
    }
  }

  @Test
  void aMissingTopicOfOutcomesStopsTheStartAndIsNamed() throws Exception {
    try (MorphologyModel model = observatory.model()) {
      ClassifierSettings settings = settings().with(SurveySettings.OUTCOMES, "forgotten");
      assertThatThrownBy(() -> ClassifierApplication.start(settings, model))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("Kafka has no topic forgotten. Create it");
    }
  }

  @Test
  void killedClassifiersLeaveNoTemporaryFiles() {
    assertThat(scratch()).isEmptyDirectory();
  }

  private static ClassifierSettings settings() {
    return observatory
        .settings()
        .with(SurveySettings.TOPIC, Optional.of(INPUT))
        .with(TileSettings.FOLDER, scratch());
  }

  private static Path scratch() {
    return folder.resolve("scratch");
  }

  private static Path settingsFile() throws Exception {
    Path file = observatory.settingsFile();
    return Files.writeString(
        file,
        Files.readString(file)
            + """
            survey-images.topic=%s
            survey-images.ahead=150
            survey-images.piece=25
            kafka.state.dir=%s
            tiles.folder=%s
            """
                .formatted(INPUT, folder.resolve("state"), scratch()));
  }

  /** All on one partition, so that their order is known. */
  private static void publish(String... messages) throws Exception {
    for (String message : messages) {
      String key = message.replaceFirst("(?s).*?\"surveyImageId\":\"([^\"]+)\".*", "$1");
      observatory.publishRaw(INPUT, 0, key, message);
    }
  }

  private static void awaitOutcomes(int count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (observatory.records(OUTCOMES).size() < count) {
      assertThat(System.nanoTime()).as("outcomes of survey images").isLessThan(deadline);
    }
  }

  private static SurveyImageReference image(String id) {
    return new SurveyImageReference(
        id,
        tile.bands(),
        List.of(),
        SurveyImageReference.Catalogue.of(tile.catalogue().toUri().toString()),
        null,
        "Mock",
        null,
        null,
        null,
        false);
  }

  private static String image(String id, SurveyImageReference.Catalogue catalogue) {
    return json(image(id).with(catalogue));
  }

  private static String json(SurveyImageReference image) {
    return new String(image.toJson(), UTF_8);
  }

  private static SurveyImageReference.Catalogue catalogue(Path file, String where) {
    return new SurveyImageReference.Catalogue(
        file.toUri().toString(), null, where, null, null, null, null);
  }

  private static List<GalaxyMorphology> answersOf(String surveyImageId) {
    return answers.stream()
        .filter(answer -> answer.image().cutout().tile().equals(surveyImageId))
        .toList();
  }

  private static List<SurveyImageOutcome> outcomesOf(String surveyImageId) {
    return outcomes.stream()
        .filter(outcome -> outcome.surveyImageId().equals(surveyImageId))
        .toList();
  }

  /** The only one of this survey image. */
  private static SurveyImageOutcome outcomeOf(String surveyImageId) {
    assertThat(outcomesOf(surveyImageId)).hasSize(1);
    return outcomesOf(surveyImageId).getFirst();
  }

  private interface Reading<T> {
    T of(byte[] json) throws Exception;
  }

  private static <T> T read(ConsumerRecord<String, byte[]> record, Reading<T> reading) {
    try {
      return reading.of(record.value());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String reason(Headers headers) {
    return new String(headers.lastHeader(DeadLetterHeaders.MESSAGE).value(), UTF_8);
  }
}
