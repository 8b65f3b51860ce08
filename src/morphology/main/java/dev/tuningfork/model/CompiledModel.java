package dev.tuningfork.model;

import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.network.module.NetworkModule;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A model whose network is a {@link NetworkModule}: pixels in as they are, probabilities out.
 *
 * <p>Of the module's results the conditional probabilities are taken, or the concentrations; {@link
 * AnswerProbabilities} makes the others of them in double precision, so that a vector sums to 1 and
 * a joint probability is a product to the last digit.
 */
final class CompiledModel extends DjlModel {

  /** Places among the module's results. */
  private static final int PROBABILITY = 0;

  private static final int CONCENTRATIONS = 3;

  private final Arithmetic arithmetic;

  CompiledModel(ModelBundle bundle, Model model, Arithmetic arithmetic, ForwardPasses passes) {
    super(bundle, model, passes, System::nanoTime);
    this.arithmetic = arithmetic;
  }

  @Override
  public String form() {
    return arithmetic.toString();
  }

  @Override
  void computeBlank(int images, ByteBuffer buffer) {
    compute(images, DataType.UINT8, buffer);
  }

  /** The second pass of a kind is the one that runs as PyTorch optimised it after the first. */
  @Override
  int passesUntilWarm() {
    return 2;
  }

  @Override
  List<AnswerProbabilities> answers(List<PreparedImage> images, ByteBuffer buffer) {
    List<AnswerProbabilities> answers = new ArrayList<>(images.size());
    for (int from = 0; from < images.size(); ) {
      int to = from + 1;
      Class<?> kind = images.get(from).pixels().getClass();
      while (to < images.size() && images.get(to).pixels().getClass() == kind) {
        to++;
      }
      answerAlike(images, from, to, buffer, answers);
      from = to;
    }
    return answers;
  }

  /** Images whose pixels are of one kind. */
  private void answerAlike(
      List<PreparedImage> images,
      int from,
      int to,
      ByteBuffer buffer,
      List<AnswerProbabilities> answers) {
    int valueCount = description.input().valueCount();
    FloatBuffer brightness = buffer.asFloatBuffer();
    DataType type = DataType.UINT8;
    for (int i = from; i < to; i++) {
      switch (images.get(i).pixels()) {
        case Pixels.Levels(byte[] levels) -> buffer.put((i - from) * valueCount, levels);
        case Pixels.Brightness(float[] values) -> {
          brightness.put((i - from) * valueCount, values);
          type = DataType.FLOAT32;
        }
      }
    }
    float[] rows = compute(paddedSize(to - from), type, buffer);
    DecisionTree tree = description.tree();
    for (int i = 0; i < to - from; i++) {
      double[] vector = vector(rows, i, from + i);
      try {
        answers.add(
            description.output() == Output.CONCENTRATIONS
                ? AnswerProbabilities.ofConcentrations(tree, vector)
                : AnswerProbabilities.of(tree, vector));
      } catch (IllegalArgumentException e) {
        throw noProbabilities(from + i, e);
      }
    }
  }

  /** What the module says about the first images of the buffer, one row an image. */
  private float[] compute(int images, DataType type, ByteBuffer buffer) {
    InputSpec input = description.input();
    return forward(
        buffer,
        new Shape(images, input.size(), input.size(), input.channels().count()),
        type,
        results ->
            numbers(
                results.get(
                    description.output() == Output.CONCENTRATIONS ? CONCENTRATIONS : PROBABILITY),
                images,
                outputs));
  }
}
