package dev.tuningfork.model;

import dev.tuningfork.image.Orientation;

/**
 * How the forward passes of a model are done.
 *
 * @param form how it computes; a bundle that holds a TorchScript module has no choice
 * @param images the most that it takes in one pass, as views: of a model that looks at each image
 *     several times, so many images the fewer
 * @param views how many orientations of each image it looks at, {@link MorphologyModel#views}: 1 or
 *     8
 * @param atOnce how many passes are computed side by side, {@link MorphologyModel#passes}; {@link
 *     #BY_DEVICE} to choose by the device
 */
public record ForwardPasses(Form form, int images, int views, int atOnce) {

  /**
   * One for each core of a CPU, up to eight; two on a GPU, so that it need not wait for the CPU.
   */
  public static final int BY_DEVICE = 0;

  /**
   * One at a time on all cores, in the fastest form that is right, of as many images as are worth
   * it: larger batches bring next to nothing on a CPU.
   */
  public static final ForwardPasses DEFAULT = new ForwardPasses(Form.AUTO, 64, 1, 1);

  private static final int MOST_ON_A_CPU = 8;
  private static final int ON_A_GPU = 2;

  /**
   * @throws IllegalArgumentException for fewer than one image, another number of views, or fewer
   *     than no pass
   */
  public ForwardPasses {
    if (images < 1) {
      throw new IllegalArgumentException(
          "The largest batch must be 1 or more, not " + images + ".");
    }
    if (views != 1 && views != Orientation.ALL.size()) {
      throw new IllegalArgumentException(
          "A model looks at 1 or %d views of an image, not %d."
              .formatted(Orientation.ALL.size(), views));
    }
    if (atOnce < 0) {
      throw new IllegalArgumentException(
          "The number of concurrent passes must be 1 or more, or %d to choose by the device, not %d."
              .formatted(BY_DEVICE, atOnce));
    }
  }

  public ForwardPasses in(Form form) {
    return new ForwardPasses(form, images, views, atOnce);
  }

  public ForwardPasses ofImages(int images) {
    return new ForwardPasses(form, images, views, atOnce);
  }

  public ForwardPasses ofViews(int views) {
    return new ForwardPasses(form, images, views, atOnce);
  }

  /** How many are computed side by side where the process has so many threads for them. */
  int atOnce(boolean gpu, int threads) {
    if (atOnce != BY_DEVICE) {
      return atOnce;
    }
    return gpu ? ON_A_GPU : Math.min(threads, MOST_ON_A_CPU);
  }
}
