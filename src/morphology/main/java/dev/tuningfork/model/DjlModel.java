package dev.tuningfork.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.network.Head;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model that DJL computes.
 *
 * <p>Invariants: one call at a time (the monitor sees to it), because all calls share one direct
 * buffer. The native array of a batch is a view of that buffer; it and whatever is computed from it
 * belong to a manager that lives no longer than the call. No gradient is recorded, whichever thread
 * calls: PyTorch keeps that mode for each thread, and only the one that loaded it has it off.
 *
 * <p>A batch is padded to a power of two or to the largest size, so that PyTorch sees few shapes
 * and keeps kernels and memory for each. What stands in the padding is what an earlier batch left
 * there: it is computed and thrown away.
 */
final class DjlModel implements MorphologyModel {

  /** Of a concentration: within it, every sum and quotient of them is a number. */
  private static final double LARGEST_LOG = 10;

  private final ModelDescription description;
  private final ModelIdentity identity;
  private final List<Head> heads;
  private final int outputs;
  private final Model model;
  private final ParameterStore parameters;
  private final int largestBatch;
  private final ByteBuffer buffer;
  private final FloatBuffer numbers;
  private boolean closed;

  /** Takes over the model, whose block is ready, and closes it with itself. */
  DjlModel(ModelBundle bundle, Model model, int largestBatch) {
    this.description = bundle.description();
    this.identity = bundle.identity();
    this.heads = description.heads();
    this.outputs = heads.stream().mapToInt(Head::answers).sum();
    this.model = model;
    this.parameters = new ParameterStore(model.getNDManager(), false);
    this.largestBatch = largestBatch;
    this.buffer =
        ByteBuffer.allocateDirect(
                Math.multiplyExact(
                    Math.multiplyExact(largestBatch, description.input().valueCount()),
                    Float.BYTES))
            .order(ByteOrder.nativeOrder());
    this.numbers = buffer.asFloatBuffer();
  }

  @Override
  public ModelIdentity identity() {
    return identity;
  }

  @Override
  public DecisionTree tree() {
    return description.tree();
  }

  @Override
  public InputSpec input() {
    return description.input();
  }

  @Override
  public String device() {
    Device device = model.getNDManager().getDevice();
    return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
  }

  @Override
  public int largestBatch() {
    return largestBatch;
  }

  /** One forward pass of each padded size, on blank images. */
  synchronized void warmUp() {
    for (int size = 1; ; size = paddedSize(size + 1)) {
      logits(size);
      if (size == largestBatch) {
        return;
      }
    }
  }

  @Override
  public synchronized List<AnswerProbabilities> predict(List<PreparedImage> images) {
    if (closed) {
      throw new IllegalStateException("The model " + identity.name() + " is closed.");
    }
    if (images.size() > largestBatch) {
      throw new IllegalArgumentException(
          "The model takes %d images at a time, not %d.".formatted(largestBatch, images.size()));
    }
    if (images.isEmpty()) {
      return List.of();
    }
    int valueCount = description.input().valueCount();
    for (int i = 0; i < images.size(); i++) {
      Pixels pixels = images.get(i).pixels();
      requireUsable(pixels, i);
      numbers.put(i * valueCount, description.input().standardised(pixels));
    }
    float[] logits = logits(paddedSize(images.size()));
    List<AnswerProbabilities> answers = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      answers.add(answers(Arrays.copyOfRange(logits, i * outputs, (i + 1) * outputs), i));
    }
    return answers;
  }

  private void requireUsable(Pixels pixels, int place) {
    InputSpec input = description.input();
    if (pixels.count() != input.valueCount()) {
      throw new PredictionException(
          "Image %d of the batch has %d numbers where the model takes %d × %d × %d."
              .formatted(
                  place, pixels.count(), input.channels().count(), input.size(), input.size()));
    }
    if (pixels instanceof Pixels.Brightness(float[] values)) {
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new PredictionException(
              "Image %d of the batch holds the number %s.".formatted(place, value));
        }
      }
    }
  }

  private int paddedSize(int images) {
    int powerOfTwo = images == 1 ? 1 : Integer.highestOneBit(images - 1) << 1;
    return Math.min(powerOfTwo, largestBatch);
  }

  /** The network's outputs for the first images of the buffer, one row an image. */
  private float[] logits(int images) {
    InputSpec input = description.input();
    Shape shape = new Shape(images, input.channels().count(), input.size(), input.size());
    boolean gradients = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try (NDManager batch = model.getNDManager().newSubManager()) {
      ByteBuffer filled =
          buffer.slice(0, images * input.valueCount() * Float.BYTES).order(ByteOrder.nativeOrder());
      NDArray made = batch.create(filled, shape, DataType.FLOAT32);
      NDArray output =
          model.getBlock().forward(parameters, new NDList(made), false).singletonOrThrow();
      if (!output.getShape().equals(new Shape(images, outputs))
          || output.getDataType() != DataType.FLOAT32) {
        throw new PredictionException(
            "The network gives %s numbers of type %s for %d images, where float32 %s is due: one for each answer of %s."
                .formatted(
                    output.getShape(),
                    output.getDataType(),
                    images,
                    new Shape(images, outputs),
                    description.questions()));
      }
      return output.toFloatArray();
    } catch (EngineException e) {
      throw new PredictionException(
          "The forward pass of %d images of %d × %d × %d failed: %s"
              .formatted(
                  images, input.channels().count(), input.size(), input.size(), firstLine(e)),
          e);
    } finally {
      JniUtils.setGradMode(gradients);
    }
  }

  /** What PyTorch says, without the stack of its native code. */
  static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("it says nothing.");
  }

  /** Questions that the model does not answer are NaN in the tree's vector. */
  private AnswerProbabilities answers(float[] row, int place) {
    DecisionTree tree = description.tree();
    double[] vector = new double[tree.answerCount()];
    Arrays.fill(vector, Double.NaN);
    int from = 0;
    for (Head head : heads) {
      int first = tree.firstAnswer(tree.question(head.question()));
      for (int a = 0; a < head.answers(); a++) {
        if (!Float.isFinite(row[from + a])) {
          throw new PredictionException(
              "For image %d of the batch the network's output for question %s is %s."
                  .formatted(place, head.question(), row[from + a]));
        }
        vector[first + a] = row[from + a];
      }
      switch (description.output()) {
        case LOGITS -> softmax(vector, first, first + head.answers());
        case CONCENTRATIONS -> concentrations(vector, first, first + head.answers());
        case PROBABILITIES -> {}
      }
      from += head.answers();
    }
    try {
      return description.output() == Output.CONCENTRATIONS
          ? AnswerProbabilities.ofConcentrations(tree, vector)
          : AnswerProbabilities.of(tree, vector);
    } catch (IllegalArgumentException e) {
      throw new PredictionException(
          "For image %d of the batch the network's outputs are no probabilities. %s"
              .formatted(place, e.getMessage()),
          e);
    }
  }

  private static void softmax(double[] vector, int from, int to) {
    double largest = Arrays.stream(vector, from, to).max().orElseThrow();
    double sum = 0;
    for (int i = from; i < to; i++) {
      vector[i] = Math.exp(vector[i] - largest);
      sum += vector[i];
    }
    for (int i = from; i < to; i++) {
      vector[i] /= sum;
    }
  }

  private static void concentrations(double[] vector, int from, int to) {
    for (int i = from; i < to; i++) {
      vector[i] = Math.exp(Math.clamp(vector[i], -LARGEST_LOG, LARGEST_LOG));
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      model.close();
    }
  }
}
