package dev.tuningfork.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A FITS file (FITS standard 4.0), and one image or cube of linear flux in it, plain or
 * tile-compressed. The headers say how large everything is, and are believed only as far as the
 * file's length and the limits go.
 */
record FitsFile(
    MemorySegment file, FitsHdu hdu, int width, int height, int planes, List<String> bands)
    implements ImageFile {

  private static final Set<Integer> BITPIX = Set.of(8, 16, 32, 64, -32, -64);

  /** An image with so many times fewer pixels than another may be a preview of it. */
  private static final int PREVIEW = 16;

  /** The largest share of undefined pixels, in what the model looks at and at its very centre. */
  static final double MOST_UNDEFINED = 0.5;

  /** Single precision ends at 127 and −126, and the stretch squares nothing. */
  private static final int USUAL_EXPONENT = 60;

  /** The centre is a square of this part of the side. */
  private static final int CENTRE = 4;

  static boolean is(byte[] bytes) {
    return ImageFormat.of(bytes).filter(ImageFormat.FITS::equals).isPresent();
  }

  /**
   * Reads the headers and chooses an HDU: the one that the description names, or else the picture
   * among them.
   *
   * @throws ImageException also where there is no such HDU, it holds no image, or a header promises
   *     more than the file holds
   */
  static FitsFile open(byte[] bytes, ImageDescription description, ImageLimits limits)
      throws ImageException {
    MemorySegment file = MemorySegment.ofArray(bytes);
    List<FitsHdu> hdus = new ArrayList<>();
    long offset = 0;
    while (offset >= 0) {
      FitsHdu hdu = null;
      try {
        hdu = FitsHdu.at(file, offset, hdus.size());
        hdu.checkHeld(file);
      } catch (ImageException damaged) {
        if (description.hdu() == null && isPictureBefore(hdus, hdu)) {
          break;
        }
        throw damaged;
      }
      hdus.add(hdu);
      if (description.hdu() != null && hdu.isCalled(description.hdu())) {
        return of(file, hdu, description, limits);
      }
      offset = hdu.isFollowed(file) ? hdu.end() : -1;
    }
    return of(file, chosen(hdus, description.hdu()), description, limits);
  }

  /**
   * The HDU that a name or a number means, or without one the picture.
   *
   * @throws ImageException where there is none
   */
  static FitsHdu chosen(List<FitsHdu> hdus, @Nullable String wanted) throws ImageException {
    FitsHdu found =
        wanted == null
            ? picture(hdus)
            : hdus.stream().filter(hdu -> hdu.isCalled(wanted)).findFirst().orElse(null);
    if (found == null) {
      throw new ImageException(
          reason(hdus, wanted)
              + hdus.stream().map(FitsFile::called).collect(Collectors.joining(", "))
              + (wanted == null && hdus.stream().anyMatch(FitsHdu::isImage)
                  ? ". Choose one with image.hdu or classify --hdu."
                  : "."));
    }
    return found;
  }

  /**
   * Whether the picture is surely among the HDUs before a damaged one: it has a picture's name, or
   * the damaged one has a companion's. An HDU without a name may be the preview of a picture that
   * is lost.
   *
   * @param damaged null where not even its header can be read
   */
  private static boolean isPictureBefore(List<FitsHdu> hdus, @Nullable FitsHdu damaged) {
    FitsHdu picture = picture(hdus);
    return picture != null
        && (picture.title().isPicture() || (damaged != null && damaged.title().isCompanion()));
  }

  private static String reason(List<FitsHdu> hdus, @Nullable String wanted) {
    return (wanted != null
            ? "The FITS file has no HDU \"" + wanted + "\""
            : hdus.stream().anyMatch(FitsHdu::isImage)
                ? "The FITS file has only auxiliary images, such as masks, weights and errors"
                : "The FITS file contains no image")
        + "; its HDUs are ";
  }

  private static String called(FitsHdu hdu) {
    return hdu.name().isEmpty()
        ? String.valueOf(hdu.index())
        : hdu.index() + " (" + hdu.name() + ")";
  }

  /**
   * The HDU that users mean who name none, never one that goes with a picture (MASK, ERR, WHT).
   * Images with a picture's name (SCI, IMAGE) go before others, and floating point before integers
   * if there are only others. What may be a preview of another one is left out. Of the rest, the
   * name decides, then floating point, the lowest version (EXTVER), and the order in the file.
   */
  private static @Nullable FitsHdu picture(List<FitsHdu> hdus) {
    List<FitsHdu> images =
        hdus.stream().filter(hdu -> hdu.isImage() && !hdu.title().isCompanion()).toList();
    List<FitsHdu> large = images.stream().filter(FitsHdu::isLargeEnough).toList();
    List<FitsHdu> named = large.stream().filter(hdu -> hdu.title().isPicture()).toList();
    List<FitsHdu> reals = large.stream().filter(hdu -> hdu.bitpix() < 0).toList();
    List<FitsHdu> candidates =
        Stream.of(named, reals, large).filter(list -> !list.isEmpty()).findFirst().orElse(images);
    long largest = candidates.stream().mapToLong(FitsHdu::area).max().orElse(0);
    return candidates.stream()
        .filter(hdu -> hdu.area() > largest / PREVIEW)
        .min(
            Comparator.comparingInt((FitsHdu hdu) -> hdu.title().rank())
                .thenComparing(hdu -> hdu.bitpix() > 0)
                .thenComparingInt(FitsHdu::version))
        .orElse(null);
  }

  /** The lengths of two or three axes of an HDU that holds an image or a cube of images. */
  static long[] shape(FitsHdu hdu) throws ImageException {
    long[] shape = hdu.shape();
    if (!hdu.isImage() || shape.length > 3) {
      throw new ImageException(
          "FITS HDU %d contains %s; an image or a cube of images is needed."
              .formatted(
                  hdu.index(),
                  hdu.isImage() ? "an array of " + shape.length + " axes" : "no image"));
    }
    if (!BITPIX.contains(hdu.bitpix())) {
      throw new ImageException(
          "FITS HDU %d has a BITPIX of %d, which the standard does not have: 8, 16, 32, 64, -32, -64."
              .formatted(hdu.index(), hdu.bitpix()));
    }
    return shape;
  }

  private static FitsFile of(
      MemorySegment file, FitsHdu hdu, ImageDescription description, ImageLimits limits)
      throws ImageException {
    long[] shape = shape(hdu);
    long planes = shape.length == 3 ? shape[2] : 1;
    limits.check("FITS", shape[0], shape[1]);
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
          "The FITS image has %d planes, but %d bands are named: %s."
              .formatted(planes, bands.size(), String.join(", ", bands)));
    }
    if (hdu.isCompressed()) {
      FitsTiles.of(file, hdu);
    }
    return new FitsFile(file, hdu, (int) shape[0], (int) shape[1], (int) planes, bands);
  }

  @Override
  public ImageFacts facts() {
    Wcs wcs = hdu.wcs();
    return new ImageFacts(
        hdu.called(),
        wcs == null ? null : wcs.pixelScale(width, height),
        wcs == null ? null : wcs.centre(width, height),
        0);
  }

  /**
   * A plane of a window.
   *
   * @param flux as stored, gaps bridged, NaN where it still is not defined
   * @param background of the whole plane
   * @param isBare whether the plane holds one value almost everywhere
   * @param undefined the share of pixels that were not defined
   * @param openAtCentre the share of the central square that was in gaps that are not narrow
   */
  @SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
  private record Plane(
      double[] flux, Background background, boolean isBare, double undefined, double openAtCentre) {

    static Plane of(FitsPixels pixels, int index, Window window) {
      int side = window.side();
      pixels.clearBlurredZeros(index, window);
      double[] flux = pixels.window(index, window);
      FillValues.Found fill = FillValues.in(pixels, index, window, flux);
      fill.clear(flux, side);
      double undefined = undefined(flux, side, 0, side);
      if (undefined == 0) {
        return new Plane(flux, fill.background(), fill.isBare(), 0, 0);
      }
      double openAtCentre = 1;
      if (undefined <= MOST_UNDEFINED) {
        int centre = Math.max(1, side / CENTRE);
        int from = (side - centre) / 2;
        Gaps.bridgeNarrow(flux, side);
        openAtCentre = undefined(flux, side, from, from + centre);
        Gaps.bridge(flux, side);
      }
      return new Plane(flux, fill.background(), fill.isBare(), undefined, openAtCentre);
    }

    private static double undefined(double[] flux, int side, int from, int to) {
      int count = 0;
      for (int y = from; y < to; y++) {
        for (int x = from; x < to; x++) {
          count += Double.isFinite(flux[y * side + x]) ? 0 : 1;
        }
      }
      return (double) count / ((to - from) * (to - from));
    }

    boolean isUsable() {
      return undefined <= MOST_UNDEFINED && openAtCentre <= MOST_UNDEFINED;
    }
  }

  /**
   * The whole image where it has to be uncompressed, and a tile before and after; of the part the
   * flux and the brightness.
   */
  @Override
  public long heapToRead(Window window, Channels channels) {
    long whole =
        hdu.isCompressed() ? (long) width * height * planes * (Math.abs(hdu.bitpix()) / 8) : 0;
    long tile = hdu.isCompressed() ? 2L * Long.BYTES * hdu.pixelsOfATile() : 0;
    return 2 * whole
        + tile
        + (2L * planes * Double.BYTES + 3L * Float.BYTES) * window.side() * window.side();
  }

  @Override
  public Cutout read(Window window, Channels channels) throws ImageException {
    FitsPixels pixels = FitsPixels.of(file, hdu, width, height);
    List<Plane> all = new ArrayList<>();
    for (int index = 0; index < planes; index++) {
      all.add(Plane.of(pixels, index, window));
    }
    if (all.stream().allMatch(plane -> plane.undefined == 1)) {
      throw new ImageException(
          "The part of the FITS image that the model looks at has no defined pixel.");
    }
    List<Integer> usable =
        IntStream.range(0, planes).filter(index -> all.get(index).isUsable()).boxed().toList();
    if (usable.isEmpty()) {
      throw new ImageException(tooLittle(all));
    }
    List<Integer> varied = usable.stream().filter(index -> !all.get(index).isBare).toList();
    List<Integer> shown = Filters.forPicture(bands, varied.isEmpty() ? usable : varied);
    return cutout(pixels, all, shown, window.side());
  }

  private static String tooLittle(List<Plane> all) {
    Plane best = all.stream().min(Comparator.comparingDouble(Plane::undefined)).orElseThrow();
    return best.undefined > MOST_UNDEFINED
        ? ("%.0f %% of the part of the FITS image that the model looks at is undefined (NaN, BLANK"
                + " or a fill value); at most %.0f %% is allowed.")
            .formatted(100 * best.undefined, 100 * MOST_UNDEFINED)
        : ("%.0f %% of the centre of the FITS image is undefined (NaN, BLANK or a fill value), so"
                + " there is no galaxy to see; at most %.0f %% is allowed.")
            .formatted(100 * best.openAtCentre, 100 * MOST_UNDEFINED);
  }

  /** Sky subtracted, holes filled with it. */
  private Cutout cutout(FitsPixels pixels, List<Plane> all, List<Integer> shown, int side) {
    int plane = side * side;
    double unit = unit(all, shown);
    float[] values = new float[shown.size() * plane];
    List<Cutout.Band> described = new ArrayList<>();
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    int saturated = 0;
    double undefined = 0;
    int out = 0;
    for (int index : shown) {
      Background background = all.get(index).background();
      described.add(
          new Cutout.Band(
              bands.isEmpty() ? "" : bands.get(index),
              background.noise() * unit,
              background.sky() * unit));
      undefined += all.get(index).undefined / shown.size();
      double saturation = pixels.saturation();
      for (double value : all.get(index).flux()) {
        if (Double.isFinite(value)) {
          values[out] = (float) ((value - background.sky()) * unit);
          saturated += value >= saturation ? 1 : 0;
        }
        out++;
      }
    }
    if (undefined > 0) {
      flags.add(QualityFlag.NAN_FILLED);
    }
    if (!shown.equals(Filters.forPicture(bands, IntStream.range(0, planes).boxed().toList()))) {
      flags.add(QualityFlag.BAND_MISSING);
    }
    if (saturated > ImageQuality.NOTABLE_SATURATION * values.length) {
      flags.add(QualityFlag.SATURATED);
    }
    return new Cutout(side, new Cutout.Flux(described), values, flags, undefined);
  }

  /**
   * 1, or a power of 2 that brings flux of single precision's limits back into its middle: the
   * stretch measures everything in units of the noise.
   */
  private static double unit(List<Plane> all, List<Integer> shown) {
    double largest = 0;
    for (int index : shown) {
      double sky = all.get(index).background().sky();
      for (double value : all.get(index).flux()) {
        double height = Math.abs(value - sky);
        largest = Double.isFinite(height) ? Math.max(largest, height) : largest;
      }
    }
    int exponent = largest == 0 ? 0 : Math.getExponent(largest);
    return Math.abs(exponent) <= USUAL_EXPONENT
        ? 1
        : Math.scalb(1.0, Math.clamp(-exponent, Double.MIN_EXPONENT, Double.MAX_EXPONENT));
  }
}
