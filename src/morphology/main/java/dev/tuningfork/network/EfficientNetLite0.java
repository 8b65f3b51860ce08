package dev.tuningfork.network;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Block;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Dropout;
import dev.tuningfork.network.Layer.MeanOverPlane;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu6;
import java.util.ArrayList;
import java.util.List;

/**
 * EfficientNet-B0 (Tan and Le 2019) in its Lite form, with ReLU6 and without
 * squeeze-and-excitation, as TensorFlow publishes it. The names of its arrays and its padding are
 * such that weights trained on ImageNet can be taken over.
 */
final class EfficientNetLite0 implements Architecture {

  private static final int EXPANSION = 6;

  /** PyTorch's 0.01 and TensorFlow's 0.99 are the same momentum. */
  private static final float MOMENTUM = 0.99f;

  private static final float EPSILON = 1e-3f;

  /**
   * The stem and the first bottleneck. Rounded to bfloat16, what comes out of the stem alone made
   * half of the squared error that rounding what comes out of all layers made.
   */
  private static final int EXACT = 2;

  /** So many blocks of one kind; the first of them has the stride. */
  private record Stage(int blocks, int kernel, int stride, int expansion, int outputs) {}

  private static final List<Stage> STAGES =
      List.of(
          new Stage(1, 3, 1, 1, 16),
          new Stage(2, 3, 2, EXPANSION, 24),
          new Stage(2, 5, 2, EXPANSION, 40),
          new Stage(3, 3, 2, EXPANSION, 80),
          new Stage(3, 5, 1, EXPANSION, 112),
          new Stage(4, 5, 2, EXPANSION, 192),
          new Stage(1, 3, 1, EXPANSION, 320));

  @Override
  public String name() {
    return "efficientnet-lite0";
  }

  @Override
  public String description() {
    return "EfficientNet-Lite0 (Tan and Le 2019): sixteen inverted bottlenecks; can start from ImageNet weights.";
  }

  /** As it was trained on ImageNet: (v − 127) ÷ 128 for a level v of 0 to 255. */
  @Override
  public InputSpec input() {
    double mean = 127.0 / 255;
    double std = 128.0 / 255;
    return InputSpec.article()
        .withChannels(Channels.RGB)
        .withSize(128)
        .withCrop(new Crop.Fraction(207.0 / 424))
        .withStandardisation(List.of(mean, mean, mean), List.of(std, std, std));
  }

  @Override
  public Network describe(int channels, int size, List<Head> heads) {
    List<Layer> trunk = new ArrayList<>();
    int width = 32;
    trunk.add(
        Block.of(
            "stem",
            new Convolution("stem.conv", width, 3, 2, Padding.SAME, 1, false),
            norm("stem"),
            new Relu6()));
    int number = 0;
    for (Stage stage : STAGES) {
      for (int i = 0; i < stage.blocks(); i++) {
        trunk.add(bottleneck("blocks." + number, stage, i == 0 ? stage.stride() : 1, width));
        width = stage.outputs();
        number++;
      }
    }
    trunk.add(
        Block.of(
            "head",
            new Convolution("head.conv", 1280, 1, 1, Padding.SAME, 1, false),
            norm("head"),
            new Relu6()));
    trunk.add(new MeanOverPlane());
    trunk.add(new Dropout(0.2f));
    return new Network(new Volume(channels, size, size), trunk, heads, EXACT);
  }

  private static Block bottleneck(String name, Stage stage, int stride, int inputs) {
    int inner = inputs * stage.expansion();
    List<Layer> layers = new ArrayList<>();
    if (stage.expansion() > 1) {
      layers.add(new Convolution(name + ".expand.conv", inner, 1, 1, Padding.SAME, 1, false));
      layers.add(norm(name + ".expand"));
      layers.add(new Relu6());
    }
    layers.add(
        new Convolution(
            name + ".depthwise.conv", inner, stage.kernel(), stride, Padding.SAME, inner, false));
    layers.add(norm(name + ".depthwise"));
    layers.add(new Relu6());
    layers.add(
        new Convolution(name + ".project.conv", stage.outputs(), 1, 1, Padding.SAME, 1, false));
    layers.add(norm(name + ".project"));
    return new Block(name, layers, stride == 1 && inputs == stage.outputs());
  }

  private static BatchNorm norm(String name) {
    return new BatchNorm(name + ".norm", MOMENTUM, EPSILON);
  }
}
