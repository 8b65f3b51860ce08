package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.survey.MockTiles;
import dev.tuningfork.standalone.survey.TileGalaxy;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.tree.DecisionTree;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import nom.tam.fits.Fits;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code classify} and {@code cut} on tiles that {@code mock-tile} renders; random weights. */
@Timeout(240)
class TilesIT {

  /** Two tiles that share 120 columns. */
  private static final TilePlan PLAN =
      new TilePlan(TileLayout.PLAIN, 640, 60, 2, 120, 150.1, 2.2, 5);

  @TempDir static Path folder;
  private static Path bundle;
  private static Path survey;
  private static List<TileGalaxy> galaxies;

  @TempDir Path work;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void makeModelAndTiles() throws Exception {
    ModelDescription description =
        ModelDescription.of(
            "random", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    bundle = folder.resolve("random.zip");
    ModelBundle.of(description, Weights.initial(description.network(), 1)).save(bundle);
    survey = Files.createDirectory(folder.resolve("survey"));
    TileWriter writer = new TileWriter(PLAN, survey);
    for (int tile = 0; tile < PLAN.tiles(); tile++) {
      writer.writeTile(tile);
    }
    writer.writeCatalogues();
    MockTiles tiles = new MockTiles(PLAN);
    galaxies = IntStream.range(0, PLAN.galaxies()).mapToObj(tiles::galaxy).toList();
  }

  private int execute(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Commands.line(new PrintWriter(out), new PrintWriter(err)).execute(arguments);
  }

  private int classify(Path table, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "classify",
                "--model",
                bundle.toString(),
                "--device",
                "cpu",
                "--out",
                table.toString()));
    arguments.addAll(List.of(more));
    return execute(arguments.toArray(String[]::new));
  }

  private static String[] images(String... more) {
    List<String> arguments = new ArrayList<>();
    for (String band : List.of("i", "r", "g")) {
      arguments.add("--image");
      arguments.add(band + "=" + survey + "/tile-*-" + band + ".fits");
    }
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static List<GalaxyMorphology> read(Path table) throws Exception {
    List<GalaxyMorphology> read = new ArrayList<>();
    for (String line : Files.readAllLines(table)) {
      read.add(GalaxyMorphology.fromJson(line.getBytes(StandardCharsets.UTF_8)));
    }
    return read;
  }

  @Test
  void everyGalaxyIsARowOnceFromTheTileThatHoldsItBest() throws Exception {
    Path table = work.resolve("galaxies.jsonl");

    int code = classify(table, images("--catalogue", survey + "/objects.fits"));

    assertThat(code).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("60 galaxies of 60 rows on 2 tiles", "Classified 60 of 60 galaxies");
    List<GalaxyMorphology> answers = read(table);
    assertThat(answers.stream().map(GalaxyMorphology::objectId))
        .containsExactlyInAnyOrderElementsOf(galaxies.stream().map(TileGalaxy::objectId).toList());
    Map<String, TileGalaxy> byId =
        galaxies.stream().collect(Collectors.toMap(TileGalaxy::objectId, g -> g));
    for (GalaxyMorphology answer : answers) {
      TileGalaxy galaxy = byId.get(answer.objectId());
      GalaxyMorphology.Cutout cutout = answer.image().cutout();
      double middle = PLAN.side() - PLAN.overlap() / 2.0;
      assertThat(cutout.tile())
          .as("%s at column %s", galaxy.objectId(), galaxy.x())
          .isEqualTo(galaxy.x() < middle ? "01" : "02");
      double origin = cutout.tile().equals("01") ? 0 : PLAN.side() - PLAN.overlap();
      assertThat(cutout.x() + cutout.side() / 2.0)
          .as("the galaxy is in the middle of its cutout")
          .isCloseTo(galaxy.x() - origin, within(1.0));
      assertThat(cutout.y() + cutout.side() / 2.0).isCloseTo(galaxy.y(), within(1.0));
      assertThat(cutout.side() / galaxy.radius())
          .as("the part of 8.48 radii that the model looks at")
          .isCloseTo(8.48 * 169 / 424, within(0.15));
      assertThat(answer.ra()).isCloseTo(galaxy.ra(), within(1e-9));
      assertThat(answer.dec()).isCloseTo(galaxy.dec(), within(1e-9));
      assertThat(cutout.bands().stream().map(GalaxyMorphology.Band::name))
          .containsExactly("i", "r", "g");
      assertThat(answer.image().pixelScale()).isCloseTo(0.396, within(1e-4));
    }
  }

  @Test
  void theTableHasPositionTileCutAndRecipe() throws Exception {
    Path table = work.resolve("galaxies.csv");

    int code =
        classify(
            table,
            images(
                "--catalogue",
                survey + "/objects.fits",
                "--recipe",
                "asinh",
                "--where",
                "petroR90_r > 4 and mag_r > 0"));

    assertThat(code).as(err.toString()).isZero();
    List<String> lines = Files.readAllLines(table);
    assertThat(lines.getFirst())
        .contains(",ra,dec,pixel_scale,undefined,tile,cut_x,cut_y,cut_side,missing,recipe,");
    long wanted = galaxies.stream().filter(galaxy -> galaxy.radius() * 0.396 > 4).count();
    assertThat(wanted).isBetween(5L, 55L);
    assertThat(lines).hasSize((int) wanted + 1);
    assertThat(lines.get(1)).contains("asinh-");
    assertThat(err.toString()).contains((60 - wanted) + " excluded by --where");
  }

  @Test
  void galaxiesAtTheEdgeAreFlagged() throws Exception {
    Path table = work.resolve("galaxies.jsonl");
    classify(table, images("--catalogue", survey + "/objects.fits"));

    List<GalaxyMorphology> beyond =
        read(table).stream()
            .filter(
                answer -> {
                  GalaxyMorphology.Cutout cutout = answer.image().cutout();
                  return cutout.x() < 0
                      || cutout.y() < 0
                      || cutout.x() + cutout.side() > PLAN.side()
                      || cutout.y() + cutout.side() > PLAN.side();
                })
            .toList();
    assertThat(beyond).isNotEmpty();
    assertThat(beyond)
        .allMatch(answer -> answer.flags().contains(QualityFlag.EDGE))
        .allMatch(answer -> answer.image().cutout().missing() > 0);
  }

  @Test
  void aListForCutanaNamesItsImagesItself() throws Exception {
    Path table = work.resolve("galaxies.jsonl");

    int code = classify(table, "--cutana", survey + "/cutana.csv");

    assertThat(code).as(err.toString()).isZero();
    List<GalaxyMorphology> answers = read(table);
    assertThat(answers).hasSize(60);
    Map<String, Integer> sides = new HashMap<>();
    galaxies.forEach(
        galaxy -> sides.put(galaxy.objectId(), (int) Math.round(8.48 * galaxy.radius())));
    for (GalaxyMorphology answer : answers) {
      assertThat((double) answer.image().cutout().side())
          .isCloseTo(sides.get(answer.objectId()) * 169 / 424.0, within(1.0));
    }
  }

  @ParameterizedTest
  @CsvSource({"LEGACY", "RUBIN", "EUCLID"})
  void theLayoutsOfSurveysAreRead(TileLayout layout) throws Exception {
    TilePlan plan = new TilePlan(layout, 400, 6, 1, 0, 10, -30, 2);
    TileWriter writer = new TileWriter(plan, work);
    writer.writeTile(0);
    writer.writeCatalogues();
    List<String> arguments = new ArrayList<>();
    for (String band : TileWriter.bands(layout)) {
      arguments.addAll(List.of("--image", band + "=" + writer.file(0, band)));
    }
    arguments.addAll(List.of("--catalogue", work.resolve("objects.fits").toString()));
    arguments.addAll(List.of("--size", "10")); // without a recipe, a survey's own radii say nothing
    Path table = work.resolve("galaxies.jsonl");

    int code = classify(table, arguments.toArray(String[]::new));

    assertThat(code).as(err.toString()).isZero();
    assertThat(read(table)).hasSize(6);
    assertThat(read(table).getFirst().image().pixelScale())
        .isCloseTo(layout.pixelScale(), within(1e-4));
  }

  @Test
  void rowsThatCannotBeUsedAreNamedAndAllOthersGoOn() throws Exception {
    TileGalaxy good = galaxies.getFirst();
    String position = good.ra() + "," + good.dec();
    Path list =
        Files.writeString(
            work.resolve("objects.csv"),
            """
            id,ra,dec,radius
            good,%1$s,9
            bad,nan,2,9
            good,%1$s,9
            far,10,2,9
            zero,%1$s,0
            huge,%1$s,1e6
            off the world,%1$s,1e12
            """
                .formatted(position));
    Path table = work.resolve("galaxies.csv");

    int code = classify(table, images("--catalogue", list.toString()));

    assertThat(code).as(err.toString()).isEqualTo(3);
    assertThat(Files.readAllLines(table)).hasSize(2);
    assertThat(err.toString())
        .contains(
            "Row 2: the column ra is empty.",
            "Row 3 (good): the identifier is that of row 1.",
            "Row 4 (far): RA 10.00000, Dec +2.00000 is on none of the tiles.",
            "Row 5: the column radius is '0', and a size is more than 0.",
            "Row 6 (huge): ",
            "Row 7 (off the world): ",
            "6 rows or galaxies are left out; all of them are in ");
    assertThat(Files.readAllLines(work.resolve("galaxies.csv.left-out.csv"))).hasSize(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "id,ra,dec,radius\\n | /objects.csv has no rows.",
        "id,ra,dec,radius\\n1,10,2,9\\n | tuning-fork: None of the galaxies is on a tile",
        "id,l,b,radius\\n1,10,2,9\\n | tuning-fork: None of the galaxies is on a tile",
        "id,ra,dec\\n1,150.1,2.2\\n | has no sizes",
        "id,ra,dec,radius\\n1,nan,2,9\\n | Row 1: the column ra is empty.",
      })
  void aCatalogueOfWhichNothingCanBeUsedSaysWhy(String text, String sentence) throws Exception {
    Path list = Files.writeString(work.resolve("objects.csv"), text.replace("\\n", "\n"));

    int code = classify(work.resolve("t.csv"), images("--catalogue", list.toString()));

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains(sentence);
    assertThat(work.resolve("t.csv")).doesNotExist();
    assertThat(work.resolve("t.csv.journal")).doesNotExist();
  }

  @Test
  void aTileThatCannotBeUsedIsNamedAndTheOthersGoOn() throws Exception {
    Path tiles = Files.createDirectory(work.resolve("tiles"));
    for (String band : List.of("i", "r", "g")) {
      Files.copy(
          survey.resolve("tile-01-" + band + ".fits"), tiles.resolve("good-" + band + ".fits"));
      Path torn = tiles.resolve("torn-" + band + ".fits");
      Files.copy(survey.resolve("tile-02-" + band + ".fits"), torn);
      try (RandomAccessFile file = new RandomAccessFile(torn.toFile(), "rw")) {
        file.setLength(file.length() / 2);
      }
    }
    Path table = work.resolve("galaxies.csv");

    int code =
        classify(
            table,
            "--image",
            "i=" + tiles + "/*-i.fits",
            "--image",
            "r=" + tiles + "/*-r.fits",
            "--image",
            "g=" + tiles + "/*-g.fits",
            "--catalogue",
            survey + "/objects.fits");

    assertThat(code).as(err.toString()).isEqualTo(3);
    assertThat(err.toString()).contains("torn-i.fits");
    long onFirst = galaxies.stream().filter(galaxy -> galaxy.x() < PLAN.side()).count();
    assertThat(Files.readAllLines(table)).hasSize((int) onFirst + 1);
  }

  @Test
  void bandsAreMissedByTheNameOfTheTile() throws Exception {
    int code =
        classify(
            work.resolve("t.csv"),
            "--image",
            "i=" + survey + "/tile-*-i.fits",
            "--image",
            "r=" + survey + "/tile-01-*r.fits",
            "--catalogue",
            survey + "/objects.fits");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("has no image in the band");
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    assertThat(execute("classify")).isEqualTo(2);
    assertThat(err.toString()).contains("FOLDER|FILE", "--image");
    assertThat(execute("classify", "x", "--where", "a < 1")).isEqualTo(2);
    assertThat(err.toString()).contains("--where needs tiles");
    assertThat(execute("classify", "--image", "r=x.fits")).isEqualTo(2);
    assertThat(err.toString()).contains("needs a --catalogue");
    assertThat(execute("classify", "--cutana", "x", "--catalogue", "y")).isEqualTo(2);
    assertThat(execute("classify", "--cutana", "x", "--where", "a <")).isEqualTo(2);
    assertThat(err.toString()).contains("The condition a < cannot be read");
    assertThat(execute("classify", "--cutana", "x", "--recipe", "none")).isEqualTo(2);
    assertThat(err.toString()).contains("legacy-grz");
  }

  @Test
  void cutoutsArePicturesWithAListThatTrainReads() throws Exception {
    Path cutouts = work.resolve("cutouts");

    int code =
        execute(
            command(
                "cut",
                images("--catalogue", survey + "/objects.fits", "--out", cutouts.toString())));

    assertThat(code).as(err.toString()).isEqualTo(3);
    Set<String> leftOut = leftOut(cutouts);
    assertThat(leftOut.size()).as("mostly beyond an edge").isBetween(1, 10);
    List<TileGalaxy> shown =
        galaxies.stream().filter(galaxy -> !leftOut.contains(galaxy.objectId())).toList();
    List<String> lines = Files.readAllLines(cutouts.resolve("manifest.csv"));
    assertThat(lines).hasSize(shown.size() + 1);
    assertThat(lines.getFirst())
        .isEqualTo("id,file,ra,dec,row,tile,x,y,side,pixel_scale,recipe,missing,flags,class");
    for (TileGalaxy galaxy : shown) {
      BufferedImage picture = ImageIO.read(cutouts.resolve(galaxy.objectId() + ".jpg").toFile());
      assertThat(picture.getWidth() / galaxy.radius()).isCloseTo(8.48, within(0.15));
    }
    assertThat(cutouts.resolve("manifest.csv.part")).doesNotExist();

    Path table = work.resolve("again.csv");
    assertThat(classify(table, cutouts.resolve("manifest.csv").toString()))
        .as(err.toString())
        .isZero();
    assertThat(Files.readAllLines(table).stream().skip(1).map(line -> line.split(",", 2)[0]))
        .containsExactlyInAnyOrderElementsOf(shown.stream().map(TileGalaxy::objectId).toList());
  }

  /** The galaxies of the list that names what is left out, each of them near an edge. */
  private static Set<String> leftOut(Path cutouts) throws IOException {
    Set<String> ids =
        Files.readAllLines(cutouts.resolve("left-out.csv")).stream()
            .skip(1)
            .map(line -> line.split(",")[1])
            .collect(Collectors.toSet());
    double second = PLAN.side() - PLAN.overlap();
    assertThat(galaxies)
        .filteredOn(galaxy -> ids.contains(galaxy.objectId()))
        .hasSameSizeAs(ids)
        .allMatch(
            galaxy ->
                DoubleStream.of(0, PLAN.side(), second, second + PLAN.side())
                        .anyMatch(edge -> Math.abs(galaxy.x() - edge) < 4.24 * galaxy.radius())
                    || galaxy.y() < 4.24 * galaxy.radius()
                    || PLAN.side() - galaxy.y() < 4.24 * galaxy.radius());
    return ids;
  }

  @Test
  void labelsOfTheCatalogueGoIntoTheListAndTrainLearnsFromThem() throws Exception {
    List<String> labels = Files.readAllLines(survey.resolve("labels.csv"));
    StringBuilder catalogue = new StringBuilder("ra,dec,radius," + labels.getFirst() + "\n");
    for (int i = 0; i < galaxies.size(); i++) {
      TileGalaxy galaxy = galaxies.get(i);
      catalogue.append(
          "%s,%s,%s,%s%n"
              .formatted(galaxy.ra(), galaxy.dec(), 0.396 * galaxy.radius(), labels.get(i + 1)));
    }
    Path list = Files.writeString(work.resolve("labelled.csv"), catalogue);
    Path cutouts = work.resolve("cutouts");
    assertThat(
            execute(
                command(
                    "cut", images("--catalogue", list.toString(), "--out", cutouts.toString()))))
        .as(err.toString())
        .isEqualTo(3);

    TrainingData data =
        TrainingData.read(
            List.of(
                new DataSet(
                    new KaggleTables(cutouts, List.of(cutouts.resolve("manifest.csv"))),
                    1,
                    true,
                    OptionalInt.empty())),
            new HeldOutSplit(0.5, "salt"),
            Strictness.STOP);

    assertThat(data.training().size() + data.heldOut().size())
        .isEqualTo(galaxies.size() - leftOut(cutouts).size());
  }

  private int train(Path model, String catalogue, String... more) {
    String[] usual = {
      "--catalogue",
      catalogue,
      "--recipe",
      "sdss-gri",
      "--out",
      model.toString(),
      "--architecture",
      "baseline",
      "--size",
      "32",
      "--epochs",
      "1",
      "--batch",
      "16"
    };
    return execute(
        command(
            "train", images(Stream.of(usual, more).flatMap(Stream::of).toArray(String[]::new))));
  }

  /** The labels are the catalogue's own: its positions and Kaggle's columns in one table. */
  @Test
  void aModelLearnsFromTilesAndTheirCatalogueWithoutCuttingFirst() throws Exception {
    Map<String, String> labels = new HashMap<>();
    List<String> rows = Files.readAllLines(survey.resolve("labels.csv"));
    rows.forEach(row -> labels.put(row.split(",")[0], row.substring(row.indexOf(',') + 1)));
    StringBuilder table =
        new StringBuilder("name,ra,dec,petroR90_r," + labels.get(rows.getFirst().split(",")[0]));
    for (TileGalaxy galaxy : galaxies) {
      table.append(
          "\n%s,%s,%s,3,%s"
              .formatted(
                  galaxy.objectId(), galaxy.ra(), galaxy.dec(), labels.get(galaxy.objectId())));
    }
    Path catalogue = Files.writeString(work.resolve("labelled.csv"), table + "\n");
    Path model = work.resolve("model.zip");

    assertThat(train(model, catalogue.toString(), "--columns", "id=name"))
        .as(err::toString)
        .isZero();

    ModelDescription made = ModelBundle.open(model).description();
    assertThat(made.input().recipe()).startsWith("sdss-gri-1-");
    assertThat(err.toString()).contains("Cut 59 of 60 galaxies", "Row 21 (");
    assertThat(train(model, catalogue.toString(), "--columns", "id=name", "--resume")).isZero();
    assertThat(err.toString()).doesNotContain("Cut 59");
    assertThat(
            train(
                model,
                catalogue.toString(),
                "--columns",
                "id=name",
                "--resume",
                "--size-factor",
                "6"))
        .isNotZero();
    assertThat(err.toString()).contains("had other tiles, another catalogue, or other sizes");
  }

  @Test
  void tilesToLearnFromWithoutSizesNeedTheOptionThatTrainHas() throws Exception {
    Path catalogue = Files.writeString(work.resolve("bare.csv"), "id,ra,dec\n1,150.1,2.2\n");

    assertThat(train(work.resolve("model.zip"), catalogue.toString())).isEqualTo(1);

    assertThat(err.toString()).contains("for all with --cutout-size ARCSEC.");
  }

  private static String[] command(String first, String... others) {
    return Stream.concat(Stream.of(first), Arrays.stream(others)).toArray(String[]::new);
  }

  @Test
  void aCutoutInFitsHasItsFluxAndItsPlaceOnTheSky() throws Exception {
    Path cutouts = work.resolve("cutouts");

    int code =
        execute(
            command(
                "cut",
                images(
                    "--catalogue",
                    survey + "/objects.fits",
                    "--out",
                    cutouts.toString(),
                    "--as",
                    "fits",
                    "--size",
                    "16")));

    assertThat(code).as(err.toString()).isZero();
    TileGalaxy galaxy =
        galaxies.stream()
            .filter(each -> each.x() > 60 && each.x() < 400 && each.y() > 60 && each.y() < 500)
            .findFirst()
            .orElseThrow();
    try (Fits cutout = new Fits(cutouts.resolve(galaxy.objectId() + ".fits").toFile());
        Fits tile = new Fits(survey.resolve("tile-01-r.fits").toFile())) {
      float[][][] cube = (float[][][]) cutout.getHDU(0).getKernel();
      float[][] whole = (float[][]) tile.getHDU(0).getKernel();
      List<String> row =
          Files.readAllLines(cutouts.resolve("manifest.csv")).stream()
              .filter(line -> line.startsWith(galaxy.objectId() + ","))
              .map(line -> List.of(line.split(",", -1)))
              .findFirst()
              .orElseThrow();
      int x = Integer.parseInt(row.get(6));
      int y = Integer.parseInt(row.get(7));
      int side = Integer.parseInt(row.get(8));
      assertThat(side).isEqualTo(Math.round(16 / 0.396));
      for (int dy = 0; dy < side; dy++) {
        assertThat(cube[1][dy]).isEqualTo(Arrays.copyOfRange(whole[y + dy], x, x + side));
      }
      var header = cutout.getHDU(0).getHeader();
      assertThat(header.getStringValue("BANDS")).isEqualTo("i,r,g");
      double right = header.getDoubleValue("CRPIX1") - 1 + x; // the tile's column
      double up = header.getDoubleValue("CRPIX2") - 1 + y;
      double[] sky = sky(right + 0.5, up + 0.5);
      assertThat(header.getDoubleValue("CRVAL1")).isCloseTo(sky[0], within(1e-8));
      assertThat(header.getDoubleValue("CRVAL2")).isCloseTo(sky[1], within(1e-8));
      assertThat(header.getDoubleValue("CD1_1")).isCloseTo(-0.396 / 3600, within(1e-8));
      assertThat(header.getDoubleValue("CD2_2")).isCloseTo(0.396 / 3600, within(1e-8));
    }
  }

  private static double[] sky(double x, double y) {
    return new MockTiles(PLAN).position(x, y);
  }

  @Test
  void theSheetShowsTheTileAndTheCutouts() throws Exception {
    Path sheet = work.resolve("sheet.png");

    int code =
        classify(
            work.resolve("t.csv"),
            images("--catalogue", survey + "/objects.fits", "--sheet", sheet.toString()));

    assertThat(code).as(err.toString()).isZero();
    BufferedImage picture = ImageIO.read(sheet.toFile());
    assertThat(picture.getWidth()).isGreaterThan(1_400);
    Set<Integer> colours =
        IntStream.range(0, picture.getWidth() * picture.getHeight())
            .map(i -> picture.getRGB(i % picture.getWidth(), i / picture.getWidth()))
            .boxed()
            .collect(Collectors.toSet());
    assertThat(colours.size()).as("a picture, and no blank sheet").isGreaterThan(1_000);
  }
}
