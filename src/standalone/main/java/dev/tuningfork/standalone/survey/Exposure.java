package dev.tuningfork.standalone.survey;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.JpegWriter;
import java.util.random.RandomGenerator;

/**
 * One exposure in three bands: light is added, then blurred by the seeing, then developed to a JPEG
 * as SDSS's colour cutouts are (Lupton et al. 2004: one asinh stretch for all bands, which keeps
 * colours).
 *
 * <p>Brightness is in units of the sky noise's standard deviation. Belongs to one thread.
 */
final class Exposure {

  /** Pixels along each side, as in the cutouts of Galaxy Zoo 2. */
  static final int SIZE = 424;

  private static final double SOFTENING = 4;
  private static final double RANGE = 190;
  private static final int JPEG_QUALITY = 90;

  private final float[][] bands = new float[3][SIZE * SIZE];
  private final double seeing;

  /**
   * @param seeing standard deviation of the point spread function, pixels
   */
  Exposure(double seeing) {
    this.seeing = seeing;
  }

  /** Brightness at a place, given in pixels from the centre of the image. */
  @FunctionalInterface
  interface Light {
    double at(double x, double y);
  }

  /** The share of a light's brightness that each band sees. */
  record Colour(double red, double green, double blue) {

    /** Between two colours: this one where {@code share} is 0, the other where it is 1. */
    Colour towards(Colour other, double share) {
      return new Colour(
          red + (other.red - red) * share,
          green + (other.green - green) * share,
          blue + (other.blue - blue) * share);
    }
  }

  /**
   * Adds an extended source, blurred by the seeing. It is looked at out to {@code reach} pixels.
   */
  void add(Light light, Colour colour, double centreX, double centreY, double reach) {
    int margin = (int) Math.ceil(3 * seeing);
    int left = Math.clamp((long) (SIZE / 2.0 + centreX - reach) - margin, 0, SIZE);
    int right = Math.clamp((long) (SIZE / 2.0 + centreX + reach) + margin, 0, SIZE);
    int top = Math.clamp((long) (SIZE / 2.0 + centreY - reach) - margin, 0, SIZE);
    int bottom = Math.clamp((long) (SIZE / 2.0 + centreY + reach) + margin, 0, SIZE);
    int width = right - left;
    int height = bottom - top;
    if (width <= 0 || height <= 0) {
      return;
    }
    float[] patch = new float[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        patch[y * width + x] =
            (float)
                light.at(
                    left + x + 0.5 - SIZE / 2.0 - centreX, top + y + 0.5 - SIZE / 2.0 - centreY);
      }
    }
    float[] blurred = blur(patch, width, height);
    float[] shares = {(float) colour.red(), (float) colour.green(), (float) colour.blue()};
    for (int band = 0; band < 3; band++) {
      for (int y = 0; y < height; y++) {
        int to = (top + y) * SIZE + left;
        for (int x = 0; x < width; x++) {
          bands[band][to + x] += shares[band] * blurred[y * width + x];
        }
      }
    }
  }

  /** Adds a star: the point spread function itself. */
  void addStar(double peak, Colour colour, double centreX, double centreY) {
    double[] shares = {colour.red(), colour.green(), colour.blue()};
    int reach = (int) Math.ceil(4.5 * seeing);
    int column = (int) (SIZE / 2.0 + centreX);
    int row = (int) (SIZE / 2.0 + centreY);
    for (int y = Math.max(0, row - reach); y < Math.min(SIZE, row + reach); y++) {
      for (int x = Math.max(0, column - reach); x < Math.min(SIZE, column + reach); x++) {
        double dx = x + 0.5 - SIZE / 2.0 - centreX;
        double dy = y + 0.5 - SIZE / 2.0 - centreY;
        double brightness = peak * Math.exp(-(dx * dx + dy * dy) / (2 * seeing * seeing));
        for (int band = 0; band < 3; band++) {
          bands[band][y * SIZE + x] += (float) (shares[band] * brightness);
        }
      }
    }
  }

  /** Adds the sky's noise, as coarse as the seeing: a cutout of a small galaxy was enlarged. */
  void addNoise(SkyNoise noise, double loudness, RandomGenerator random) {
    double step = Math.clamp(1.2 / seeing, 0.3, 1);
    for (float[] band : bands) {
      noise.addTo(band, SIZE, step, loudness, random);
    }
  }

  /** The light of a band, row by row: 0 is red, 1 green and 2 blue. Not copied. */
  float[] band(int band) {
    return bands[band];
  }

  /** The finished image file. */
  byte[] toJpeg() {
    byte[] levels = new byte[3 * SIZE * SIZE];
    double scale = RANGE / asinh(RANGE / SOFTENING);
    for (int i = 0; i < SIZE * SIZE; i++) {
      float red = bands[0][i];
      float green = bands[1][i];
      float blue = bands[2][i];
      double mean = (red + green + blue) / 3.0;
      double stretch =
          Math.abs(mean) < 1e-6 ? scale / SOFTENING : scale * asinh(mean / SOFTENING) / mean;
      double brightest = Math.max(red, Math.max(green, blue)) * stretch;
      double factor = brightest > 255 ? stretch * 255 / brightest : stretch;
      levels[3 * i] = level(red * factor);
      levels[3 * i + 1] = level(green * factor);
      levels[3 * i + 2] = level(blue * factor);
    }
    return JpegWriter.write(levels, SIZE, SIZE, Channels.RGB, JPEG_QUALITY);
  }

  private static byte level(double value) {
    return (byte) Math.clamp(value, 0, 255);
  }

  private static double asinh(double x) {
    return x < 0 ? -asinh(-x) : Math.log(x + Math.sqrt(x * x + 1));
  }

  private float[] blur(float[] patch, int width, int height) {
    int reach = (int) Math.ceil(3 * seeing);
    float[] kernel = new float[2 * reach + 1];
    float sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      double d = i - reach;
      kernel[i] = (float) Math.exp(-d * d / (2 * seeing * seeing));
      sum += kernel[i];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    // both passes walk along rows of the output, so that the compiler can use vectors
    float[] across = new float[patch.length];
    for (int y = 0; y < height; y++) {
      for (int k = 0; k < kernel.length; k++) {
        int shift = k - reach;
        int from = Math.max(0, -shift);
        int to = Math.min(width, width - shift);
        float weight = kernel[k];
        int row = y * width;
        for (int x = from; x < to; x++) {
          across[row + x] += weight * patch[row + x + shift];
        }
      }
    }
    float[] blurred = new float[patch.length];
    for (int y = 0; y < height; y++) {
      for (int k = 0; k < kernel.length; k++) {
        int source = y + k - reach;
        if (source >= 0 && source < height) {
          float weight = kernel[k];
          int row = y * width;
          int sourceRow = source * width;
          for (int x = 0; x < width; x++) {
            blurred[row + x] += weight * across[sourceRow + x];
          }
        }
      }
    }
    return blurred;
  }
}
