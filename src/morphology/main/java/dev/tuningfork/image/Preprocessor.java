package dev.tuningfork.image;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a model takes from the bytes of an image file, for training and classifying alike.
 * Thread-safe.
 */
public final class Preprocessor {

  /** A crop that is enlarged by less than this keeps its detail, and is not told of. */
  private static final double NOTABLE_ENLARGEMENT = 1.1;

  /**
   * In arcseconds. The largest galaxies of Galaxy Zoo 2 have Petrosian radii of about 100
   * arcseconds, and a model of its pictures looks at 4.1 of them.
   */
  private static final double WIDEST_FIELD = 600;

  /** For so many sizes of windows the filter is kept; surveys cut theirs to one, or a few. */
  private static final int TAPS = 64;

  private static final int MOST_SPARE = 512;

  /** The most bytes of levels that are kept for images to come. */
  private static final int SPARE = 32 << 20;

  private final InputSpec spec;

  /** What makes pictures from linear flux; null for the stretch. */
  private final @Nullable Recipe recipe;

  private final DecodingMemory memory;
  private final ImageDecoder decoder;
  private final AtomicReferenceArray<@Nullable Taps> taps = new AtomicReferenceArray<>(TAPS);
  private final Pool<LevelPass> passes = new Pool<>(LevelPass::new);
  private final Pool<byte[]> spareLevels;

  public Preprocessor(InputSpec spec, ImageLimits limits) {
    this(spec, limits, JpegCodec.fastest());
  }

  /**
   * Makes pictures from linear flux by another recipe than the model learnt from.
   *
   * @param recipe null for the model's own
   */
  public Preprocessor(InputSpec spec, ImageLimits limits, @Nullable Recipe recipe) {
    this(spec, limits, recipe, JpegCodec.fastest(), DecodingMemory.SHARED);
  }

  Preprocessor(InputSpec spec, ImageLimits limits, JpegCodec jpeg) {
    this(spec, limits, jpeg, DecodingMemory.SHARED);
  }

  Preprocessor(InputSpec spec, ImageLimits limits, JpegCodec jpeg, DecodingMemory memory) {
    this(spec, limits, null, jpeg, memory);
  }

  private Preprocessor(
      InputSpec spec,
      ImageLimits limits,
      @Nullable Recipe other,
      JpegCodec jpeg,
      DecodingMemory memory) {
    this.spec = spec;
    this.recipe =
        other != null ? other : spec.recipe() == null ? null : Recipe.named(spec.recipe());
    this.memory = memory;
    this.decoder = new ImageDecoder(limits, jpeg, memory);
    int count = spec.valueCount();
    this.spareLevels =
        new Pool<>(Math.clamp(SPARE / count, 1, MOST_SPARE), () -> new byte[count], _ -> {});
  }

  /** How images are prepared. */
  public InputSpec spec() {
    return spec;
  }

