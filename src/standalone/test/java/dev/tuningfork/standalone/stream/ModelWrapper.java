package dev.tuningfork.standalone.stream;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.util.List;

/** A real model, with something done before each batch. */
record ModelWrapper(MorphologyModel model, Runnable beforeBatch) implements MorphologyModel {

  @Override
  public ModelIdentity identity() {
    return model.identity();
  }

  @Override
  public DecisionTree tree() {
    return model.tree();
  }

  @Override
  public InputSpec input() {
    return model.input();
  }

  @Override
  public String device() {
    return model.device();
  }

  @Override
  public int views() {
    return model.views();
  }

  @Override
  public int largestBatch() {
    return model.largestBatch();
  }

  @Override
  public List<AnswerProbabilities> predict(List<PreparedImage> images) {
    beforeBatch.run();
    return model.predict(images);
  }

  @Override
  public void close() {
    model.close();
  }
}
