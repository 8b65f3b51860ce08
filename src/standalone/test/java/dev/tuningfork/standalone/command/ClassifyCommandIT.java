package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.MadeUpTree;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.trainer.DrawnGalaxies;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.Fits;
import nom.tam.fits.NullDataHDU;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StarTableFactory;

/** The commands whole: embedded broker, topology, a network of random weights. */
@Timeout(180)
class ClassifyCommandIT {

  private static final int GALAXIES = 60;

  @TempDir static Path folder;
  private static Path bundle;
  private static Path images;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void makeModelAndImages() throws Exception {
    ModelDescription description =
        ModelDescription.of(
            "random", "1.0.0", DecisionTree.galaxyZoo2(), "alexnet-lite", InputSpec.article());
    bundle = folder.resolve("random.zip");
    ModelBundle.of(
            description.giving(Output.CONCENTRATIONS), Weights.initial(description.network(), 1))
        .save(bundle);
    images = Files.createDirectories(folder.resolve("survey/images"));
    MockSurvey survey = new MockSurvey(3);
    for (int i = 0; i < GALAXIES; i++) {
      Files.write(images.resolve("galaxy-%03d.jpg".formatted(i)), survey.galaxy(i).jpeg());
    }
  }

  @Test
  void everyImageIsARowInOrderAndUnreadableOnesAreListed() throws Exception {
    Path broken = Files.writeString(images.resolve("galaxy-007-torn.jpg"), "not an image");
    Path target = folder.resolve("galaxies.jsonl");

    int code =
        execute(
            "classify",
            images.getParent().toString(),
            "--out",
            target.toString(),
            "--model",
            bundle.toString(),
            "--device",
            "cpu");
    Files.delete(broken);

    assertThat(code).as(err.toString()).isEqualTo(3);
    assertThat(err.toString())
        .contains(
            "Classified 60 of 61 galaxies", broken + ": ", "1 of the images could not be read");
    List<String> ids =
        Files.readAllLines(target).stream().map(ClassifyCommandIT::objectId).toList();
    assertThat(ids)
        .containsExactlyElementsOf(
            IntStream.range(0, GALAXIES).mapToObj("galaxy-%03d"::formatted).toList());
  }

  private static BasicHDU<?> hdu(float level, String name) throws Exception {
    float[][] pixels = new float[60][60];
    Random random = new Random(1);
    for (int y = 0; y < 60; y++) {
      for (int x = 0; x < 60; x++) {
        pixels[y][x] =
            (float) (level * Math.exp(-Math.hypot(x - 30, y - 30) / 6) + random.nextGaussian());
      }
    }
    BasicHDU<?> hdu = Fits.makeHDU(pixels);
    hdu.addValue("EXTNAME", name, "");
    hdu.addValue("CTYPE1", "RA---TAN", "");
    hdu.addValue("CTYPE2", "DEC--TAN", "");
    hdu.addValue("CRPIX1", 30.5, "");
    hdu.addValue("CRPIX2", 30.5, "");
    hdu.addValue("CRVAL1", 150.25, "");
    hdu.addValue("CRVAL2", 2.5, "");
    hdu.addValue("CDELT1", -0.5 / 3600, "");
    hdu.addValue("CDELT2", 0.5 / 3600, "");
    return hdu;
  }

  @Test
  void ofFitsFilesTheHduAndTheSizeAreChosenAndPositionAndScaleWritten() throws Exception {
    Path fits = Files.createDirectories(folder.resolve("fits")).resolve("one.fits");
    try (Fits file = new Fits()) {
      file.addHDU(new NullDataHDU());
      file.addHDU(hdu(20, "WHT"));
      file.addHDU(hdu(90, "SCI"));
      file.write(fits.toFile());
    }
    List<GalaxyMorphology.Image> seen = new ArrayList<>();
    for (List<String> options :
        List.of(List.<String>of(), List.of("--hdu", "WHT", "--pixel-scale", "0.1"))) {
      Path target = folder.resolve("fits-%d.jsonl".formatted(seen.size()));
      List<String> arguments = new ArrayList<>(List.of("classify", fits.toString(), "--out"));
      arguments.addAll(List.of(target.toString(), "--model", bundle.toString()));
      arguments.addAll(options);
      assertThat(execute(arguments.toArray(String[]::new))).as(err.toString()).isZero();
      seen.add(GalaxyMorphology.fromJson(Files.readAllBytes(target)).image());
    }

    assertThat(seen).extracting(GalaxyMorphology.Image::hdu).containsExactly("SCI", "WHT");
    assertThat(seen.getFirst().pixelScale()).isCloseTo(0.5, within(1e-9));
    assertThat(seen.getLast().pixelScale()).isEqualTo(0.1);
    assertThat(seen.getFirst().ra()).isCloseTo(150.25, within(1e-9));
    assertThat(seen.getFirst().dec()).isCloseTo(2.5, within(1e-9));
    assertThat(
            execute(
                "classify",
                images.resolve("galaxy-000.jpg").toString(),
                "--size",
                "20",
                "--model",
                bundle.toString()))
        .isEqualTo(3);
    assertThat(err.toString()).contains("needs a pixel scale", "--pixel-scale");
  }

