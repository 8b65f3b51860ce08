package dev.tuningfork.benchmark.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Looks again and again at how much memory the system has given to an instance. */
final class Memory implements AutoCloseable {

  private static final double MIB = 1 << 20;

  private final List<Double> mebibytes = Collections.synchronizedList(new ArrayList<>());
  private final Thread looker;

  /** Begins to look at an instance. */
  Memory(Fleet fleet, int instance, Duration every) {
    looker =
        Thread.ofPlatform()
            .daemon()
            .name("fault-memory")
            .start(
                () -> {
                  try {
                    while (true) {
                      Thread.sleep(every);
                      long bytes = fleet.residentBytes(instance);
                      if (bytes > 0) {
                        mebibytes.add(bytes / MIB);
                      }
                    }
                  } catch (InterruptedException | IOException ended) {
                    // what was seen until now is kept
                  }
                });
  }

  /** All that was seen, in the order of time. */
  List<Double> mebibytes() {
    synchronized (mebibytes) {
      return List.copyOf(mebibytes);
    }
  }

  @Override
  public void close() {
    looker.interrupt();
  }
}
