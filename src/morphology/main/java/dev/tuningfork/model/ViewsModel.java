package dev.tuningfork.model;

import dev.tuningfork.image.Orientation;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Gatherers;

/**
 * A model that looks at each image in several orientations and answers with {@link
 * AnswerProbabilities#average the mean}. A galaxy has no up, but a network's answer depends on how
 * the image lies; the mean depends on it less.
 *
 * <p>All views of as many images as fit make one batch of the network. Where not even those of one
 * image fit, they are spread over several.
 */
record ViewsModel(MorphologyModel model, List<Orientation> orientations) implements WrappedModel {

  @Override
  public int views() {
    return orientations.size();
  }

  @Override
  public int largestBatch() {
    return Math.max(1, model.largestBatch() / orientations.size());
  }

  @Override
  public List<AnswerProbabilities> predict(List<PreparedImage> images) {
    if (images.size() > largestBatch()) {
      throw new IllegalArgumentException(
          "The model takes %d images at a time, not %d.".formatted(largestBatch(), images.size()));
    }
    List<PreparedImage> views = new ArrayList<>(images.size() * orientations.size());
    for (int i = 0; i < images.size(); i++) {
      PreparedImage image = images.get(i);
      requireSize(image, i);
      for (Orientation orientation : orientations) {
        views.add(orientation.of(image, input().size()));
      }
    }
    return model.predictAll(views).stream()
        .gather(Gatherers.windowFixed(orientations.size()))
        .map(AnswerProbabilities::average)
        .toList();
  }

  /** An image of another size cannot be turned, so it does not get as far as the network. */
  private void requireSize(PreparedImage image, int place) {
    if (image.pixels().count() != input().valueCount()) {
      throw new PredictionException(
          "Image %d of the batch has %d numbers, but the model needs %d × %d × %d."
              .formatted(
                  place,
                  image.pixels().count(),
                  input().channels().count(),
                  input().size(),
                  input().size()));
    }
  }
}
