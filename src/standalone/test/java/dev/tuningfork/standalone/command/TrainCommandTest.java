package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.Safetensors;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.DrawnGalaxies;
import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.learn.Objective;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Those tagged {@code any-processor} need not run once more on a limited processor. */
class TrainCommandTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path images = Path.of("");
  private Path bundle = Path.of("");

  @BeforeEach
  void drawGalaxies() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    DrawnGalaxies.draw(images, 60);
    bundle = folder.resolve("model.zip");
  }

  @Test
  void aFolderOfLabelledGalaxiesBecomesABundleWithItsCardAndItsLog() throws Exception {
    assertThat(train("--loss", "dirichlet", "--loss", "squared-error=10")).isZero();

    ModelBundle made = ModelBundle.open(bundle);
    assertThat(made.description().output()).isEqualTo(Output.CONCENTRATIONS);
    assertThat(made.description().metrics().get("all")).containsKey("rmse");
    String card = new String(made.file("MODEL_CARD.md"), StandardCharsets.UTF_8);
    Optional<String> noBfloat16 = Forms.on(new DeviceSetting.Auto()).failure(Form.BFLOAT16);
    if (noBfloat16.isEmpty()) {
      assertThat(made.description().bfloat16Error().orElseThrow()).isBetween(1e-6, 0.5);
      assertThat(card).contains("- bfloat16: on the held-out galaxies its probabilities differ");
    } else {
      assertThat(made.description().bfloat16Error()).isEmpty();
      assertThat(made.description().bfloat16Untried().orElseThrow()).contains(noBfloat16.get());
      assertThat(card).contains("- bfloat16: not tried", noBfloat16.get());
      assertThat(err.toString()).contains("was not tried in bfloat16", noBfloat16.get());
    }
    assertThat(new String(made.file("training.jsonl"), StandardCharsets.UTF_8).lines()).hasSize(2);
    assertThat(card)
        .contains("# residual-lite-gz2 1.0.0", "10.0 × squared error", "rotation by any angle");
    assertThat(err.toString())
        .contains("Galaxy 999", "galaxies to learn from", "epoch 2 of 2: loss", "images/s");
    assertThat(out.toString()).contains("residual-lite-gz2 1.0.0 on");
  }

  @Test
  @Tag("any-processor")
  void theModelNamesTheRecipeOfItsPictures() {
    NewModelOptions options =
        CommandLine.populateCommand(new NewModelOptions(), "--recipe", "legacy-grz");

    assertThat(options.input().recipe()).isEqualTo(Recipe.named("legacy-grz").id());
    assertThat(train("--recipe", "sepia")).isEqualTo(1);
    assertThat(err.toString()).contains("There is no recipe sepia; the recipes are sdss-gri-1-");
  }

  @Test
  @Tag("any-processor")
  void aRunThatIsFinishedIsTakenUpAgainWithoutANewEpoch() throws Exception {
    assertThat(train()).isZero();
    byte[] first = Files.readAllBytes(bundle);

    assertThat(train("--resume")).isZero();

    assertThat(ModelBundle.open(bundle).weights().arrays().keySet()).isNotEmpty();
    assertThat(Files.size(bundle)).isEqualTo(first.length);
    assertThat(err.toString()).containsOnlyOnce("epoch 1 of 2");
  }

  /** It would be judged on galaxies that it learnt from. */
  @Test
  @Tag("any-processor")
  void aRunIsNotTakenUpWithOtherDataOrAnotherSplit() throws Exception {
    assertThat(train()).isZero();
    byte[] first = Files.readAllBytes(bundle);

    assertThat(train("--resume", "--held-out", "0.4")).isNotZero();
    assertThat(err.toString()).contains("share held out was 0.2 ", "and is 0.4 ");
    assertThat(
            train("--resume", "--images", images.toString(), "--unlabelled", "--teacher", "fast"))
        .isNotZero();
    assertThat(err.toString()).contains("teacher was none and is ");
    assertThat(train("--resume", "--weights", written("w", firstWeights()).toString())).isNotZero();
    assertThat(err.toString()).contains("first weights was random and is ");
    Path labels = DrawnGalaxies.labels(images);
    Files.writeString(labels, Files.readString(labels).replace("0.9", "0.90001"));
    assertThat(train("--resume")).isNotZero();
    assertThat(err.toString())
        .containsPattern("galaxies (to learn from|held out) was \\d+ with hash");
    assertThat(Files.readAllBytes(bundle)).isEqualTo(first);
  }

  /** Its trunk is taken, with its architecture and its input, and the head is learnt anew. */
  @Test
  void aModelIsFineTunedOnLabelsOfAnotherTree() throws Exception {
    assertThat(train("--channels", "luminance")).as(err::toString).isZero();
    Path begun = bundle;
    Path votes = bright();
    Path tree = folder.resolve("bright.json");
    bundle = folder.resolve("bright.zip");
    String[] fineTune = {
      "train",
      "--weights",
      begun.toString(),
      "--tree",
      tree.toString(),
      "--images",
      images.toString(),
      "--labels",
      votes.toString(),
      "--out",
      bundle.toString(),
      "--epochs",
      "4",
      "--batch",
      "8",
      "--learning-curve"
    };

    assertThat(run(fineTune)).as(err::toString).isZero();

    ModelBundle made = ModelBundle.open(bundle);
    assertThat(made.description().tree().id()).isEqualTo("bright");
    assertThat(made.description().input()).isEqualTo(ModelBundle.open(begun).description().input());
    assertThat(made.description().training())
        .containsEntry("frozenEpochs", 1)
        .containsEntry("pretrained", "residual-lite-gz2 1.0.0 without its answers to Galaxy Zoo 2");
    assertThat(
            new JsonMapper()
                .valueToTree(made.description().training().get("descent"))
                .path("depthDecay")
                .doubleValue())
        .isEqualTo(0.8);
    assertThat(out.toString())
        .contains("Learning curve, on the same held-out galaxies:", "answers other questions")
        .containsPattern("\\d+ galaxies: RMSE 0\\.\\d+, bright .* right");
    // a curve whose last training had not begun: its parts are not trained again
    Files.delete(folder.resolve("bright.zip.run/last.safetensors"));
    String[] resumed =
        Stream.concat(Stream.of(fineTune), Stream.of("--resume")).toArray(String[]::new);
    assertThat(run(resumed)).as(err::toString).isZero();
    assertThat(err.toString().lines().filter(line -> line.startsWith("epoch 1 of 4")))
        .as("two parts and the whole, and the whole once more")
        .hasSize(4);
    assertThat(
            run(
                "train",
                "--weights",
                begun.toString(),
                "--architecture",
                "alexnet-lite",
                "--images",
                images.toString(),
                "--labels",
                votes.toString(),
                "--out",
                bundle.toString()))
        .isNotZero();
    assertThat(err.toString()).contains("leave out --architecture");
    fineTune[fineTune.length - 1] = "--learning-curve=12,0.5,1000";
    bundle = folder.resolve("more.zip");
    fineTune[10] = bundle.toString();
    assertThat(run(fineTune)).isNotZero();
    assertThat(err.toString()).contains("galaxies to learn from, not 1,000: name smaller");
  }

  @Test
  @Tag("any-processor")
  void twoCampaignsShareANetworkAndAnOptionChoosesWhoseAnswersAreGiven() throws Exception {
    Path votes = bright();
    String trees = "gz2," + folder.resolve("bright.json");
    String[] both = {"--tree", trees, "--images", images.toString(), "--labels", votes.toString()};
    assertThat(train(both)).as(err::toString).isZero();

    ModelBundle made = ModelBundle.open(bundle);
    assertThat(made.trees()).extracting(DecisionTree::id).containsExactly("gz2", "bright");
    assertThat(out.toString()).contains("The tree gz2:", "The tree bright:");
    ModelBundle bright = made.answering(Optional.of("bright"));
    assertThat(bright.description().metrics().keySet()).containsExactly("all", "bright");
    assertThat(new String(bright.file("MODEL_CARD.md"), StandardCharsets.UTF_8))
        .contains(
            "every question of the bright tree", "heads: one for each of the trees gz2, bright");
    out.getBuffer().setLength(0);
    String[] evaluate = {
      "evaluate",
      "--model",
      bundle.toString(),
      "--tree",
      "bright",
      "--once",
      "--images",
      images.toString(),
      "--labels",
      votes.toString()
    };
    assertThat(run(evaluate)).as(err::toString).isZero();
    assertThat(out.toString()).contains("\nbright bright").doesNotContain("t01");
    evaluate[4] = "euclid";
    assertThat(run(evaluate)).isNotZero();
    assertThat(err.toString())
        .contains("no answers for the tree euclid: it answers gz2 and bright");
  }

  @Test
  @Tag("any-processor")
  void severalTreesThatCannotBeLearntTogetherAreRefused() throws Exception {
    bright();
    String trees = "gz2," + folder.resolve("bright.json");
    assertThat(train("--tree", trees)).isNotZero();
    assertThat(err.toString()).contains("There is no galaxy to learn the tree bright from");
    assertThat(train("--tree", trees, "--question", "t01")).isNotZero();
    assertThat(err.toString()).contains("--question t01 is a question of one tree");
    assertThat(train("--tree", trees, "--teacher", "fast")).isNotZero();
    assertThat(err.toString()).contains("A teacher answers one tree, and the new model 2");
    assertThat(train("--tree", "gz2,gz2")).isNotZero();
    assertThat(err.toString()).contains("name each tree once");
  }

  /** The same options, parsed once, may be about other cutouts. */
  @Test
  @Tag("any-processor")
  void dataOptionsStayAsTheyWereGiven() throws Exception {
    DataOptions options = CommandLine.populateCommand(new DataOptions(), "--weight", "0.5");
    for (String name : List.of("one", "two")) {
      Path cutouts = Files.createDirectory(folder.resolve(name));
      Files.copy(DrawnGalaxies.labels(images), cutouts.resolve("manifest.csv"));

      List<DataSet> sets =
          DataOptions.dataSets(List.of(options), List.of(DecisionTree.galaxyZoo2()), cutouts);

      assertThat(sets).hasSize(1);
      assertThat(sets.getFirst().source().images()).isEqualTo(cutouts);
      assertThat(sets.getFirst().weight()).isEqualTo(0.5);
    }
  }

  /** A tree of one question in bright.json, and votes of its volunteers. */
  private Path bright() throws IOException {
    Files.writeString(
        folder.resolve("bright.json"),
        """
        {"id": "bright", "version": "1", "questions": [
          {"key": "bright", "answers": [{"key": "yes"}, {"key": "no"}]}]}
        """);
    StringBuilder table = new StringBuilder("id,bright_yes,bright_no\n");
    for (int id = 0; id < 60; id++) {
      table.append(id).append(id % 2 == 0 ? ",9,1\n" : ",1,9\n");
    }
    return Files.writeString(folder.resolve("bright.csv"), table);
  }

  @Test
  @Tag("any-processor")
  void volunteersAreSimulatedFromFractions() throws Exception {
    Path votes = folder.resolve("votes.csv");
    String[] mock = {
      "mock-votes",
      "--images",
      images.toString(),
      "--labels",
      DrawnGalaxies.labels(images).toString(),
      "--volunteers",
      "5-9",
      "--out",
      votes.toString()
    };
    assertThat(run(mock)).as(err::toString).isZero();
    assertThat(err.toString()).contains("votes for 60 galaxies", "Galaxy 999");
    assertThat(Files.readAllLines(votes)).hasSize(61);
    assertThat(Files.readAllLines(votes).getFirst())
        .startsWith("id_str,smooth-or-featured-gz2_smooth,");
    byte[] first = Files.readAllBytes(votes);
    assertThat(run(mock)).isZero();
    assertThat(Files.readAllBytes(votes)).as("by the same seed").isEqualTo(first);
    for (String wrong : List.of("many", "0", "9-5")) {
      mock[6] = wrong;
      assertThat(run(mock)).as(wrong).isEqualTo(2);
    }
    assertThat(err.toString()).contains("--volunteers is a number such as 40", "9-5");
  }

  @Test
  @Tag("any-processor")
  void renderedGalaxiesTeachTheQuestionsOnWhichTablesAgree() throws Exception {
    Path mock = folder.resolve("mock");
    String[] render = {"mock-galaxies", mock.toString(), "--galaxies", "4", "--questions", "t11"};
    assertThat(run(render)).as(err::toString).isZero();
    assertThat(run(render)).isEqualTo(2);
    assertThat(err.toString()).contains("mock is not empty: choose another one");
    render[5] = "t12";
    assertThat(run(render)).isEqualTo(2);
    assertThat(err.toString()).contains("t12");
    Path labels = mock.resolve("labels.csv");
    String[] more = {
      "--images", mock.resolve("images").toString(), "--labels", labels.toString(), "--train-only"
    };

    assertThat(train(more)).as(err::toString).isZero();
    assertThat(err.toString()).contains("54 galaxies to learn from");

    String[] first = {"mock-galaxies", mock.toString(), "--overwrite", "--galaxies", "4"};
    assertThat(run(first)).as(err::toString).isZero();
    assertThat(train(more)).isNotZero();
    assertThat(err.toString())
        .contains(
            "on different scales",
            "or leave the columns of t01, t04, t05, t06, t08 out of " + labels);
  }

  private Weights firstWeights() throws Exception {
    return ModelBundle.open(bundle).weights();
  }

  @Test
  @Tag("any-processor")
  void aModelKeepsItsShareOfTheWeightsThatItBeganWith() throws Exception {
    assertThat(train()).isZero();
    Path first = written("first", ModelBundle.open(bundle).weights());
    float[] begun = lastKernel();
    bundle = folder.resolve("learnt.zip");
    assertThat(train("--weights", first.toString())).isZero();
    float[] learnt = lastKernel();
    bundle = folder.resolve("mixed.zip");
    assertThat(train("--weights", first.toString(), "--weights-kept", "0.25")).isZero();

    float[] mixed = lastKernel();
    assertThat(learnt).isNotEqualTo(begun);
    for (int i = 0; i < mixed.length; i++) {
      assertThat(mixed[i]).isCloseTo(0.25f * begun[i] + 0.75f * learnt[i], within(1e-6f));
    }
    assertThat(new String(ModelBundle.open(bundle).file("MODEL_CARD.md"), StandardCharsets.UTF_8))
        .contains(
            "first weights: first; the model is 0.25 × these weights + 0.75 × the fine-tuned"
                + " weights");
  }

  /** Of volunteers who cannot tell, and galaxies that have no labels, only a teacher can teach. */
  @Test
  @Tag("long-training")
  void whatATeacherKnowsIsLearntWhereVolunteersSayNothing() throws Exception {
    assertThat(train(30, "--average", "0.5")).as(err::toString).isZero();
    String teacher = bundle.toString();
    bundle = folder.resolve("pupil.zip");
    Path more = Files.createDirectory(folder.resolve("more"));
    DrawnGalaxies.draw(more, 200);
    DrawnGalaxies.undecided(DrawnGalaxies.labels(images), 60);

    String[] lessons = {
      "--average", "0.5", "--teacher", teacher, "--images", more.toString(), "--unlabelled"
    };
    assertThat(train(30, lessons)).as(err::toString).isZero();

    assertThat(new String(ModelBundle.open(bundle).file("MODEL_CARD.md"), StandardCharsets.UTF_8))
        .contains("teacher: residual-lite-gz2 1.0.0, from eight views", "more without labels");
    Path unseen = Files.createDirectory(folder.resolve("unseen"));
    DrawnGalaxies.draw(unseen, 60);
    Path json = folder.resolve("figures.json");
    String[] questions = {
      "evaluate",
      "--model",
      bundle.toString(),
      "--images",
      unseen.toString(),
      "--labels",
      DrawnGalaxies.labels(unseen).toString(),
      "--all",
      "--json",
      json.toString()
    };
    assertThat(run(questions)).as(err::toString).isZero();
    assertThat(new JsonMapper().readTree(json.toFile()).at("/metrics/t01/accuracy").doubleValue())
        .as("by chance 0.5")
        .isGreaterThan(0.75);
  }

  private Path written(String name, Weights weights) throws IOException {
    return Files.write(folder.resolve(name), Safetensors.write(weights, Map.of()));
  }

  /** Of the last layer, which is not rounded. */
  private float[] lastKernel() throws Exception {
    return ModelBundle.open(bundle).weights().array(Network.ANSWERS + ".weight").values();
  }

  /** Named beside options of the same group or not, in the help and in the model. */
  @Test
  @Tag("any-processor")
  void whatIsNotSaidIsAsTheDefaultSettingsHaveIt() throws Exception {
    TrainingSettings usual = TrainingSettings.DEFAULT;
    assertThat(train("--noise", "0.02")).as(err::toString).isZero();

    Map<String, Object> training = ModelBundle.open(bundle).description().training();
    JsonMapper json = new JsonMapper();
    assertThat(json.convertValue(training.get("descent"), TrainingSettings.Descent.class))
        .isEqualTo(usual.descent());
    Augmentation views = usual.augmentation();
    assertThat(json.convertValue(training.get("augmentation"), Augmentation.class))
        .isEqualTo(
            new Augmentation(
                views.rotate(),
                views.flip(),
                views.zoom(),
                views.shift(),
                views.brightness(),
                0.02));
    assertThat(training)
        .containsEntry("losses", usual.losses().stream().map(Objective.Term::describe).toList())
        .containsEntry("seed", usual.seed());
    assertThat(run("train", "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains(
            "The architecture, one of --list. Default: " + usual.architecture(),
            "--epochs=N Default: " + usual.epochs(),
            "--batch=N Default: " + usual.batch(),
            "before cosine decay. Default: " + usual.descent().learningRate(),
            "turns it off. Default: " + usual.descent().average(),
            "white is 1. Default: " + views.noise(),
            "to judge the model. Default: " + HeldOutSplit.DEFAULT.share());
  }

  @Test
  @Tag("any-processor")
  void theListShowsTheCostOfEachArchitecture() {
    assertThat(run("train", "--list")).isZero();

    assertThat(out.toString())
        .contains(
            "alexnet-lite", "efficientnet-lite0", "968,677", "28,102,688", "luminance, 169×169");
  }

  @Test
  @Tag("any-processor")
  void mistakesAreReportedInASentenceAndNothingIsWritten() throws Exception {
    assertThat(train("--architecture", "resnet-50")).isNotZero();
    assertThat(err.toString()).contains("There is no architecture \"resnet-50\"");
    assertThat(train("--loss", "hinge")).isNotZero();
    assertThat(err.toString()).contains("There is no loss 'hinge'");
    assertThat(train("--resume")).isNotZero();
    assertThat(err.toString()).contains("There is no checkpoint");
    assertThat(train("--question", "t01", "--loss", "squared-error")).isNotZero();
    assertThat(err.toString()).contains("whole tree");
    Path backbone = written("backbone", new Weights(new LinkedHashMap<>()));
    assertThat(train("--weights", backbone.toString(), "--weights-kept", "0.5")).isNotZero();
    assertThat(err.toString()).contains("The weights lack the array");
    assertThat(train("--on-problem", "stop")).isNotZero();
    assertThat(err.toString()).contains("The data has a problem: Galaxy 999 of ");
    assertThat(run("train", "--out", bundle.toString())).isNotZero();
    assertThat(err.toString()).contains("Training needs data");
    Path more = Files.createDirectory(folder.resolve("more"));
    DrawnGalaxies.draw(more, 80);
    assertThat(train("--images", more.toString(), "--unlabelled")).isNotZero();
    assertThat(err.toString()).contains("no --teacher to label them");
    assertThat(train("--unlabelled")).isNotZero();
    assertThat(err.toString()).contains("--unlabelled, but also have labels");
    assertThat(train("--teacher", "nobody")).isNotZero();
    assertThat(err.toString()).contains("There is no model nobody");
    assertThat(train("--teacher", "fast", "--teacher-share", "0")).isNotZero();
    assertThat(err.toString()).contains("share in what is learnt must be above 0");
    assertThat(bundle).doesNotExist();
  }

  private int train(String... more) {
    return train(2, more);
  }

  private int train(int epochs, String... more) {
    String[] usual = {
      "train",
      "--images",
      images.toString(),
      "--labels",
      DrawnGalaxies.labels(images).toString(),
      "--out",
      bundle.toString(),
      "--epochs",
      String.valueOf(epochs),
      "--batch",
      "16",
      "--size",
      "32"
    };
    return run(Stream.concat(Arrays.stream(usual), Arrays.stream(more)).toArray(String[]::new));
  }

  private int run(String... arguments) {
    return Commands.line(new PrintWriter(out, true), new PrintWriter(err, true)).execute(arguments);
  }
}
