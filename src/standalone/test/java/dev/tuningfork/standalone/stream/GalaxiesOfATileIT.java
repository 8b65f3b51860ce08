package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.CommandLineRun;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** References to galaxies of a survey image, through the running stream. */
@Timeout(240)
class GalaxiesOfATileIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final TilePlan PLAN = new TilePlan(TileLayout.PLAIN, 512, 40, 1, 0, 150.1, 2.2, 5);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "sdss-gri"})
  void eachIsAnsweredAsTheCommandLineDoes(String recipe) throws Exception {
    try (Observatory observatory = new Observatory(folder)) {
      RenderedTile tile =
          new RenderedTile(folder.resolve("sky"), PLAN, recipe.isEmpty() ? null : recipe);

      Map<String, GalaxyMorphology> streamed = classify(observatory, tile.references());

      Path table = folder.resolve("galaxies.jsonl");
      CommandLineRun.require(
          3, // one galaxy has a gap at its centre
          List.of(
              "classify --model %s --device cpu --out %s --catalogue %s %s %s"
                  .formatted(
                      observatory.bundle(),
                      table,
                      tile.catalogue(),
                      tile.bands().stream()
                          .map(band -> "--image " + band.name() + "=" + tile.file(band.name()))
                          .collect(Collectors.joining(" ")),
                      recipe.isEmpty() ? "" : "--recipe " + recipe)
                  .trim()
                  .split(" +")));
      List<String> rows = Files.readAllLines(table);
      assertThat(rows).hasSize(PLAN.galaxies() - 1);
      assertThat(streamed).hasSize(PLAN.galaxies() - 1);
      for (String row : rows) {
        GalaxyMorphology told = GalaxyMorphology.fromJson(row.getBytes(StandardCharsets.UTF_8));
        GalaxyMorphology answer = streamed.get(told.objectId());
        assertThat(answer.questions())
            .as("the same pixels, in batches of other galaxies")
            .usingRecursiveComparison()
            .withComparatorForType(new DoubleComparator(1e-6), Double.class)
            .isEqualTo(told.questions());
        assertThat(answer.flags()).isEqualTo(told.flags());
        assertThat(answer.image()).isEqualTo(told.image());
        assertThat(answer.ra()).isEqualTo(told.ra());
        assertThat(answer.morphology()).isEqualTo(told.morphology());
        assertThat(answer.source().topic()).isEqualTo(Topics.DEFAULT.input());
      }
      assertThat(streamed.values().stream().flatMap(answer -> answer.flags().stream()))
          .as("some galaxy is at the edge")
          .contains(QualityFlag.EDGE);
    }
  }

  @Test
  void whatCannotBeCutIsADeadLetterThatNamesTileAndBandAndAllOthersAreAnswered() throws Exception {
    try (Observatory observatory = new Observatory(folder)) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
      GalaxyImageReference good = tile.references().getFirst();
      Path text = Files.writeString(folder.resolve("text.fits"), "no FITS file at all");
      Path plain = Files.write(folder.resolve("plain.fits"), withoutCoordinates(tile.file("r")));
      Map<String, List<String>> due = new HashMap<>();
      Map<String, GalaxyImageReference> sent = new HashMap<>();
      sent.put("off", with("off", good, 151.9, tile.bands(), null));
      due.put("off", List.of("survey image tile", "band i", "is off the tile"));
      sent.put(
          "missing", with("missing", good, null, bands(tile, folder.resolve("no.fits")), null));
      due.put("missing", List.of("the band r of the survey image tile", "there is no such file"));
      sent.put("text", with("text", good, null, bands(tile, text), null));
      due.put("text", List.of("the band r of the survey image tile", "text.fits cannot be read"));
      sent.put("plain", with("plain", good, null, bands(tile, plain), null));
      due.put(
          "plain",
          List.of("the band r of the survey image tile", "has no celestial coordinates (CTYPE)"));
      sent.put("outside", with("outside", good, null, bands(tile, Path.of("/etc/passwd")), null));
      due.put(
          "outside", List.of("the band r of the survey image tile", "outside the allowed folders"));
      sent.put("recipe", with("recipe", good, null, tile.bands(), "none-such"));
      due.put("recipe", List.of("There is no recipe none-such; the recipes are"));
      sent.put("good", good);

      Map<String, GalaxyMorphology> streamed = classify(observatory, List.copyOf(sent.values()));

      assertThat(streamed).containsOnlyKeys(good.objectId());
      due.forEach(
          (objectId, words) ->
              assertThat(
                      new String(
                          observatory
                              .headers
                              .get(objectId)
                              .lastHeader(DeadLetterHeaders.MESSAGE)
                              .value(),
                          StandardCharsets.UTF_8))
                  .as(objectId)
                  .contains(words));
    }
  }

  @Test
  void aTileThatIsPublishedAnewIsReadAnew() throws Exception {
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model()) {
      RenderedTile tile = new RenderedTile(folder.resolve("sky"), PLAN, null);
      RenderedTile other =
          new RenderedTile(
              folder.resolve("other"),
              new TilePlan(TileLayout.PLAIN, 512, 40, 1, 0, 150.1, 2.2, 6),
              null);
      GalaxyImageReference galaxy = tile.references().getFirst();
      try (var _ = ClassifierApplication.start(observatory.settings(), model)) {
        publish(observatory, galaxy);
        observatory.awaitCommitted(1, PATIENCE);
        for (String band : List.of("i", "r", "g")) {
          Files.copy(other.file(band), tile.file(band), StandardCopyOption.REPLACE_EXISTING);
        }
        publish(observatory, galaxy);
        observatory.awaitCommitted(2, PATIENCE);
      }
      List<String> seen =
          observatory.records(Topics.DEFAULT.output()).stream()
              .map(record -> read(record.value()).image().sha256())
              .toList();
      assertThat(seen).hasSize(2).doesNotHaveDuplicates();
    }
  }

  private Map<String, GalaxyMorphology> classify(
      Observatory observatory, List<GalaxyImageReference> references) throws Exception {
    for (GalaxyImageReference reference : references) {
      publish(observatory, reference);
    }
    try (MorphologyModel model = observatory.model();
        var _ = ClassifierApplication.start(observatory.settings(), model)) {
      observatory.awaitCommitted(references.size(), PATIENCE);
    }
    return observatory.records(Topics.DEFAULT.output()).stream()
        .map(record -> read(record.value()))
        .collect(Collectors.toMap(GalaxyMorphology::objectId, answer -> answer));
  }

  private static void publish(Observatory observatory, GalaxyImageReference reference)
      throws Exception {
    observatory.publishRaw(
        reference.objectId(), new String(reference.toJson(), StandardCharsets.UTF_8));
  }

  private static GalaxyMorphology read(byte[] json) {
    try {
      return GalaxyMorphology.fromJson(json);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<Band> bands(RenderedTile tile, Path r) {
    return List.of(
        tile.bands().getFirst(), new Band("r", r.toUri().toString(), null), tile.bands().getLast());
  }

  private static byte[] withoutCoordinates(Path tile) throws IOException {
    String file = Files.readString(tile, StandardCharsets.ISO_8859_1);
    return file.replace("CTYPE", "XTYPE").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The same about another galaxy, or other files. */
  private static GalaxyImageReference with(
      String objectId, GalaxyImageReference of, Double ra, List<Band> bands, String recipe) {
    return RenderedTile.reference(
        objectId,
        ra == null ? of.ra() : ra,
        of.dec(),
        of.image().cutout().fieldOfView(),
        bands,
        recipe);
  }
}
