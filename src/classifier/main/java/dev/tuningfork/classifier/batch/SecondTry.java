package dev.tuningfork.classifier.batch;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Tells whether an image or this process is to blame for a failure that nobody foresaw.
 *
 * <ul>
 *   <li>A stack overflow is the image's doing: what is nested so deeply is in the file.
 *   <li>Everything else is tried once more, alone: memory that all images used up together is
 *       enough for each by itself.
 *   <li>What then throws a {@link RuntimeException} again has been brought about by this image, be
 *       it through a defect of the program. It must not stop every instance that meets it.
 *   <li>What throws any other {@link Error} again, above all for want of memory, says nothing about
 *       the image. The instance cannot continue.
 * </ul>
 *
 * <p>Safe for use by many threads at once.
 */
final class SecondTry {

  /** Something that is done with images. */
  interface Step<R, X extends Exception> {
    R take() throws X;
  }

  private final String doing;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /**
   * @param doing what is done with an image, as in "Decoding"
   */
  SecondTry(String doing) {
    this.doing = doing;
  }

  /** Takes a step beside those of other threads. */
  <R, X extends Exception> R together(Step<R, X> step) throws X {
    return within(lock.readLock(), step);
  }

  /** Takes a step while no other thread is within {@link #together} or this method. */
  <R, X extends Exception> R alone(Step<R, X> step) throws X {
    return within(lock.writeLock(), step);
  }

  /**
   * Takes a step for the second time, alone, after an unforeseen failure.
   *
   * @throws ImageFault where the image is to blame
   * @throws BrokenInstanceException where it is not
   */
  <R, X extends Exception> R after(Throwable first, String objectId, Step<R, X> step)
      throws X, ImageFault {
    if (first instanceof StackOverflowError) {
      throw new ImageFault(first, 1);
    }
    try {
      return alone(step);
    } catch (StackOverflowError | RuntimeException e) {
      throw new ImageFault(e, 2);
    } catch (Error e) {
      throw new BrokenInstanceException(
          "%s %s failed twice, the second time alone (%s). The image is not the cause."
              .formatted(doing, objectId, e),
          e);
    }
  }

  private static <R, X extends Exception> R within(Lock lock, Step<R, X> step) throws X {
    lock.lock();
    try {
      return step.take();
    } finally {
      lock.unlock();
    }
  }

  /** An image has brought about a failure that no step foresees. */
  static final class ImageFault extends Exception {

    private final Throwable failure;
    private final int attempts;

    ImageFault(Throwable failure, int attempts) {
      super(failure);
      this.failure = failure;
      this.attempts = attempts;
    }

    Throwable failure() {
      return failure;
    }

    int attempts() {
      return attempts;
    }
  }
}
