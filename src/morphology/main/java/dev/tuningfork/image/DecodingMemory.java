package dev.tuningfork.image;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The heap that may be used for decoding images, shared by all threads of the process. Large images
 * wait for each other, so that several at a time never fill the heap; one that would not fit alone
 * is refused. Small ones, of less than 1 MiB, are not counted. Thread-safe.
 *
 * <p>A thread takes memory once and gives it back before it takes more, so no two wait for each
 * other for ever.
 */
final class DecodingMemory {

  private static final long UNIT = 1 << 20;

  /** A third of the heap: the rest is for files on their way, for Kafka and for answers. */
  static final DecodingMemory SHARED = new DecodingMemory(Runtime.getRuntime().maxMemory() / 3);

  private final int all;
  private final Semaphore free;

  /**
   * @param bytes how many may be in use at a time
   */
  DecodingMemory(long bytes) {
    all = (int) Math.min(bytes / UNIT, Integer.MAX_VALUE);
    free = new Semaphore(all, true);
  }

  /**
   * Takes memory, and waits while others have it.
   *
   * @param image what it is, as the subject of a sentence
   * @param bytes about how many decoding the image needs
   * @return what is to be given back
   * @throws ImageException if the image needs more than there is
   */
  int take(Supplier<String> image, long bytes) throws ImageException {
    if (bytes / UNIT > all) {
      throw new ImageException(
          "%s needs about %,d MB of memory for decoding, but only %,d MB are available: increase the heap (-Xmx), or cut out a smaller part."
              .formatted(image.get(), bytes / UNIT, all));
    }
    int units = (int) (bytes / UNIT);
    if (units > 0) {
      free.acquireUninterruptibly(units);
    }
    return units;
  }

  /** Gives back what {@link #take} has returned. */
  void give(int units) {
    if (units > 0) {
      free.release(units);
    }
  }
}
