package dev.tuningfork.classifier.fetch;

import dev.failsafe.ExecutionContext;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.tuningfork.classifier.message.FailureKind;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tries to read something, and tries again what may pass, within limits of time.
 *
 * <p>Threads: safe for use by many. Every attempt at a host runs on a thread of its own, which is
 * interrupted when the attempt's time is over or the caller is interrupted.
 */
final class Attempts {

  /** How far a pause is longer or shorter by chance. */
  private static final double JITTER = 0.25;

  private final int most;
  private final Duration attemptTime;
  private final Duration totalTime;
  private final ExecutorService threads;
  private final FailsafeExecutor<Object> retrying;

  /**
   * @param attemptTime how long one attempt may take
   * @param totalTime how long all of them may take, pauses included
   * @param threads closed by the caller
   */
  Attempts(Retries retries, Duration attemptTime, Duration totalTime, ExecutorService threads) {
    this.most = retries.attempts();
    this.attemptTime = attemptTime;
    this.totalTime = totalTime;
    this.threads = threads;
    this.retrying =
        Failsafe.with(
            RetryPolicy.builder()
                .handle(SourceException.class)
                .withMaxAttempts(-1) // attempt() counts, since it knows which failures are final
                .withMaxDuration(totalTime)
                .withBackoff(retries.firstPause(), retries.longestPause())
                .withJitter(JITTER)
                .withDelayFn(Attempts::pauseAskedFor)
                .build());
  }

  /**
   * What the host asked for, so much longer that chance does not make it shorter. A negative pause
   * is Failsafe's sign for the usual one.
   */
  private static Duration pauseAskedFor(ExecutionContext<Object> context) {
    return context.getLastException() instanceof SourceException failure
            && failure.retryAfter().isPositive()
        ? Duration.ofNanos((long) (failure.retryAfter().toNanos() / (1 - JITTER)))
        : Duration.ofNanos(-1);
  }

  /** Reads something once. */
  @FunctionalInterface
  interface Reading<T> {
    T read() throws SourceException;
  }

  /** Checks what was read by the attempt of this number, from 1, on the caller's thread. */
  @FunctionalInterface
  interface Check<T, R> {
    R of(T read, int number) throws SourceException;
  }

  /**
   * Reads something, blocking the calling thread.
   *
   * @param uri names it in messages
   * @param here whether it is read on the caller's thread, since there is nobody to wait for
   * @throws FetchException where it cannot be fetched. A thread that is interrupted while it waits
   *     gets a transient one at once, its interrupted status set.
   */
  <T, R> R make(String uri, boolean here, Reading<T> reading, Check<T, R> check)
      throws FetchException {
    try {
      @SuppressWarnings("unchecked") // what attempt() returns
      R made = (R) retrying.get(context -> attempt(uri, here, reading, check, context));
      return made;
    } catch (FailsafeException e) {
      if (e.getCause() instanceof FetchException failure) {
        throw failure;
      }
      Thread.currentThread().interrupt();
      throw failure(uri, SourceException.temporary("it was interrupted", e), 1);
    } catch (RejectedExecutionException e) {
      throw failure(uri, SourceException.temporary("the fetcher has been closed", e), 0);
    }
  }

  /**
   * @throws SourceException where it should be tried again
   * @throws FetchException where this was the last attempt
   */
  private <T, R> R attempt(
      String uri,
      boolean here,
      Reading<T> reading,
      Check<T, R> check,
      ExecutionContext<Object> context)
      throws SourceException, FetchException, InterruptedException {
    int number = context.getAttemptCount() + 1;
    Duration left = totalTime.minus(context.getElapsedTime());
    if (!left.isPositive() && context.getLastException() instanceof SourceException last) {
      throw failure(uri, last, number - 1);
    }
    try {
      return check.of(here ? readHere(reading) : read(reading, left), number);
    } catch (SourceException e) {
      boolean waitsTooLong =
          e.retryAfter().compareTo(totalTime.minus(context.getElapsedTime())) > 0;
      if (e.kind() == FailureKind.PERMANENT || number == most || waitsTooLong) {
        throw failure(uri, e, number);
      }
      throw e;
    }
  }

  private <T> T read(Reading<T> reading, Duration left)
      throws SourceException, InterruptedException {
    Duration time = left.compareTo(attemptTime) < 0 ? left : attemptTime;
    Future<T> read = threads.submit(reading::read);
    try {
      return read.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw SourceException.temporary(
          "it was incomplete after %.1f s".formatted(time.toMillis() / 1000.0), e);
    } catch (ExecutionException e) {
      switch (Objects.requireNonNull(e.getCause())) {
        case SourceException failure -> throw failure;
        case Error error -> throw error;
        case Throwable other -> throw unreadable(other);
      }
    } finally {
      read.cancel(true);
    }
  }

  /** A thread of its own would cost as much as reading a file does. */
  private static <T> T readHere(Reading<T> reading) throws SourceException {
    try {
      return reading.read();
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  private static SourceException unreadable(Throwable cause) {
    return SourceException.permanent("it could not be read (%s)".formatted(cause), cause);
  }

  /** A failure in a sentence. */
  static FetchException failure(String uri, SourceException e, int attempts) {
    String tried = attempts > 1 ? ", and so after %d attempts".formatted(attempts) : "";
    return new FetchException(
        e.kind(),
        attempts,
        "Cannot fetch %s: %s%s.".formatted(RedactedUri.of(uri), e.getMessage(), tried),
        e);
  }
}
