package dev.tuningfork.classifier;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * A model that answers every question evenly, fails on the images it is told to fail on, and waits
 * where it is told to hang. An image is told by its first value.
 */
public final class FakeModel implements MorphologyModel {

  /** What stands in its answers. */
  public static final Answerer BY = Answerer.of(new FakeModel(8));

  private final String name;
  private final InputSpec input;
  private final Function<PreparedImage, AnswerProbabilities> says;
  private final int largestBatch;
  private final int views;
  private final int passes;
  private final Set<Float> poison = ConcurrentHashMap.newKeySet();
  private final Set<Float> tooLarge = ConcurrentHashMap.newKeySet();
  private final Semaphore gate = new Semaphore(0);
  private volatile boolean gated;
  private volatile boolean broken;
  private volatile boolean closed;
  private volatile boolean lost;

  /** The sizes of the batches, in order, failed ones included. */
  public final List<Integer> batches = new CopyOnWriteArrayList<>();

  public FakeModel(int largestBatch) {
    this(largestBatch, 1);
  }

  public FakeModel(int largestBatch, int views) {
    this("even", InputSpec.article(), _ -> answer(), largestBatch, views, 1);
  }

  /** One that computes so many batches of up to eight images at once. */
  public static FakeModel ofPasses(int passes) {
    return new FakeModel("even", InputSpec.article(), _ -> answer(), 8, 1, passes);
  }

  /** One of another name, of other input, that says something else. */
  public FakeModel(
      String name, InputSpec input, Function<PreparedImage, AnswerProbabilities> says) {
    this(name, input, says, 8, 1, 1);
  }

  private FakeModel(
      String name,
      InputSpec input,
      Function<PreparedImage, AnswerProbabilities> says,
      int largestBatch,
      int views,
      int passes) {
    this.name = name;
    this.input = input;
    this.says = says;
    this.largestBatch = largestBatch;
    this.views = views;
    this.passes = passes;
  }

  /** Every forward pass from now on waits for {@link #release}. */
  public void hang() {
    gated = true;
  }

  /** Lets so many forward passes go on. */
  public void release(int passes) {
    gate.release(passes);
  }

  /** How many forward passes wait. */
  public boolean isWaiting() {
    return gate.hasQueuedThreads();
  }

  public void failOn(float firstValue) {
    poison.add(firstValue);
  }

  public void runOutOfMemoryOn(float firstValue) {
    tooLarge.add(firstValue);
  }

  public void breakDown() {
    broken = true;
  }

  /** Its device fails in every forward pass from now on. */
  public void loseDevice() {
    lost = true;
  }

  public static PreparedImage image(float firstValue) {
    return new PreparedImage(
        new Pixels.Brightness(new float[] {firstValue, 0}), 424, 424, Set.of());
  }

  public boolean isClosed() {
    return closed;
  }

  /** As {@link #answer}, but the first answer to the first question is so probable. */
  public static AnswerProbabilities smooth(double probability) {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    double[] conditional = even(tree);
    conditional[0] = probability;
    conditional[1] = 1 - probability;
    conditional[2] = 0;
    return AnswerProbabilities.of(tree, conditional);
  }

  /** What it says about every image. */
  public static AnswerProbabilities answer() {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    return AnswerProbabilities.of(tree, even(tree));
  }

  private static double[] even(DecisionTree tree) {
    double[] conditional = new double[tree.answerCount()];
    for (Question question : tree.questions()) {
      int first = tree.firstAnswer(question);
      int count = question.answers().size();
      Arrays.fill(conditional, first, first + count, 1.0 / count);
    }
    return conditional;
  }

  @Override
  public ModelIdentity identity() {
    return new ModelIdentity(name, "1.0.0", "0".repeat(64));
  }

  @Override
  public DecisionTree tree() {
    return DecisionTree.galaxyZoo2();
  }

  @Override
  public InputSpec input() {
    return input;
  }

  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public int views() {
    return views;
  }

  @Override
  public int passes() {
    return passes;
  }

  @Override
  public int largestBatch() {
    return largestBatch;
  }

  @Override
  public List<AnswerProbabilities> predict(List<PreparedImage> images) {
    if (closed) {
      throw new IllegalStateException("The model is closed.");
    }
    batches.add(images.size());
    if (gated) {
      gate.acquireUninterruptibly();
    }
    if (lost) {
      throw new DeviceException("The device gpu:0 has failed.", new IllegalStateException("lost"));
    }
    if (broken
        || images.stream().anyMatch(image -> poison.contains(image.pixels().brightness(0)))) {
      throw new PredictionException("No answer.");
    }
    if (images.stream().anyMatch(image -> tooLarge.contains(image.pixels().brightness(0)))) {
      throw new OutOfMemoryError("of a test");
    }
    return images.stream().map(says).toList();
  }

  @Override
  public void selfTest() {
    if (broken) {
      throw new PredictionException("No answer.");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