  /**
   * Decodes an image and prepares it.
   *
   * @throws ImageException if the bytes are not an image of a known kind, are truncated or damaged,
   *     or describe an image that is beyond the limits, too small or without a single defined pixel
   */
  public PreparedImage prepare(byte[] bytes, ImageDescription description) throws ImageException {
    ImageFile file = decoder.open(bytes, description);
    ImageFacts facts = file.facts();
    Double scale = description.pixelScale() != null ? description.pixelScale() : facts.pixelScale();
    if (scale != null && !(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new ImageException(
          "The pixel scale must be a positive number of arcseconds, not " + scale + ".");
    }
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    Window window = window(file, scale, description.fieldOfView(), flags);
    if (spec.size() > NOTABLE_ENLARGEMENT * window.side()) {
      flags.add(QualityFlag.UPSAMPLED);
    }
    boolean singlePass = isSinglePass(window);
    int taken = take(file, window, singlePass);
    try {
      Pixels pixels;
      double undefined = 0;
      if (file instanceof JpegFile jpeg && singlePass) {
        pixels = levels(jpeg, window, flags);
      } else {
        Cutout cutout = file.read(window, spec.channels());
        pixels = pixels(cutout, flags);
        undefined = cutout.undefined();
      }
      return new PreparedImage(
          pixels,
          file.width(),
          file.height(),
          flags,
          new ImageFacts(facts.hdu(), scale, facts.centre(), undefined));
    } finally {
      memory.give(taken);
    }
  }

  /**
   * Prepares a square of a survey's image that shows what the model looks at: the square is not
   * cropped. Its flux is brought to the network's size and then made a picture by the recipe, or
   * else by the model's stretch.
   *
   * @param pixelScale arcseconds a pixel of the square
   * @param centre the galaxy's position
   * @param noticed flags that the answer is to carry as well
   * @throws ImageException if the recipe's bands are missing, or no pixel is defined
   */
  public PreparedImage prepare(
      LinearFlux flux, double pixelScale, SkyPosition centre, Set<QualityFlag> noticed)
      throws ImageException {
    double most = 0;
    for (int band : shown(flux)) {
      double undefined = flux.undefined(band);
      double atCentre = flux.undefinedAtCentre(band);
      most = Math.max(most, undefined);
      if (undefined > FitsFile.MOST_UNDEFINED || atCentre > FitsFile.MOST_UNDEFINED) {
        throw new ImageException(
            ("%.0f %% of %s is missing in the band %s (beyond the edge, masked or undefined); at"
                    + " most %.0f %% may be.")
                .formatted(
                    100 * (undefined > FitsFile.MOST_UNDEFINED ? undefined : atCentre),
                    undefined > FitsFile.MOST_UNDEFINED ? "the cutout" : "the cutout's centre",
                    flux.bands().get(band),
                    100 * FitsFile.MOST_UNDEFINED));
      }
    }
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    flags.addAll(noticed);
    LinearFlux whole = flux;
    if (most > 0) {
      flags.add(QualityFlag.NAN_FILLED);
      whole = flux.bridged();
    }
    if (spec.size() > NOTABLE_ENLARGEMENT * flux.side()) {
      flags.add(QualityFlag.UPSAMPLED);
    }
    if (pixelScale * flux.side() > WIDEST_FIELD) {
      flags.add(QualityFlag.FIELD_TOO_WIDE);
    }
    Pixels pixels =
        recipe == null ? pixels(whole.aboveSky(shown(flux)), flags) : toned(whole, recipe, flags);
    return new PreparedImage(
        pixels, flux.side(), flux.side(), flags, new ImageFacts(null, pixelScale, centre, most));
  }

  /** The bands that the picture is made of. */
  private List<Integer> shown(LinearFlux flux) throws ImageException {
    return recipe == null
        ? Filters.forPicture(flux.bands(), IntStream.range(0, flux.bands().size()).boxed().toList())
        : recipe.choose(flux.bands());
  }

  /** By a recipe: first the size, then the tone. */
  private Pixels toned(LinearFlux flux, Recipe by, Set<QualityFlag> flags) throws ImageException {
    LinearFlux sized = flux;
    if (flux.side() != spec.size()) {
      sized =
          new LinearFlux(
              flux.bands(), spec.size(), Resampling.resample(flux.filled(), taps(flux.side())));
    }
    float[] brightness = by.brightness(sized, spec.channels());
    ImageQuality.inspect(brightness, spec.size(), flags);
    return Recipe.levels(brightness, spec.channels());
  }

  /** Memory for decoding; a JPEG that is scaled down row by row needs none for the rows. */
  private int take(ImageFile file, Window window, boolean singlePass) throws ImageException {
    long bytes =
        file instanceof JpegFile jpeg && singlePass
            ? jpeg.decoder().heapToDecode(jpeg.header())
            : file.heapToRead(window, spec.channels());
    return memory.take(
        () -> "The image of %d×%d pixels".formatted(file.width(), file.height()), bytes);
  }

  /**
   * Gives the memory of an image's levels back, for another image to be prepared into. This is
   * optional, and may be done once per image, by its last user.
   */
  public void recycle(PreparedImage image) {
    if (image.pixels() instanceof Pixels.Levels(byte[] levels)
        && levels.length == spec.valueCount()) {
      spareLevels.give(levels);
    }
  }

  private boolean isSinglePass(Window window) {
    return spec.resampling() == Resampling.BILINEAR || window.side() == spec.size();
  }

  private Pixels levels(JpegFile jpeg, Window window, Set<QualityFlag> flags)
      throws ImageException {
    Channels shown = jpeg.shown(spec.channels());
    byte[] levels = spareLevels.take();
    LevelPass pass = passes.take();
    try {
      pass.begin(shown, taps(window.side()), levels);
      jpeg.read(window, shown, pass);
      pass.end(flags);
      return new Pixels.Levels(levels);
    } finally {
      passes.give(pass);
    }
  }

  private Pixels pixels(Cutout cutout, Set<QualityFlag> flags) throws ImageException {
    flags.addAll(cutout.flags());
    if (recipe != null && cutout.light() instanceof Cutout.Flux light) {
      return toned(LinearFlux.of(cutout, light), recipe, flags);
    }
    float[] brightness = brightness(cutout);
    int side = cutout.side();
    ImageQuality.inspect(brightness, side, flags);
    float[] values = side == spec.size() ? brightness : Resampling.resample(brightness, taps(side));
    return pixels(values, cutout.light());
  }

  private Taps taps(int side) {
    int slot = side % TAPS;
    Taps kept = taps.get(slot);
    if (kept == null || kept.from() != side) {
      kept = Taps.of(spec.resampling(), side, spec.size());
      taps.set(slot, kept);
    }
    return kept;
  }

  private Window window(
      ImageFile file, @Nullable Double scale, @Nullable Double fieldOfView, Set<QualityFlag> flags)
      throws ImageException {
    double shorter = Math.min(file.width(), file.height());
    double field = fieldOfView == null ? shorter : pixels(fieldOfView, scale);
    double side =
        switch (spec.crop()) {
          case Crop.Fraction(double ofShorterSide) -> ofShorterSide * field;
          case Crop.Pixels(int pixels) -> Math.min(pixels, field);
          case Crop.Angle(double arcseconds, double fractionWithoutScale) -> {
            if (scale == null) {
              flags.add(QualityFlag.SCALE_MISSING);
              yield fractionWithoutScale * field;
            }
            yield Math.min(arcseconds / scale, field);
          }
        };
    if (fieldOfView != null && side > shorter * NOTABLE_ENLARGEMENT) {
      flags.add(QualityFlag.FIELD_TOO_NARROW);
    }
    Window window = Window.central(file.width(), file.height(), side);
    if (scale != null && scale * window.side() > WIDEST_FIELD) {
      flags.add(QualityFlag.FIELD_TOO_WIDE);
    }
    return window;
  }

  private static double pixels(double fieldOfView, @Nullable Double scale) throws ImageException {
    if (!(fieldOfView > 0 && fieldOfView < Double.POSITIVE_INFINITY)) {
      throw new ImageException(
          "The field of view must be a positive number of arcseconds, not " + fieldOfView + ".");
    }
    if (scale == null) {
      throw new ImageException(
          ("A field of view of %s arcseconds needs a pixel scale, but the image has no celestial"
                  + " coordinates. Give the scale with image.pixelScale or classify --pixel-scale.")
              .formatted(fieldOfView));
    }
    return fieldOfView / scale;
  }

  /** Brightness of 0..1 in as many planes as the network takes. */
  private float[] brightness(Cutout cutout) {
    float[] shown =
        switch (cutout.light()) {
          case Cutout.Display display -> cutout.values();
          case Cutout.Flux flux -> spec.stretch().brightness(flux, cutout.values());
        };
    return spec.channels().of(shown, cutout.side() * cutout.side());
  }

  /** Of planes; whatever the file said with 8 bits is rounded to as many again. */
  private Pixels pixels(float[] planes, Cutout.Light light) {
    int channels = spec.channels().count();
    int plane = spec.size() * spec.size();
    return switch (light) {
      case Cutout.Display _ -> {
        byte[] levels = new byte[planes.length];
        for (int channel = 0; channel < channels; channel++) {
          for (int i = 0; i < plane; i++) {
            int level = Math.round(255 * Math.clamp(planes[channel * plane + i], 0f, 1f));
            levels[i * channels + channel] = (byte) level;
          }
        }
        yield new Pixels.Levels(levels);
      }
      case Cutout.Flux _ -> {
        float[] brightness = new float[planes.length];
        for (int channel = 0; channel < channels; channel++) {
          for (int i = 0; i < plane; i++) {
            brightness[i * channels + channel] = planes[channel * plane + i];
          }
        }
        yield new Pixels.Brightness(brightness);
      }
    };
  }
}
