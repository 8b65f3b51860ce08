package dev.tuningfork.trainer.chart;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Volume;
import java.util.ArrayList;
import java.util.List;

/**
 * What comes out of a layer for one image.
 *
 * @param layer which layer
 * @param volume the maps, and how large they are
 * @param values map by map, row by row from the top
 */
@SuppressWarnings("ArrayRecordComponent") // drawn, and never compared
public record Activations(Layer layer, Volume volume, float[] values) {

  /**
   * Looks into a network: at the layers before its second convolution, which are what becomes of
   * the image before features are put together.
   *
   * @param bundle of one of this product's architectures
   * @param image prepared as the bundle says
   * @throws IllegalArgumentException for a TorchScript module, which does not show its layers
   */
  public static List<Activations> ofFirstLayers(ModelBundle bundle, PreparedImage image) {
    ModelDescription description = bundle.description();
    if (description.architecture().equals(ModelDescription.TORCHSCRIPT)) {
      throw new IllegalArgumentException(
          "The model %s is a TorchScript module, which does not show its layers; only the built-in architectures can be shown."
              .formatted(description.name()));
    }
    NetworkBlock block = new NetworkBlock(description.network(), bundle.weights());
    block.freezeParameters(true);
    Volume input = block.network().input();
    Shape shape = new Shape(1, input.channels(), input.height(), input.width());
    List<Activations> seen = new ArrayList<>();
    try (NDManager manager =
        NDManager.newBaseManager(Device.cpu(), PyTorch.engine().getEngineName())) {
      block.initialize(manager, DataType.FLOAT32, shape);
      List<Layer> convolutions = new ArrayList<>();
      block.observe(
          manager.create(description.input().standardised(image.pixels()), shape),
          (layer, output) -> {
            if (layer instanceof Layer.Convolution) {
              convolutions.add(layer);
            }
            boolean seenWithin = layer instanceof Layer.Block;
            if (convolutions.size() == 1 && output.getShape().dimension() == 4 && !seenWithin) {
              seen.add(of(layer, output));
            }
          });
    }
    return List.copyOf(seen);
  }

  private static Activations of(Layer layer, NDArray output) {
    Shape shape = output.getShape();
    return new Activations(
        layer,
        new Volume(
            Math.toIntExact(shape.get(1)),
            Math.toIntExact(shape.get(2)),
            Math.toIntExact(shape.get(3))),
        output.toFloatArray());
  }

  /** Such as {@code conv1: convolution 11×11, stride 4}. */
  String title() {
    return switch (layer) {
      case Layer.Convolution c ->
          "%s: convolution %d×%d, stride %d"
              .formatted(c.name(), c.kernel(), c.kernel(), c.stride());
      case Layer.MaxPool p ->
          "max-pool %d×%d, stride %d".formatted(p.kernel(), p.kernel(), p.stride());
      case Layer.BatchNorm n -> "%s: batch normalisation".formatted(n.name());
      case Layer.Relu _ -> "ReLU";
      default -> layer.getClass().getSimpleName();
    };
  }
}
