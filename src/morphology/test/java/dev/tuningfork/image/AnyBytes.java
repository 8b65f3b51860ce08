package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What holds for any bytes: an image comes of them or an {@link ImageException} with a sentence, in
 * a time and with memory that the limits bound and the bytes do not.
 */
final class AnyBytes {

  /** Small, so that what goes beyond them shows. */
  private static final ImageLimits LIMITS = new ImageLimits(250_000, 1 << 20);

  /** A float for each pixel and channel, several times over, and the decoders' own buffers. */
  private static final long MOST_MEMORY = 64L << 20;

  /** No measure of speed: what takes this long does not end. */
  private static final Duration MOST_TIME = Duration.ofSeconds(20);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Preprocessor PREPROCESSOR =
      new Preprocessor(InputSpec.article().withChannels(Channels.RGB).withSize(64), LIMITS);

  private AnyBytes() {}

  static void check(byte[] bytes) {
    if (allocated(bytes) >= MOST_MEMORY) {
      // a class that is loaded meanwhile is instrumented on this thread, once
      assertThat(allocated(bytes)).as("bytes allocated").isLessThan(MOST_MEMORY);
    }
  }

  private static long allocated(byte[] bytes) {
    long memory = THREADS.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    try {
      PreparedImage image = PREPROCESSOR.prepare(bytes, ImageDescription.NONE);
      assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(LIMITS.pixels());
    } catch (ImageException e) {
      assertThat(e.getMessage()).as("a sentence").isNotBlank();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).as("time").isLessThan(MOST_TIME);
    return THREADS.getCurrentThreadAllocatedBytes() - memory;
  }
}
