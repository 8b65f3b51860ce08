package dev.tuningfork.network;

import dev.tuningfork.image.InputSpec;
import java.util.List;

/**
 * A family of networks: one for every input and every set of questions. A new one is a class that
 * implements this and a line in {@link Architectures}.
 */
public interface Architecture {

  /** The name that a model bundle and the settings use, such as {@code alexnet-lite}. */
  String name();

  /** What it is and where it comes from, in a sentence. */
  String description();

  /** How images are prepared for it where nothing else is asked for. */
  InputSpec input();

  /**
   * The network for these images and questions.
   *
   * @param channels 1 for grey, 3 for colour
   * @param size the side of the square image, in pixels
   * @param heads the questions, in the order of the logits
   * @throws IllegalArgumentException if the image is too small for the network
   */
  Network describe(int channels, int size, List<Head> heads);
}
