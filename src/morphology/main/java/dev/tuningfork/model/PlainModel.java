package dev.tuningfork.model;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A model whose network takes standardised images, batch × channels × height × width, and whose
 * outputs become probabilities here: the blocks that train, or a TorchScript module that was made
 * elsewhere.
 */
final class PlainModel extends DjlModel {

  private final String form;

  PlainModel(ModelBundle bundle, Model model, ForwardPasses passes) {
    this(bundle, model, passes, System::nanoTime);
  }

  /** With a clock of its own. */
  PlainModel(ModelBundle bundle, Model model, ForwardPasses passes, LongSupplier nanoTime) {
    super(bundle, model, passes, nanoTime);
    this.form = bundle.isTorchScript() ? "module" : Form.BLOCKS.toString();
  }

  @Override
  public String form() {
    return form;
  }

  @Override
  void computeBlank(int images, ByteBuffer buffer) {
    compute(images, buffer);
  }

  @Override
  int passesUntilWarm() {
    return 1;
  }

  @Override
  List<AnswerProbabilities> answers(List<PreparedImage> images, ByteBuffer buffer) {
    InputSpec input = description.input();
    FloatBuffer planes = buffer.asFloatBuffer();
    for (int i = 0; i < images.size(); i++) {
      planes.put(i * input.valueCount(), input.standardised(images.get(i).pixels()));
    }
    float[] rows = compute(paddedSize(images.size()), buffer);
    List<AnswerProbabilities> answers = new ArrayList<>(images.size());
    for (int i = 0; i < images.size(); i++) {
      answers.add(answers(vector(rows, i, i), i));
    }
    return answers;
  }

  /** The network's outputs for the first images of the buffer, one row an image. */
  private float[] compute(int images, ByteBuffer buffer) {
    InputSpec input = description.input();
    return forward(
        buffer,
        new Shape(images, input.channels().count(), input.size(), input.size()),
        DataType.FLOAT32,
        results -> numbers(results.singletonOrThrow(), images, outputs));
  }

  private AnswerProbabilities answers(double[] vector, int place) {
    DecisionTree tree = description.tree();
    try {
      return switch (description.output()) {
        case LOGITS -> AnswerProbabilities.ofLogits(tree, vector);
        case CONCENTRATIONS -> AnswerProbabilities.ofConcentrations(tree, concentrations(vector));
        case PROBABILITIES -> AnswerProbabilities.of(tree, vector);
      };
    } catch (IllegalArgumentException e) {
      throw noProbabilities(place, e);
    }
  }

  /** Of their logarithms, which are what the network gives. */
  private static double[] concentrations(double[] logarithms) {
    return Arrays.stream(logarithms)
        .map(log -> Math.exp(Math.clamp(log, -LARGEST_LOG, LARGEST_LOG)))
        .toArray();
  }
}
