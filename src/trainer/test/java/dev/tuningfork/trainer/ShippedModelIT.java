package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.trainer.data.ClassTable;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.evaluate.Evaluator;
import dev.tuningfork.trainer.report.ModelCard;
import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.DecisionTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The models that come with the product do what their cards say. */
class ShippedModelIT {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  @ParameterizedTest
  @MethodSource("dev.tuningfork.model.ModelBundle#shipped")
  void itAnswersTheWholeTreeAndItsCardSaysWhatItWasJudgedOn(String name) throws Exception {
    ModelBundle bundle = ModelBundle.named(name);

    assertThat(bundle.description().heads()).hasSize(TREE.questions().size());
    assertThat(new String(bundle.file(ModelCard.FILE), StandardCharsets.UTF_8))
        .contains(
            String.format(
                Locale.ROOT, "**%.4f**", bundle.description().metrics().get("all").get("rmse")));
  }

  /** The way of a classified galaxy, not that of training, leads to the figures of the card. */
  @ParameterizedTest
  @MethodSource("dev.tuningfork.model.ModelBundle#shipped")
  void servedItReachesTheFiguresOnHeldOutGalaxiesThatItClaims(String name) throws Exception {
    Path data = Path.of(System.getProperty("tuningfork.data", "")).resolve("kaggle");
    assumeTrue(Files.isDirectory(data), "The real labelled galaxies are not on this machine.");
    ModelDescription description = ModelBundle.named(name).description();
    HeldOutSplit split = TrainingManifest.split(description).orElseThrow();
    TrainingData galaxies =
        TrainingData.read(
            List.of(
                judged(
                    new KaggleTables(
                        data.resolve("images"),
                        List.of(
                            data.resolve("training_solutions.csv"),
                            data.resolve("training_solutions_some_questions.csv")))),
                judged(
                    new ClassTable(
                        data.resolve("images"),
                        data.resolve("partial_labels.csv"),
                        ClassRules.named("kaggle"),
                        Optional.empty(),
                        Optional.empty()))),
            split,
            Strictness.STOP);

    Evaluation evaluation;
    try (MorphologyModel model =
        ModelLoader.load(ModelBundle.named(name), new DeviceSetting.Cpu())) {
      evaluation = Evaluator.evaluate(model, galaxies.heldOut(), 1, false, done -> {});
    }

    Map<String, ? extends Map<String, Double>> claimed = description.metrics();
    Map<String, ? extends Map<String, Double>> measured = evaluation.byName();
    assertThat(measured.get("all").get("galaxies")).isEqualTo(claimed.get("all").get("galaxies"));
    assertThat(measured.get("all").get("rmse"))
        .isCloseTo(claimed.get("all").get("rmse"), within(0.001));
    for (String question : description.questions()) {
      assertThat(measured.get(question).get("accuracy"))
          .as(question)
          .isCloseTo(claimed.get(question).get("accuracy"), within(0.01));
    }
  }

  private static DataSet judged(GalaxySource source) {
    return new DataSet(source, 1, true, OptionalInt.empty());
  }
}
