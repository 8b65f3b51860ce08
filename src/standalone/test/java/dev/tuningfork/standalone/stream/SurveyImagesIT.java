package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Survey images through the running stream: each galaxy once, and one outcome each. */
@Timeout(400)
class SurveyImagesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String INPUT = "survey-images";
  private static final String OUTCOMES = "galaxy-survey-images";
  private static final TilePlan PLAN = new TilePlan(TileLayout.PLAIN, 512, 40, 1, 0, 150.1, 2.2, 5);

  @TempDir Path folder;

  @Test
  void everyGalaxyOfACatalogueIsAnsweredOnceAndTheOutcomeCountsThem() throws Exception {
    try (Observatory observatory = observatory()) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);

      run(observatory, PLAN.galaxies(), 1, image("5428", tile, catalogue(tile.catalogue(), null)));

      List<GalaxyMorphology> answers = answers(observatory);
      assertThat(answers.stream().map(GalaxyMorphology::objectId))
          .doesNotHaveDuplicates()
          .hasSize(PLAN.galaxies() - 1)
          .allMatch(id -> tile.references().stream().anyMatch(of -> of.objectId().equals(id)));
      assertThat(answers)
          .allSatisfy(
              answer -> {
                assertThat(answer.image().cutout().tile()).isEqualTo("5428");
                assertThat(answer.referenceId()).startsWith("5428/");
                assertThat(answer.survey()).isEqualTo("Mock");
              });
      SurveyImageOutcome outcome = outcomes(observatory).getFirst();
      assertThat(outcome.surveyImageId()).isEqualTo("5428");
      assertThat(outcome.galaxies()).isEqualTo(PLAN.galaxies());
      assertThat(outcome.answered()).isEqualTo(PLAN.galaxies() - 1);
      assertThat(outcome.deadLetters()).as("one galaxy has a gap at its centre").isEqualTo(1);
      assertThat(outcome.failure()).isNull();
      assertThat(outcome.firstAt()).isNotNull();
      assertThat(outcome.lastAt()).isAfterOrEqualTo(outcome.firstAt());
      assertThat(outcome.source().topic()).isEqualTo(INPUT);
      assertThat(outcomes(observatory)).hasSize(1);
    }
  }

  @Test
  void badRowsAreDeadLettersThatNameRowAndColumnAndAllOthersGoOn() throws Exception {
    try (Observatory observatory = observatory()) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
      var good = tile.references().getFirst();
      Path list =
          Files.writeString(
              folder.resolve("list.csv"),
              """
              id,ra,dec,radius,kind
              good,%1$s,%2$s,3,G
              no-ra,,%2$s,3,G
              pole,%1$s,99,3,G
              flat,%1$s,%2$s,0,G
              star,%1$s,%2$s,3,S
              good,%1$s,%2$s,3,G
              off,%1$s,-60,3,G
              also-good,%1$s,%2$s,3,G
              """
                  .formatted(good.ra(), good.dec()));

      run(observatory, 7, 1, image("t", tile, catalogue(list, "kind = 'G'")));

      assertThat(answers(observatory).stream().map(GalaxyMorphology::objectId))
          .containsExactlyInAnyOrder("good", "also-good");
      assertThat(deadLetters(observatory).stream().map(letter -> reason(letter.headers())))
          .hasSize(5)
          .anyMatch(reason -> reason.equals("Row 2 of the catalogue: the column ra is empty."))
          .anyMatch(reason -> reason.startsWith("Row 3 of the catalogue: the column dec is '99'"))
          .anyMatch(reason -> reason.startsWith("Row 4 of the catalogue: the column radius is '0'"))
          .anyMatch(
              reason ->
                  reason.equals(
                      "Row 6 of the catalogue (good): the identifier good is that of row 1."))
          .anyMatch(reason -> reason.contains("is off the tile"));
      SurveyImageOutcome outcome = outcomes(observatory).getFirst();
      assertThat(outcome.galaxies()).isEqualTo(7);
      assertThat(outcome.answered()).isEqualTo(2);
      assertThat(outcome.deadLetters()).isEqualTo(5);
      assertThat(outcome.excluded()).isEqualTo(1);
      SurveyImageReference ofOneRow =
          SurveyImageReference.fromJson(
              deadLetters(observatory).stream()
                  .filter(letter -> reason(letter.headers()).startsWith("Row 2 "))
                  .findFirst()
                  .orElseThrow()
                  .value());
      assertThat(ofOneRow.catalogue().firstRow()).isEqualTo(2);
      assertThat(ofOneRow.catalogue().lastRow()).isEqualTo(2);
    }
  }

  @Test
  void aListThatCannotBeReadIsADeadLetterAndItsOutcomeSaysWhy() throws Exception {
    try (Observatory observatory = observatory()) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
      Path noDec = Files.writeString(folder.resolve("no-dec.csv"), "id,ra\n1,150\n");
      Path noSize = Files.writeString(folder.resolve("no-size.csv"), "id,ra,dec\n1,150,2\n");
      Map<String, String> due =
          Map.of(
              "missing", "there is no such file",
              "no-dec", "no-dec.csv",
              "no-size", "The catalogue no-size.csv has no sizes that the model can use",
              "outside", "outside the folders that images may be read from",
              "not-json", "The message is not valid JSON");

      run(
          observatory,
          5,
          4,
          image("missing", tile, catalogue(folder.resolve("missing.csv"), null)),
          image("no-dec", tile, catalogue(noDec, null)),
          image("no-size", tile, catalogue(noSize, null)),
          image("outside", tile, catalogue(Path.of("/etc/passwd"), null)),
          "{\"surveyImageId\":\"not-json\"");

      Map<String, String> reasons =
          deadLetters(observatory).stream()
              .collect(Collectors.toMap(ConsumerRecord::key, one -> reason(one.headers())));
      due.forEach((id, words) -> assertThat(reasons.get(id)).as(id).contains(words));
      assertThat(outcomes(observatory))
          .hasSize(4)
          .allSatisfy(
              outcome -> {
                assertThat(outcome.galaxies()).isZero();
                assertThat(outcome.failure()).isEqualTo(reasons.get(outcome.surveyImageId()));
              });
    }
  }

  @Test
  void publishedTwiceByMistakeItIsClassifiedOnceAndPublishedAnewItIsClassifiedAgain()
      throws Exception {
    try (Observatory observatory = observatory()) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
      String first = image("t", tile, catalogue(tile.catalogue(), null));
      String changed = image("t", tile, catalogue(tile.catalogue(), "petroR90_r > 0"));
      publish(observatory, first, first, changed);
      try (MorphologyModel model = observatory.model();
          var _ = ClassifierApplication.start(settings(observatory), model)) {
        observatory.awaitCommitted(2 * PLAN.galaxies(), PATIENCE);
        awaitOutcomes(observatory, 2);
        publish(observatory, first);
        observatory.awaitCommitted(3 * PLAN.galaxies(), PATIENCE);
        awaitOutcomes(observatory, 3);
      }
      assertThat(observatory.committed()).isEqualTo(3 * PLAN.galaxies());
      assertThat(outcomes(observatory)).hasSize(3);
      assertThat(outcomes(observatory).stream().map(outcome -> outcome.source().offset()))
          .as("the second was the first again, while that was not done")
          .containsExactly(0L, 2L, 3L);
    }
  }

  @Test
  void killsInTheMiddleLoseAndDoubleNothing() throws Exception {
    int images = 6;
    int each = 1_000;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Observatory observatory = observatory()) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
      var centre = tile.references().get(1);
      String[] messages = new String[images];
      for (int i = 0; i < images; i++) {
        int first = i * each;
        messages[i] =
            json(
                image("tile-" + i, tile)
                    .with(
                        IntStream.range(first, first + each)
                            .mapToObj(
                                n ->
                                    new SurveyImageReference.Galaxy(
                                        String.valueOf(n), centre.ra(), centre.dec(), null, 40.0))
                            .toList()));
      }
      publish(observatory, messages);
      Path settings = settingsFile(observatory);
      Path log = Path.of("target", "killed-survey-images.log");
      Files.createDirectories(log.getParent());
      for (int kill = 1; kill <= 5; kill++) {
        var classifier = new ClassifierProcess(settings, log);
        observatory.awaitCommitted(
            Math.min(images * each - 1, observatory.committed() + 1 + random.nextInt(600)),
            PATIENCE);
        classifier.killAfter(random.nextInt(600));
      }
      assertThat(observatory.committed())
          .as("galaxies are left to pass after the last kill, seed %d", seed)
          .isLessThan(images * each);
      try (var _ = new ClassifierProcess(settings, log)) {
        observatory.awaitCommitted(images * each, PATIENCE);
        awaitOutcomes(observatory, images);
      }
      observatory.requireOneOutcomeEach(images * each);
      List<SurveyImageOutcome> outcomes = outcomes(observatory);
      assertThat(outcomes.stream().map(SurveyImageOutcome::surveyImageId))
          .containsExactlyInAnyOrder(
              IntStream.range(0, images).mapToObj(i -> "tile-" + i).toArray(String[]::new));
      assertThat(outcomes)
          .allSatisfy(
              outcome -> {
                assertThat(outcome.galaxies()).isEqualTo(each);
                assertThat(outcome.answered()).isEqualTo(each);
                assertThat(outcome.deadLetters()).isZero();
              });
    }
  }

  private Observatory observatory() throws Exception {
    Observatory observatory = new Observatory(folder);
    observatory.broker.createTopic(INPUT, 2);
    observatory.broker.createTopic(OUTCOMES, 1);
    return observatory;
  }

  private static ClassifierSettings settings(Observatory observatory) {
    return observatory.settings().with(SurveySettings.TOPIC, Optional.of(INPUT));
  }

  private Path settingsFile(Observatory observatory) throws Exception {
    Path file = observatory.settingsFile();
    return Files.writeString(
        file,
        Files.readString(file)
            + """
            survey-images.topic=%s
            survey-images.ahead=400
            survey-images.piece=50
            kafka.state.dir=%s
            """
                .formatted(INPUT, folder.resolve("state")));
  }

  /** Publishes, classifies until there are so many outcomes of both kinds, and stops. */
  private void run(Observatory observatory, int galaxies, int images, String... messages)
      throws Exception {
    publish(observatory, messages);
    try (MorphologyModel model = observatory.model();
        var _ = ClassifierApplication.start(settings(observatory), model)) {
      observatory.awaitCommitted(galaxies, PATIENCE);
      awaitOutcomes(observatory, images);
    }
    assertThat(observatory.committed()).isEqualTo(galaxies);
  }

  /** All on one partition, so that their order is known. */
  private static void publish(Observatory observatory, String... messages) throws Exception {
    for (String message : messages) {
      String key = message.replaceFirst("(?s).*?\"surveyImageId\":\"([^\"]+)\".*", "$1");
      observatory.publishRaw(INPUT, 0, key, message);
    }
  }

  private static void awaitOutcomes(Observatory observatory, int count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (observatory.records(OUTCOMES).size() < count) {
      assertThat(System.nanoTime()).as("outcomes of survey images").isLessThan(deadline);
    }
  }

  private static SurveyImageReference image(String id, RenderedTile tile) {
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

  private static String image(
      String id, RenderedTile tile, SurveyImageReference.Catalogue catalogue) {
    return json(image(id, tile).with(catalogue));
  }

  private static String json(SurveyImageReference image) {
    return new String(image.toJson(), UTF_8);
  }

  private static SurveyImageReference.Catalogue catalogue(Path file, String where) {
    return new SurveyImageReference.Catalogue(
        file.toUri().toString(), null, where, null, null, null, null);
  }

  private static List<GalaxyMorphology> answers(Observatory observatory) throws Exception {
    return observatory.records(Topics.DEFAULT.output()).stream()
        .map(
            record -> {
              try {
                return GalaxyMorphology.fromJson(record.value());
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  private static List<SurveyImageOutcome> outcomes(Observatory observatory) {
    return observatory.records(OUTCOMES).stream()
        .map(
            record -> {
              try {
                return SurveyImageOutcome.fromJson(record.value());
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  private static List<ConsumerRecord<String, byte[]>> deadLetters(Observatory observatory) {
    return observatory.records(Topics.DEFAULT.deadLetters());
  }

  private static String reason(Headers headers) {
    return new String(headers.lastHeader(DeadLetterHeaders.MESSAGE).value(), UTF_8);
  }
}
