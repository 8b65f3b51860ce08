package dev.tuningfork.model;

import dev.tuningfork.image.Orientation;

/**
 * How the forward passes of a model are done.
 *
 * @param form how it computes; a bundle that holds a TorchScript module has no choice
 * @param images the most that it takes in one pass, as views: of a model that looks at each image
 *     several times, so many images the fewer; {@link #BY_DEVICE} for as many as the device is
 *     worth, {@link #MEASURED} for as many as a measurement finds worth it
 * @param views how many orientations of each image it looks at, {@link MorphologyModel#views}: 1 or
 *     8
 * @param atOnce how many passes are computed side by side, {@link MorphologyModel#passes}; {@link
 *     #BY_DEVICE} to choose by the device
 */
public record ForwardPasses(Form form, int images, int views, int atOnce) {

  /**
   * Of passes at once: one for each core of a CPU, up to eight; two on a GPU, so that it need not
   * wait for the CPU. Of images: 32 on a CPU, and {@link #MEASURED} on a GPU.
   */
  public static final int BY_DEVICE = 0;

  /**
   * The smallest batch that is nearly as fast as the fastest, and for as many of which as are
   * computed at once there is memory. Each load measures it, which takes a second or so.
   */
  public static final int MEASURED = -1;

  /**
   * One at a time on all cores, in the fastest form that is right, of as many images as are worth
   * it: larger batches bring next to nothing on a CPU.
   */
  public static final ForwardPasses DEFAULT = new ForwardPasses(Form.AUTO, 64, 1, 1);

  private static final int MOST_ON_A_CPU = 8;
  private static final int ON_A_GPU = 2;

  /** Larger batches bring next to nothing there. */
  private static final int IMAGES_ON_A_CPU = 32;

  /**
   * The largest batch that is measured. Its buffers, twice two of them while a model is exchanged
   * for another, fit into the 256 MiB that the images give Java outside its heap.
   */
  private static final int MOST_MEASURED = 256;

  /**
   * @throws IllegalArgumentException for fewer than one image, another number of views, or fewer
   *     than no pass
   */
  public ForwardPasses {
    if (images < 1 && images != BY_DEVICE && images != MEASURED) {
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

  /**
   * The same for so many images in all: a few need no larger batches, nor the passes that warm
   * those up.
   */
  public ForwardPasses forImages(long count) {
    int most = images > 0 ? images : IMAGES_ON_A_CPU;
    boolean few = Math.multiplyExact(Math.min(count, most), views) < most;
    return few ? ofImages(Math.toIntExact(count * views)) : this;
  }

  /**
   * The same, but no batch size is measured again.
   *
   * @param batch what {@link MorphologyModel#largestBatch} of a model that was loaded so said
   */
  public ForwardPasses decided(int batch) {
    return images > 0 ? this : ofImages(Math.multiplyExact(batch, views));
  }

  public ForwardPasses ofViews(int views) {
    return new ForwardPasses(form, images, views, atOnce);
  }

  /** Whether the largest batch is found by measuring. */
  boolean measured(boolean gpu) {
    return images == MEASURED || (images == BY_DEVICE && gpu);
  }

  /** The most images of one pass; where that is measured, the most that are tried. */
  int images(boolean gpu) {
    if (images > 0) {
      return images;
    }
    return measured(gpu) ? MOST_MEASURED : IMAGES_ON_A_CPU;
  }

  /** How many are computed side by side where the process has so many threads for them. */
  int atOnce(boolean gpu, int threads) {
    if (atOnce != BY_DEVICE) {
      return atOnce;
    }
    return gpu ? ON_A_GPU : Math.min(threads, MOST_ON_A_CPU);
  }
}
