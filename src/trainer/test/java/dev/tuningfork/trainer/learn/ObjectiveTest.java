package dev.tuningfork.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.Constraint;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.numbers.gamma.LogGamma;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObjectiveTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  private NDManager manager;

  @BeforeEach
  void openManager() {
    manager = PyTorch.engine().newBaseManager();
  }

  @AfterEach
  void closeManager() {
    manager.close();
  }

  @Test
  void crossEntropyWeighsAQuestionByTheShareThatWasAskedIt() {
    // 0.8 of the volunteers say features, of whom 0.25 say edge-on; nothing else is known
    VoteFractions votes = votes(0.15, 0.8, 0.05, 0.2, 0.6);
    float[] outputs = outputs(1);

    double loss = loss(TREE.questions(), new Loss.CrossEntropy(), outputs, galaxy(votes));

    AnswerProbabilities said = said(outputs, 0);
    double[] first = said.conditional(TREE.question("t01"));
    double[] second = said.conditional(TREE.question("t02"));
    double expected =
        -(0.15 * Math.log(first[0]) + 0.8 * Math.log(first[1]) + 0.05 * Math.log(first[2]))
            - 0.8 * (0.25 * Math.log(second[0]) + 0.75 * Math.log(second[1]));
    assertThat(loss).isCloseTo(expected, within(1e-5));
  }

  @Test
  void squaredErrorIsThatOfKagglesColumnsAsFarAsTheyAreKnown() {
    VoteFractions votes = votes(0.15, 0.8, 0.05, 0.2, 0.6);
    float[] outputs = outputs(2);

    double loss =
        loss(TREE.questions(), new Loss.SquaredError(), outputs, galaxy(votes), galaxy(votes));

    double expected = 0;
    double[] truth = KaggleColumns.of(votes.fractions());
    for (int g = 0; g < 2; g++) {
      double[] columns = KaggleColumns.of(said(outputs, g));
      for (int a = 0; a < truth.length; a++) {
        expected += Double.isNaN(truth[a]) ? 0 : Math.pow(columns[a] - truth[a], 2) / 2;
      }
    }
    assertThat(loss).isCloseTo(expected, within(1e-5));
  }

  @Test
  void dirichletMultinomialIsTheProbabilityOfTheVotes() {
    VoteFractions votes = votes(0.5, 0.4, 0.1);
    float[] outputs = outputs(1);
    Question first = TREE.question("t01");

    double loss =
        loss(
            List.of(first),
            new Loss.DirichletMultinomial(20),
            Arrays.copyOf(outputs, 3),
            galaxy(votes));

    double[] counts = {10, 8, 2};
    double all = 0;
    double likelihood = 0;
    for (int a = 0; a < 3; a++) {
      double concentration = Math.exp(outputs[a]);
      all += concentration;
      likelihood += LogGamma.value(concentration + counts[a]) - LogGamma.value(concentration);
    }
    likelihood += LogGamma.value(all) - LogGamma.value(all + 20);
    assertThat(loss).isCloseTo(-likelihood / 20, within(1e-5));
  }

  @Test
  void aClassThatFollowsCostsNothingAndOneThatDoesNotCosts() {
    Constraint smooth = ClassRules.named("kaggle").constraint("completely_round");
    float[] yes = new float[TREE.answerCount()];
    yes[0] = 5;
    yes[TREE.firstAnswer(TREE.question("t07"))] = 5;
    float[] no = new float[TREE.answerCount()];
    no[1] = 5;
    LabelledGalaxy galaxy =
        new LabelledGalaxy(
            "1", TREE, Path.of("1.jpg"), Optional.empty(), Optional.of(smooth), Optional.empty());

    assertThat(smooth.holds(AnswerProbabilities.of(TREE, conditional(yes)))).isTrue();
    assertThat(loss(TREE.questions(), new Loss.ClassRule(), yes, galaxy)).isZero();
    // smooth is at least 0.469 by rule, and 1 / (1 + e⁵ + 1) here; round likewise at least 0.5
    double p = 1 / (2 + Math.exp(5));
    assertThat(loss(TREE.questions(), new Loss.ClassRule(), no, galaxy))
        .isCloseTo(Math.pow(0.469 - p, 2) + Math.pow(0.5 - p / 3, 2), within(1e-4));
  }

  @Test
  void aGalaxyTeachesOnlyTheHeadOfItsOwnCampaign() {
    DecisionTree desi = DecisionTree.byId("desi");
    TrainingSettings usual = TrainingSettings.DEFAULT;
    TrainingSettings both =
        new TrainingSettings(
            List.of(Campaign.of(TREE), Campaign.of(desi)),
            usual.architecture(),
            usual.input(),
            usual.losses(),
            usual.augmentation(),
            usual.epochs(),
            usual.batch(),
            usual.descent(),
            usual.frozenEpochs(),
            usual.patience(),
            usual.seed());
    LabelledGalaxy galaxy = galaxy(votes(0.15, 0.8, 0.05, 0.2, 0.6));
    float[] own = outputs(1);
    float[] outputs = Arrays.copyOf(own, own.length + desi.answerCount());
    Arrays.fill(outputs, own.length, outputs.length, 0.5f);
    NDArray raw = manager.create(outputs, new Shape(1, outputs.length));
    raw.setRequiresGradient(true);

    double loss;
    try (GradientCollector collector = PyTorch.engine().newGradientCollector()) {
      NDArray of = new Objectives(manager, both).of(manager, raw, List.of(galaxy));
      collector.backward(of);
      loss = of.getFloat();
    }

    double alone =
        usual.losses().stream()
            .mapToDouble(term -> term.weight() * loss(TREE.questions(), term.loss(), own, galaxy))
            .sum();
    assertThat(loss).isCloseTo(alone, within(1e-5));
    float[] gradient = raw.getGradient().toFloatArray();
    assertThat(Arrays.copyOfRange(gradient, own.length, gradient.length)).containsOnly(0);
    assertThat(Arrays.copyOf(gradient, 3)).doesNotContain(0);
  }

  @Test
  void oneQuestionAloneHasNoJointProbabilities() {
    assertThatThrownBy(
            () ->
                new Objective(
                    manager,
                    new Campaign(TREE, List.of(TREE.root())),
                    List.of(new Objective.Term(new Loss.SquaredError(), 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("whole tree");
  }

  private double loss(
      List<Question> questions, Loss loss, float[] outputs, LabelledGalaxy... galaxies) {
    Campaign campaign = new Campaign(TREE, questions);
    Objective objective = new Objective(manager, campaign, List.of(new Objective.Term(loss, 1)));
    NDArray raw =
        manager.create(outputs, new Shape(galaxies.length, outputs.length / galaxies.length));
    return objective.of(raw, Targets.of(manager, List.of(galaxies), campaign)).getFloat();
  }

  private static float[] outputs(int galaxies) {
    Random random = new Random(3);
    float[] outputs = new float[galaxies * TREE.answerCount()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = (float) random.nextGaussian();
    }
    return outputs;
  }

  private static AnswerProbabilities said(float[] outputs, int galaxy) {
    int width = TREE.answerCount();
    return AnswerProbabilities.of(
        TREE, conditional(Arrays.copyOfRange(outputs, galaxy * width, (galaxy + 1) * width)));
  }

  private static double[] conditional(float[] outputs) {
    double[] conditional = new double[outputs.length];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      double sum = 0;
      for (int a = first; a < first + question.answers().size(); a++) {
        conditional[a] = Math.exp(outputs[a]);
        sum += conditional[a];
      }
      for (int a = first; a < first + question.answers().size(); a++) {
        conditional[a] /= sum;
      }
    }
    return conditional;
  }

  /** Kaggle's first columns; the others are unknown. */
  private static VoteFractions votes(double... columns) {
    double[] all = new double[TREE.answerCount()];
    Arrays.fill(all, Double.NaN);
    System.arraycopy(columns, 0, all, 0, columns.length);
    return KaggleColumns.read("1", all);
  }

  private static LabelledGalaxy galaxy(VoteFractions votes) {
    return new LabelledGalaxy(
        "1", TREE, Path.of("1.jpg"), Optional.of(votes), Optional.empty(), Optional.empty());
  }
}
