package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.VoteFractions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    assertThat(new String(bundle.file(TrainedModel.CARD), StandardCharsets.UTF_8))
        .contains(
            String.format(
                Locale.ROOT, "**%.4f**", bundle.description().metrics().get("all").get("rmse")));
  }

  /** The way of a classified galaxy, not that of training, leads to the figures of training. */
  @ParameterizedTest
  @MethodSource("dev.tuningfork.model.ModelBundle#shipped")
  void servedItReachesTheFiguresOnHeldOutGalaxiesThatItClaims(String name) throws Exception {
    Path data = Path.of(System.getProperty("tuningfork.data", "")).resolve("kaggle");
    assumeTrue(Files.isDirectory(data), "The real labelled galaxies are not on this machine.");
    ModelBundle bundle = ModelBundle.named(name);
    ModelDescription description = bundle.description();
    Map<?, ?> rule = (Map<?, ?>) description.training().get("heldOut");
    HeldOutSplit split =
        new HeldOutSplit(((Number) rule.get("share")).doubleValue(), (String) rule.get("salt"));
    List<DataSet.Galaxy> heldOut =
        new DataSet(
                data.resolve("images"),
                List.of(
                    data.resolve("training_solutions.csv"),
                    data.resolve("training_solutions_some_questions.csv")),
                false,
                OptionalInt.empty())
            .galaxies().stream()
                .filter(galaxy -> split.holdsOut(galaxy.votes().galaxyId()))
                .toList();

    List<AnswerProbabilities> predictions = new ArrayList<>();
    Preprocessor preprocessor = new Preprocessor(description.input(), ImageLimits.DEFAULT);
    try (MorphologyModel model = ModelLoader.load(bundle, new DeviceSetting.Cpu())) {
      for (int from = 0; from < heldOut.size(); from += model.largestBatch()) {
        List<PreparedImage> images = new ArrayList<>();
        for (DataSet.Galaxy galaxy :
            heldOut.subList(from, Math.min(heldOut.size(), from + model.largestBatch()))) {
          images.add(
              preprocessor.prepare(Files.readAllBytes(galaxy.image()), ImageDescription.NONE));
        }
        predictions.addAll(model.predict(images));
      }
    }
    List<VoteFractions> truths = heldOut.stream().map(DataSet.Galaxy::votes).toList();
    HeldOutFigures measured = HeldOutFigures.of(TREE.questions(), List.of(), truths, predictions);

    Map<String, Double> claimed = description.metrics().get("all");
    assertThat((double) measured.galaxies()).isEqualTo(claimed.get("galaxies"));
    assertThat(measured.rmse().getAsDouble()).isCloseTo(claimed.get("rmse"), within(0.001));
    for (HeldOutFigures.QuestionFigures question : measured.questions()) {
      assertThat(question.accuracy().getAsDouble())
          .as(question.question())
          .isCloseTo(description.metrics().get(question.question()).get("accuracy"), within(0.01));
    }
  }
}
