package dev.tuningfork.model;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.util.List;
import java.util.stream.Gatherers;

/**
 * A model in memory, on one device. It may be used by any thread and by many at once: {@link
 * #passes} of them have their batches computed side by side, the others wait. Closing it waits for
 * those and gives its memory back; closing it again does nothing.
 */
public interface MorphologyModel extends AutoCloseable {

  /** Which model this is. */
  ModelIdentity identity();

  /** The tree whose questions it answers: all of them, or some. */
  DecisionTree tree();

  /** How images are prepared for it. */
  InputSpec input();

  /** Where it computes: {@code cpu}, {@code gpu:0}, … */
  String device();

  /**
   * How it computes, for people to read: {@code bfloat16} or {@code float32} where it is compiled,
   * {@code blocks} where it is not, {@code module} where it was made elsewhere.
   */
  default String form() {
    return Form.BLOCKS.toString();
  }

  /**
   * How many orientations of each image it looks at, whose mean is its answer: 1, or the 8 of the
   * square's symmetry group, which cost about 8 times as much.
   */
  default int views() {
    return 1;
  }

  /** How many batches it computes at once. */
  default int passes() {
    return 1;
  }

  /** The most images that one call of {@link #predict} takes. */
  int largestBatch();

  /**
   * What the model says about each image, in their order. An image's answers do not depend on the
   * others in its batch.
   *
   * @param images at most {@link #largestBatch()}, made by the model's own input specification
   * @throws PredictionException if an image is not of the size that the model takes, or what comes
   *     out for one is not a number; the whole batch has no answer then; to find the image, halve
   *     the batch
   * @throws DeviceException if the device has failed, and no image is to blame
   */
  List<AnswerProbabilities> predict(List<PreparedImage> images);

  /** What the model says about any number of images, in their order, batch by batch. */
  default List<AnswerProbabilities> predictAll(List<PreparedImage> images) {
    return images.stream()
        .gather(Gatherers.windowFixed(largestBatch()))
        .flatMap(batch -> predict(batch).stream())
        .toList();
  }

  /**
   * Answers a test image, as it did when it was loaded. A model that fails on this is broken, and
   * no image is to blame.
   *
   * @throws RuntimeException if it fails
   */
  void selfTest();

  @Override
  void close();
}
