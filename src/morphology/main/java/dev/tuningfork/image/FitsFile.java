package dev.tuningfork.image;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A FITS file (FITS standard 4.0), and one image or cube of linear flux in it, plain or
 * tile-compressed. The headers say how large everything is, and are believed only as far as the
 * file's length and the limits go.
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
record FitsFile(byte[] bytes, FitsHdu hdu, int width, int height, int planes, List<String> bands)
    implements ImageFile {

  private static final Set<Integer> BITPIX = Set.of(8, 16, 32, 64, -32, -64);

  static boolean is(byte[] bytes) {
    return ImageFormat.of(bytes).filter(ImageFormat.FITS::equals).isPresent();
  }

  /**
   * Reads the headers up to the wanted HDU, which is the first one that holds an image unless the
   * description names another.
   *
   * @throws ImageException also where there is no such HDU, it holds no image, or a header promises
   *     more than the file holds
   */
  static FitsFile open(byte[] bytes, ImageDescription description, ImageLimits limits)
      throws ImageException {
    List<String> passed = new ArrayList<>();
    int offset = 0;
    for (int index = 0; offset >= 0; index++) {
      FitsHdu hdu = FitsHdu.at(bytes, offset, index);
      if (description.hdu() == null ? hdu.isImage() : hdu.isCalled(description.hdu())) {
        return of(bytes, hdu, description, limits);
      }
      passed.add(hdu.name().isEmpty() ? String.valueOf(index) : index + " (" + hdu.name() + ")");
      offset = hdu.isFollowed(bytes) ? hdu.end() : -1;
    }
    throw new ImageException(
        (description.hdu() == null
                ? "The FITS file holds no image"
                : "The FITS file has no HDU \"" + description.hdu() + "\"")
            + "; its HDUs are "
            + String.join(", ", passed)
            + ".");
  }

  private static FitsFile of(
      byte[] bytes, FitsHdu hdu, ImageDescription description, ImageLimits limits)
      throws ImageException {
    long[] shape = hdu.shape();
    if (!hdu.isImage() || shape.length > 3) {
      throw new ImageException(
          "FITS HDU %d holds %s; an image or a cube of images is needed."
              .formatted(
                  hdu.index(),
                  hdu.isImage() ? "an array of " + shape.length + " axes" : "no image"));
    }
    long planes = shape.length == 3 ? shape[2] : 1;
    limits.check("FITS", shape[0], shape[1]);
    if (!BITPIX.contains(hdu.bitpix())) {
      throw new ImageException(
          "FITS HDU %d has a BITPIX of %d, which is none of the standard's: 8, 16, 32, 64, -32, -64."
              .formatted(hdu.index(), hdu.bitpix()));
    }
    long size = shape[0] * shape[1] * (Math.abs(hdu.bitpix()) / 8);
    if (planes < 1 || planes > limits.bytes() / size) {
      throw new ImageException(
          "The FITS image has %d planes of %d bytes, and at most %d bytes are allowed."
              .formatted(planes, size, limits.bytes()));
    }
    List<String> bands =
        description.bands().isEmpty() ? hdu.bands((int) planes) : description.bands();
    if (!bands.isEmpty() && bands.size() != planes) {
      throw new ImageException(
          "The FITS image has %d planes, and the bands that were named are %d: %s."
              .formatted(planes, bands.size(), String.join(", ", bands)));
    }
    if (hdu.isCompressed() && !FitsTiles.fit(bytes, hdu)) {
      throw new ImageException(
          "The tile-compressed image in FITS HDU %d is damaged: its table does not fit its tiles."
              .formatted(hdu.index()));
    }
    return new FitsFile(bytes, hdu, (int) shape[0], (int) shape[1], (int) planes, bands);
  }

  @Override
  public @Nullable Double pixelScale() {
    return hdu.pixelScale();
  }

  /** The whole image where it has to be uncompressed; of the part the flux and the brightness. */
  @Override
  public long heapToRead(Window window, Channels channels) {
    long whole =
        hdu.isCompressed() ? (long) width * height * planes * (Math.abs(hdu.bitpix()) / 8) : 0;
    return 2 * whole + (2L * planes + 3) * Float.BYTES * window.side() * window.side();
  }

  @Override
  public Cutout read(Window window, Channels channels) throws ImageException {
    FitsPixels pixels = FitsPixels.of(bytes, hdu, width, height);
    List<float[]> planesInWindow = new ArrayList<>();
    List<Integer> usable = new ArrayList<>();
    for (int plane = 0; plane < planes; plane++) {
      float[] flux = pixels.window(plane, window);
      planesInWindow.add(flux);
      if (isAnyDefined(flux)) {
        usable.add(plane);
      }
    }
    if (usable.isEmpty()) {
      throw new ImageException(
          "The part of the FITS image that the model looks at has no defined pixel.");
    }
    return cutout(pixels, planesInWindow, Filters.forPicture(bands, usable), window.side());
  }

  /** Sky subtracted, holes filled with it. */
  private Cutout cutout(FitsPixels pixels, List<float[]> flux, List<Integer> shown, int side) {
    int plane = side * side;
    float[] values = new float[shown.size() * plane];
    List<Cutout.Band> described = new ArrayList<>();
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    int saturated = 0;
    int out = 0;
    for (int index : shown) {
      Background background = pixels.background(index);
      described.add(new Cutout.Band(bands.isEmpty() ? "" : bands.get(index), background.noise()));
      for (float value : flux.get(index)) {
        if (Float.isFinite(value)) {
          values[out] = (float) (value - background.sky());
          saturated += value >= pixels.saturation() ? 1 : 0;
        } else {
          flags.add(QualityFlag.NAN_FILLED);
        }
        out++;
      }
    }
    if (saturated > ImageQuality.NOTABLE_SATURATION * values.length) {
      flags.add(QualityFlag.SATURATED);
    }
    return new Cutout(side, new Cutout.Flux(described), values, flags);
  }

  private static boolean isAnyDefined(float[] flux) {
    for (float value : flux) {
      if (Float.isFinite(value)) {
        return true;
      }
    }
    return false;
  }
}
