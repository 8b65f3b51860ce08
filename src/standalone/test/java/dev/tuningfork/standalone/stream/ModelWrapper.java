package dev.tuningfork.standalone.stream;

import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.WrappedModel;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.List;

/** A real model, with something done before each batch. */
record ModelWrapper(MorphologyModel model, Runnable beforeBatch) implements WrappedModel {

  @Override
  public List<AnswerProbabilities> predict(List<PreparedImage> images) {
    beforeBatch.run();
    return model.predict(images);
  }
}
