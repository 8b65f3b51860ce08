package dev.tuningfork.trainer.augment;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.trainer.augment.Augmentation.View;
import dev.tuningfork.trainer.augment.CutoutStore.Cutout;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Shows a cutout as the network takes it: each pixel of the input is looked up in the wide cutout,
 * between its four nearest pixels (bilinear), at once rotated, mirrored, zoomed and shifted; then
 * brightness and noise, and the model's standardisation. Where the cutout ends, its edge goes on.
 *
 * <p>Not thread-safe: each thread has its own.
 */
final class Renderer {

  /** Positions are whole numbers of 1/65536 pixel; weights keep the upper 8 bits of the rest. */
  private static final int ONE = 1 << 16;

  private static final float TO_BRIGHTNESS = 1f / (255 << 16);

  private static final int LEAST_NOISE = 1 << 17;

  private final InputSpec input;
  private final int size;
  private final byte[] cutout;
  private final float[] values;

  /** Numbers of a normal distribution, read from a random place on for each plane. */
  private final float[] noise;

  Renderer(InputSpec input, int largestCutout) {
    this.input = input;
    this.size = input.size();
    this.cutout = new byte[largestCutout];
    this.values = new float[input.valueCount()];
    this.noise = noise(Math.max(LEAST_NOISE, 2 * size * size));
  }

  /** Writes one image at the buffer's position. */
  void render(CutoutStore store, Cutout source, View view, FloatBuffer target) {
    store.read(source, cutout);
    // the columns of the matrix that leads from the input to the cutout
    double zoom = source.scale() * view.zoom();
    double cos = zoom * Math.cos(view.angle());
    double sin = zoom * Math.sin(view.angle());
    double xRight = view.mirrored() ? -cos : cos;
    double yRight = view.mirrored() ? -sin : sin;
    double half = (size - 1) / 2.0;
    double x0 = source.x() + source.scale() * view.right() - half * (xRight - sin);
    double y0 = source.y() + source.scale() * view.down() - half * (yRight + cos);
    int plane = size * size;
    for (int channel = 0; channel < input.channels().count(); channel++) {
      int from = channel * source.side() * source.side();
      for (int row = 0; row < size; row++) {
        row(
            from,
            source.side(),
            fixed(x0 - row * sin),
            fixed(y0 + row * cos),
            fixed(xRight),
            fixed(yRight),
            channel * plane + row * size);
      }
      finish(channel * plane, plane, channel, view);
    }
    target.put(values);
  }

  private static int fixed(double position) {
    return (int) Math.round(position * ONE);
  }

  private void row(int from, int side, int x, int y, int dx, int dy, int to) {
    int last = side - 1;
    int endX = x + (size - 1) * dx;
    int endY = y + (size - 1) * dy;
    if (Math.min(x, endX) >= 0
        && Math.min(y, endY) >= 0
        && Math.max(x, endX) >> 16 < last
        && Math.max(y, endY) >> 16 < last) {
      for (int i = to; i < to + size; i++) {
        int at = from + (y >> 16) * side + (x >> 16);
        values[i] = between(at, at + 1, at + side, at + side + 1, x, y);
        x += dx;
        y += dy;
      }
    } else {
      for (int i = to; i < to + size; i++) {
        int inX = Math.clamp(x, 0, last << 16);
        int inY = Math.clamp(y, 0, last << 16);
        int at = from + (inY >> 16) * side + (inX >> 16);
        int right = inX >> 16 < last ? 1 : 0;
        int down = inY >> 16 < last ? side : 0;
        values[i] = between(at, at + right, at + down, at + down + right, inX, inY);
        x += dx;
        y += dy;
      }
    }
  }

  /** In units of 1/65536 grey level. */
  private int between(int a, int b, int c, int d, int x, int y) {
    int fx = x >> 8 & 0xff;
    int fy = y >> 8 & 0xff;
    int upper = ((cutout[a] & 0xff) << 8) + ((cutout[b] & 0xff) - (cutout[a] & 0xff)) * fx;
    int lower = ((cutout[c] & 0xff) << 8) + ((cutout[d] & 0xff) - (cutout[c] & 0xff)) * fx;
    return (upper << 8) + (lower - upper) * fy;
  }

  private void finish(int from, int plane, int channel, View view) {
    float mean = input.mean().get(channel).floatValue();
    float factor = (float) (1 / input.std().get(channel));
    float brightness = (float) view.brightness() * TO_BRIGHTNESS;
    if (view.noise() > 0) {
      int start =
          new SplittableRandom(view.noiseSeed() + channel).nextInt(noise.length - plane + 1);
      add(values, from, plane, brightness, noise, start, (float) view.noise());
      standardise(values, from, plane, 1, mean, factor);
    } else {
      standardise(values, from, plane, brightness, mean, factor);
    }
  }

  private static void add(
      float[] values,
      int from,
      int plane,
      float brightness,
      float[] noise,
      int start,
      float sigma) {
    for (int i = 0; i < plane; i++) {
      values[from + i] = values[from + i] * brightness + noise[start + i] * sigma;
    }
  }

  private static void standardise(
      float[] values, int from, int plane, float brightness, float mean, float factor) {
    for (int i = from; i < from + plane; i++) {
      values[i] = (Math.min(1f, Math.max(0f, values[i] * brightness)) - mean) * factor;
    }
  }

  private static float[] noise(int count) {
    SplittableRandom random = new SplittableRandom(1);
    float[] noise = new float[count];
    for (int i = 0; i < count; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }
}
