package dev.tuningfork.model;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/** Small models with random weights, and noise for them to look at. */
final class TestModels {

  static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  /** The smallest size that the baseline takes without being trivial. */
  static final ModelDescription SMALL =
      ModelDescription.of("small", "1.2.3", TREE, "baseline", InputSpec.article().withSize(32));

  static final ModelDescription MODULE =
      ModelDescription.of(
          "elsewhere", "1", TREE, ModelDescription.TORCHSCRIPT, InputSpec.article().withSize(16));

  private TestModels() {}

  static ModelBundle small() {
    return ModelBundle.of(SMALL, Weights.initial(SMALL.network(), 42));
  }

  static byte[] resource(String name) {
    try (InputStream stream = TestModels.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(stream, name).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static List<PreparedImage> images(InputSpec input, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PreparedImage> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[input.valueCount()];
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) random.nextDouble();
      }
      images.add(image(values));
    }
    return images;
  }

  static PreparedImage image(float[] values) {
    return new PreparedImage(new Pixels.Brightness(values), 424, 424, Set.of());
  }
}
