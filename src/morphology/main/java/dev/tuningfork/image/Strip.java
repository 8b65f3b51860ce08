package dev.tuningfork.image;

/**
 * Goes through the pixels of several planes that lie one behind the other, some pixels at a time,
 * each plane's in an array of their own. In loops over these arrays all indices are the same: only
 * then does the JVM compute several pixels at a time, because it need not fear that one plane
 * overwrites another.
 */
final class Strip {

  /** So many pixels stay in the processor's fastest cache. */
  static final int LENGTH = 1024;

  private final float[][] planes;
  private final int plane;
  private int from;
  private int count;

  /**
   * @param planes how many there are
   * @param plane the pixels of each
   */
  Strip(int planes, int plane) {
    this.planes = new float[planes][LENGTH];
    this.plane = plane;
  }

  /** Takes the next pixels; false if there are none. */
  boolean next(float[] values) {
    from += count;
    count = Math.min(LENGTH, plane - from);
    for (int i = 0; i < planes.length && count > 0; i++) {
      System.arraycopy(values, i * plane + from, planes[i], 0, count);
    }
    return count > 0;
  }

  /** How many pixels there are now. */
  int count() {
    return count;
  }

  /** Those of a plane, of which the first {@link #count} are meant. */
  float[] of(int index) {
    return planes[index];
  }

  /** Puts the pixels back where they came from. */
  void putBack(float[] values) {
    for (int i = 0; i < planes.length; i++) {
      System.arraycopy(planes[i], 0, values, i * plane + from, count);
    }
  }
}
