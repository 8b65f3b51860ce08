package dev.tuningfork.classifier.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What holds for any bytes: a message comes of them, which can be written and read again, or a
 * {@link MessageException} with a sentence, in a time and with memory that the bytes do not choose.
 */
final class AnyMessage {

  /** The bytes themselves some times over; what is more, a length in the bytes has asked for. */
  private static final long MOST_MEMORY = 32L << 20;

  /** No measure of speed: what takes this long does not end. */
  private static final Duration MOST_TIME = Duration.ofSeconds(20);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AnyMessage() {}

  interface Reading {
    GalaxyImageReference read() throws MessageException;
  }

  static void check(Reading reading) {
    if (allocated(reading) >= MOST_MEMORY) {
      // a class that is loaded meanwhile is instrumented on this thread, once
      assertThat(allocated(reading)).as("bytes allocated").isLessThan(MOST_MEMORY);
    }
  }

  private static long allocated(Reading reading) {
    long memory = THREADS.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    try {
      byte[] written = reading.read().toJson();
      assertThat(GalaxyImageReference.fromJson(written).toJson()).isEqualTo(written);
    } catch (MessageException e) {
      assertThat(e.getMessage()).as("a sentence").isNotBlank();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).as("time").isLessThan(MOST_TIME);
    return THREADS.getCurrentThreadAllocatedBytes() - memory;
  }
}
