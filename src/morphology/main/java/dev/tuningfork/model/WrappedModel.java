package dev.tuningfork.model;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.tree.DecisionTree;

/**
 * A model around another one, which it owns. It says of itself what that one says, as far as it
 * does not say otherwise.
 */
public interface WrappedModel extends MorphologyModel {

  /** The other one. */
  MorphologyModel model();

  @Override
  default ModelIdentity identity() {
    return model().identity();
  }

  @Override
  default DecisionTree tree() {
    return model().tree();
  }

  @Override
  default InputSpec input() {
    return model().input();
  }

  @Override
  default String device() {
    return model().device();
  }

  @Override
  default String form() {
    return model().form();
  }

  @Override
  default int views() {
    return model().views();
  }

  @Override
  default int passes() {
    return model().passes();
  }

  @Override
  default int largestBatch() {
    return model().largestBatch();
  }

  @Override
  default void selfTest() {
    model().selfTest();
  }

  @Override
  default void close() {
    model().close();
  }
}
