package dev.tuningfork.standalone.command;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C or SIGTERM: asks the command to stop, and keeps the process until the command has closed
 * what it opened and printed its last sentence, or a patience of some seconds is over.
 *
 * <p>A process runs one command, so that its end is one event of the process: {@link
 * #commandEnded()}. The request comes on a thread of the JVM; all methods are safe for use by
 * several threads.
 */
public final class Interruption implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final CountDownLatch ENDED = new CountDownLatch(1);

  private final Duration patience;
  private final CountDownLatch requested = new CountDownLatch(1);
  private final Thread hook = new Thread(this::request, "interruption");

  Interruption() {
    this(PATIENCE);
  }

  /**
   * @param patience how long the process waits for the command once it is to stop
   */
  Interruption(Duration patience) {
    this.patience = patience;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The command has printed its last sentence: an interrupted process may end now. */
  public static void commandEnded() {
    ENDED.countDown();
  }

  /**
   * A command's last sentence where it was asked to stop.
   *
   * @param resumable whether what is done is kept
   */
  static CancellationException stopped(
      CancellationException cause, boolean resumable, int done, int galaxies) {
    CancellationException stopped =
        new CancellationException(
            resumable
                ? "Stopped after %,d of %,d galaxies. The same command with --resume continues."
                    .formatted(done, galaxies)
                : "Stopped; nothing was written.");
    stopped.initCause(cause);
    return stopped;
  }

  boolean requested() {
    return requested.getCount() == 0;
  }

  /** Waits for this long; true at once when the command is to stop. */
  boolean await(long nanos) throws InterruptedException {
    return requested.await(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * The command can no longer be asked to stop. One that was asked keeps the process to its end.
   */
  @Override
  public void close() {
    if (!requested()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        // the request comes at this moment, and waits for the command's end
      }
    }
  }

  private void request() {
    requested.countDown();
    try {
      boolean _ = ENDED.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
