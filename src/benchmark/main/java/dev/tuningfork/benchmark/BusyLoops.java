package dev.tuningfork.benchmark;

/**
 * Threads that keep processors busy beside what is measured, until they are closed or the process
 * ends.
 */
final class BusyLoops implements AutoCloseable {

  private volatile boolean closed;

  BusyLoops(int count) {
    for (int n = 0; n < count; n++) {
      Thread.ofPlatform().daemon().name("tuning-fork-busy-" + n).start(this::spin);
    }
  }

  private void spin() {
    while (!closed) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
