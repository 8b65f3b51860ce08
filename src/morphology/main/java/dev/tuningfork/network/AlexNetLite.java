package dev.tuningfork.network;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Dropout;
import dev.tuningfork.network.Layer.Flatten;
import dev.tuningfork.network.Layer.Linear;
import dev.tuningfork.network.Layer.MaxPool;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import java.util.List;

/**
 * AlexNet (Krizhevsky et al. 2012) made narrow, with batch normalisation; made for 1 × 169 × 169.
 * Only the first convolution is padded; the others have Keras's default, "valid".
 */
final class AlexNetLite implements Architecture {

  @Override
  public String name() {
    return "alexnet-lite";
  }

  @Override
  public String description() {
    return "AlexNet made narrow (32, 64 and three times 128 channels, two dense layers of 512),"
        + " with batch normalisation.";
  }

  /** Brought to mean 0 and deviation 1 over pictures of the SDSS. */
  @Override
  public InputSpec input() {
    return InputSpec.article().withStandardisation(List.of(0.12), List.of(0.14));
  }

  @Override
  public Network describe(int channels, int size, List<Head> heads) {
    return new Network(
        new Volume(channels, size, size),
        List.of(
            new Convolution("conv1", 32, 11, 4, Padding.SAME),
            new Relu(),
            new MaxPool(3, 2),
            new BatchNorm("norm1"),
            new Convolution("conv2", 64, 5, 1, Padding.VALID),
            new Relu(),
            new MaxPool(3, 2),
            new BatchNorm("norm2"),
            new Convolution("conv3", 128, 3, 1, Padding.VALID),
            new Relu(),
            new Convolution("conv4", 128, 3, 1, Padding.VALID),
            new Relu(),
            new Convolution("conv5", 128, 3, 1, Padding.VALID),
            new Relu(),
            new Flatten(),
            new Linear("dense1", 512),
            new Relu(),
            new Dropout(0.5f),
            new Linear("dense2", 512),
            new Relu(),
            new Dropout(0.5f)),
        heads);
  }
}