  /** How it is published and drawn is tested with the page. */
  @Test
  void aTreeInAFileIsLearntAnsweredAndTabulated() throws Exception {
    Path tree = MadeUpTree.file(folder);
    Path drawn = Files.createDirectory(folder.resolve("jets"));
    DrawnGalaxies.draw(drawn, 40);
    List<String> table =
        new ArrayList<>(
            List.of("id_str,seen-jets_yes,seen-jets_faint,seen-jets_no,bent_yes,bent_no"));
    for (int id = 0; id < 40; id++) {
      table.add(id + (id % 2 == 0 ? ",1,8,3,7,1" : ",0,1,30,,"));
    }
    Path labels = Files.write(folder.resolve("jets.csv"), table);
    Path learnt = folder.resolve("jets.zip");
    String[] train = {
      "train",
      "--tree",
      tree.toString(),
      "--images",
      drawn.toString(),
      "--labels",
      labels.toString(),
      "--epochs",
      "1",
      "--batch",
      "16",
      "--size",
      "32",
      "--held-out",
      "0.3",
      "--out",
      learnt.toString()
    };
    assertThat(execute(train)).as(err::toString).isZero();
    assertThat(err.toString()).contains("galaxies to learn from");
    assertThat(out.toString()).contains("RMSE over the joint probabilities of all 9 answers");

    Path messages = folder.resolve("jets.jsonl");
    for (Path target : List.of(messages, folder.resolve("jets-out.csv"))) {
      String[] classify = {
        "classify", drawn.toString(), "--model", learnt.toString(), "--out", target.toString()
      };
      assertThat(execute(classify)).as(err::toString).isZero();
    }

    String first = Files.readAllLines(messages).getFirst();
    GalaxyMorphology morphology = GalaxyMorphology.fromJson(first.getBytes(StandardCharsets.UTF_8));
    assertThat(morphology.tree()).isEqualTo(new GalaxyMorphology.Tree("jets", "1"));
    assertThat(morphology.questions())
        .extracting(GalaxyMorphology.Question::key)
        .containsExactly("seen", "sides", "bent", "knots");
    List<GalaxyMorphology.Answer> seen = morphology.questions().getFirst().answers();
    List<GalaxyMorphology.Answer> sides = morphology.questions().get(1).answers();
    assertThat(morphology.questions().get(2).askedProbability())
        .as("two answers of two questions lead to it")
        .isCloseTo(joint(seen.get(1)) + joint(sides.getFirst()), within(1e-6));
    assertThat(morphology.morphology().classString()).isNull();
    assertThat(morphology.morphology().description()).startsWith("seen: ");
    assertThat(Files.readAllLines(folder.resolve("jets-out.csv")).getFirst())
        .contains("seen_asked,seen_yes,seen_faint,seen_no,sides_asked,sides_one", "knots_many");
    Path catalogue = folder.resolve("jets.vot");
    String[] zoobot = {
      "classify",
      drawn.toString(),
      "--model",
      learnt.toString(),
      "--zoobot",
      "--out",
      catalogue.toString()
    };
    assertThat(execute(zoobot)).as(err::toString).isZero();
    StarTable columns = new StarTableFactory().makeStarTable(catalogue.toString(), "votable");
    assertThat(columns.getRowCount()).isEqualTo(40);
    assertThat(columns.getColumnCount()).isEqualTo(2 + 4 + 4 * 9);
    assertThat(number(columns, "seen_faint_dirichlet"))
        .isCloseTo(
            Objects.requireNonNull(morphology.questions().getFirst().concentration())
                * number(columns, "seen_faint_fraction"),
            within(1e-6));
    assertThat(execute("trees", tree.toString())).isZero();
    assertThat(out.toString())
        .contains("jets version 1: Made-up jets", "├─ faint → bent", "└─ two → knots");
    assertThat(
            execute(
                "classify",
                drawn.toString(),
                "--model",
                learnt.toString(),
                "--kaggle",
                "--out",
                folder.resolve("kaggle.csv").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("but the model answers the tree jets version 1");
  }

  private static double number(StarTable table, String column) throws IOException {
    for (int i = 0; i < table.getColumnCount(); i++) {
      if (table.getColumnInfo(i).getName().equals(column)) {
        return ((Number) table.getCell(0, i)).doubleValue();
      }
    }
    throw new AssertionError("There is no column " + column + ".");
  }

  /** 200 subjects, of which five cannot be answered: each of them is named, and none is dropped. */
  @Test
  void subjectsOfAManifestAreAnsweredOrNamedAsFailures() throws Exception {
    Path file =
        MockSubjects.manifest(
            folder,
            IntStream.range(0, GALAXIES)
                .mapToObj(i -> images.resolve("galaxy-%03d.jpg".formatted(i)))
                .toList());
    Path target = folder.resolve("answers.json");

    int code =
        execute(
            "subjects", file.toString(), "--out", target.toString(), "--model", bundle.toString());

    assertThat(code).as(err.toString()).isEqualTo(3);
    JsonNode answers = new JsonMapper().readTree(target.toFile());
    assertThat(answers.at("/schema/version").intValue()).isEqualTo(1);
    assertThat(answers.at("/schema/type").textValue()).isEqualTo("zooniverse/subject_assistant");
    assertThat(answers.at("/schema/data/subject_id/sample_num/1/1").textValue())
        .isEqualTo("smooth-or-featured-gz2_featured-or-disk_prediction");
    assertThat(answers.path("data")).hasSize(MockSubjects.ANSWERED);
    JsonNode sample = answers.at("/data/17/0");
    double[] alpha = new double[3];
    for (int a = 0; a < alpha.length; a++) {
      alpha[a] = sample.path(1).path(a).doubleValue();
    }
    assertThat(sample.path(0).doubleValue())
        .isCloseTo(
            BetaDistribution.of(alpha[1], alpha[0] + alpha[2]).survivalProbability(0.2),
            within(1e-9));
    assertThat(answers.path("failures").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(MockSubjects.BROKEN);
    assertThat(answers.path("failures").path("9003").textValue()).isNotBlank();
    assertThat(err.toString()).contains("195 subjects answered, 5 failed");
  }

  private static double joint(GalaxyMorphology.Answer answer) {
    return Objects.requireNonNull(answer.joint());
  }

  @Test
  void aRunThatCouldNotStartIsNoUnfinishedRun() throws Exception {
    Path target = folder.resolve("started.jsonl");
    List<String> command =
        List.of(
            "classify", images.resolve("galaxy-000.jpg").toString(), "--out", target.toString());
    List<String> wrong = new ArrayList<>(command);
    wrong.addAll(List.of("--model", bundle.toString(), "--device", "cuda:63"));
    List<String> corrected = new ArrayList<>(command);
    corrected.addAll(List.of("--model", bundle.toString(), "--device", "cpu"));

    assertThat(execute(wrong.toArray(String[]::new))).isNotZero();
    assertThat(err.toString()).contains("cuda:63");
    assertThat(execute(corrected.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(Files.readAllLines(target)).hasSize(1);
  }

  @Test
  void withoutAFileTheClassesAreCounted() {
    int code = execute("classify", images.toString(), "--model", bundle.toString());

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith("class").contains("galaxies", "%");
  }

  @Test
  void eightViewsAreAveragedAndIntervalsAreWritten() throws Exception {
    Path messages = folder.resolve("views.jsonl");
    Path table = folder.resolve("views.csv");
    for (Path target : List.of(messages, table)) {
      int code =
          execute(
              "classify",
              images.toString(),
              "--intervals",
              "--views",
              "8",
              "--out",
              target.toString(),
              "--model",
              bundle.toString());
      assertThat(code).as(err.toString()).isZero();
    }
    assertThat(err.toString()).contains("Classified 60 of 60 galaxies, 8 views of each, in");
    GalaxyMorphology first =
        GalaxyMorphology.fromJson(
            Files.readAllLines(messages).getFirst().getBytes(StandardCharsets.UTF_8));
    assertThat(first.model().views()).isEqualTo(8);
    assertThat(first.questions().getFirst().answers().getFirst().lower90()).isNotNull();
    assertThat(Files.readAllLines(table).getFirst())
        .contains("smooth_or_featured_smooth_lower90,smooth_or_featured_smooth_upper90");
  }

  @Test
  void theDemoShowsEachGalaxyBesideItsTruth() {
    int code = execute("demo", "--count", "5", "--rate", "50", "--model", bundle.toString());

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("mock-1-"))).hasSize(5);
    assertThat(out.toString()).contains("Of 5 galaxies, ");
  }

  private static String objectId(String json) {
    try {
      return GalaxyMorphology.fromJson(json.getBytes(StandardCharsets.UTF_8)).objectId();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private int execute(String... arguments) {
    return Commands.line(new PrintWriter(out, true), new PrintWriter(err, true)).execute(arguments);
  }
}
