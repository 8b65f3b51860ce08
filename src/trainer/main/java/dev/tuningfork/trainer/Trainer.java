package dev.tuningfork.trainer;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/** Trains a network on labelled galaxies and judges it on those that were held out. */
public final class Trainer {

  private static final int EVALUATION_BATCH = 128;

  private final TrainingSettings settings;
  private final DecisionTree tree;
  private final Objective objective;
  private final Consumer<String> progress;

  /**
   * @param progress is told how it goes, a line at a time, from the thread that trains and from
   *     those that read images
   */
  public Trainer(TrainingSettings settings, Consumer<String> progress) {
    this.settings = settings;
    this.tree = DecisionTree.galaxyZoo2();
    this.objective = new Objective(settings.questions());
    this.progress = progress;
  }

  /**
   * Trains from the first weights to the last epoch; what is held out never decides when to stop.
   *
   * @throws IOException if a table of labels cannot be read
   * @throws IllegalArgumentException if the tables are not as they should be, or leave nothing to
   *     learn from or to judge on
   */
  public TrainedModel train(List<DataSet> dataSets) throws IOException {
    Network network =
        Architectures.named(settings.architecture())
            .describe(
                settings.input().channels().count(),
                settings.input().size(),
                Head.of(settings.questions()));
    PreparedGalaxies galaxies =
        PreparedGalaxies.read(dataSets, settings.input(), settings.split(), progress);
    if (galaxies.training().size() < settings.batch() || galaxies.heldOut().isEmpty()) {
      throw new IllegalArgumentException(
          "%d galaxies to learn from and %d to judge on are too few: a batch takes %d."
              .formatted(galaxies.training().size(), galaxies.heldOut().size(), settings.batch()));
    }
    progress.accept(
        "%,d galaxies to learn from, %,d held out"
            .formatted(galaxies.training().size(), galaxies.heldOut().size()));

    NetworkBlock block = new NetworkBlock(network, Weights.initial(network, settings.seed()));
    int stepsPerEpoch = galaxies.training().size() / settings.batch();
    Engine engine = PyTorch.engine();
    engine.setRandomSeed(settings.seed());
    try (Model model = Model.newInstance(settings.architecture())) {
      model.setBlock(block);
      try (ai.djl.training.Trainer djl = model.newTrainer(configuration(engine, stepsPerEpoch))) {
        djl.initialize(
            new Shape(
                1, network.input().channels(), network.input().height(), network.input().width()));
        long start = System.nanoTime();
        Random random = new Random(settings.seed());
        List<PreparedGalaxy> order = new ArrayList<>(galaxies.training());
        for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
          Collections.shuffle(order, random);
          epoch(djl, order, random, epoch, start);
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        return new TrainedModel(
            settings,
            galaxies.sources(),
            block.weights(),
            judge(djl, galaxies),
            duration,
            engine.defaultDevice().getDeviceType());
      }
    }
  }

  private DefaultTrainingConfig configuration(Engine engine, int stepsPerEpoch) {
    LearningRate rate =
        LearningRate.over(stepsPerEpoch * settings.epochs(), settings.learningRate());
    return new DefaultTrainingConfig(Loss.l2Loss()) // DJL asks for one; the loss here is our own
        .optDevices(engine.getDevices(1))
        .optOptimizer(
            Optimizer.adamW()
                .optLearningRateTracker(rate)
                .optWeightDecays(settings.weightDecay())
                .build());
  }

  /** What is left over after the last whole batch waits for the next shuffle. */
  private void epoch(
      ai.djl.training.Trainer djl,
      List<PreparedGalaxy> order,
      Random random,
      int epoch,
      long start) {
    int steps = order.size() / settings.batch();
    long begin = System.nanoTime();
    double sum = 0;
    for (int step = 0; step < steps; step++) {
      List<PreparedGalaxy> galaxies =
          order.subList(step * settings.batch(), (step + 1) * settings.batch());
      float loss = step(djl, galaxies, random);
      if (!Float.isFinite(loss)) {
        throw new IllegalStateException(
            "The loss is no longer a number in epoch %d: lower the learning rate."
                .formatted(epoch));
      }
      sum += loss;
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    double elapsed = (System.nanoTime() - start) / 1e9;
    progress.accept(
        String.format(
            Locale.ROOT,
            "epoch %d of %d: loss %.4f, %.0f images/s, %.0f min left",
            epoch,
            settings.epochs(),
            sum / steps,
            steps * settings.batch() / seconds,
            elapsed / epoch * (settings.epochs() - epoch) / 60));
  }

  private float step(ai.djl.training.Trainer djl, List<PreparedGalaxy> galaxies, Random random) {
    try (NDManager manager = djl.getManager().newSubManager()) {
      Batch batch = Batch.turned(manager, galaxies, settings.input(), settings.questions(), random);
      float value;
      try (GradientCollector collector = djl.newGradientCollector()) {
        NDArray logits = djl.forward(new NDList(batch.images())).singletonOrThrow();
        NDArray loss = objective.loss(logits, batch.targets());
        value = loss.getFloat();
        collector.backward(loss);
      }
      clip(djl, manager);
      djl.step();
      return value;
    }
  }

  /**
   * Shortens the gradient over all weights to the longest that is allowed (Pascanu et al. 2013).
   */
  private void clip(ai.djl.training.Trainer djl, NDManager manager) {
    List<NDArray> gradients = new ArrayList<>();
    double squares = 0;
    for (Parameter parameter : djl.getModel().getBlock().getParameters().values()) {
      if (parameter.requiresGradient()) {
        NDArray gradient = parameter.getArray().getGradient();
        gradient.attach(manager);
        gradients.add(gradient);
        NDArray norm = gradient.norm();
        squares += Math.pow(norm.getFloat(), 2);
      }
    }
    double norm = Math.sqrt(squares);
    if (norm > settings.clipNorm()) {
      gradients.forEach(gradient -> gradient.muli(settings.clipNorm() / norm));
    }
  }

  private HeldOutFigures judge(ai.djl.training.Trainer djl, PreparedGalaxies galaxies) {
    List<AnswerProbabilities> predictions = new ArrayList<>();
    List<PreparedGalaxy> heldOut = galaxies.heldOut();
    for (int from = 0; from < heldOut.size(); from += EVALUATION_BATCH) {
      List<PreparedGalaxy> part =
          heldOut.subList(from, Math.min(heldOut.size(), from + EVALUATION_BATCH));
      try (NDManager manager = djl.getManager().newSubManager()) {
        Batch batch = Batch.upright(manager, part, settings.input(), settings.questions());
        float[] answers =
            objective
                .logProbabilities(djl.evaluate(new NDList(batch.images())).singletonOrThrow())
                .exp()
                .toFloatArray();
        int width = answers.length / part.size();
        for (int i = 0; i < part.size(); i++) {
          predictions.add(probabilities(Arrays.copyOfRange(answers, i * width, (i + 1) * width)));
        }
      }
    }
    return HeldOutFigures.of(
        settings.questions(), votes(galaxies.training()), votes(heldOut), predictions);
  }

  private AnswerProbabilities probabilities(float[] answers) {
    float[] whole = new float[tree.answerCount()];
    Arrays.fill(whole, Float.NaN);
    int at = 0;
    for (Question question : settings.questions()) {
      int count = question.answers().size();
      System.arraycopy(answers, at, whole, tree.firstAnswer(question), count);
      at += count;
    }
    return AnswerProbabilities.of(tree, whole);
  }

  private static List<VoteFractions> votes(List<PreparedGalaxy> galaxies) {
    return galaxies.stream().map(PreparedGalaxy::votes).toList();
  }
}
