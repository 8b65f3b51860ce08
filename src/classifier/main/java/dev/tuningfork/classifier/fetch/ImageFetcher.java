package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import java.time.Duration;
import java.util.Optional;

/**
 * Gets the bytes of an image from where its reference points.
 *
 * <p>Implementations are safe for use by many threads at once, keep to a limit of size and of time,
 * retry what is worth retrying before they give up, and check {@code sizeBytes} and {@code sha256}
 * where the reference gives them.
 */
@FunctionalInterface
public interface ImageFetcher {

  /**
   * Fetches one image, blocking the calling thread.
   *
   * @throws FetchException where it cannot be had. A thread that is interrupted while it waits gets
   *     a transient one at once, its interrupted status set.
   */
  FetchedImage fetch(GalaxyImageReference.Image image) throws FetchException;

  /**
   * The host of an image, so that a slow host only delays its own images; empty if no host is
   * needed.
   */
  default Optional<String> host(GalaxyImageReference.Image image) {
    return Optional.empty();
  }

  /**
   * How long a fetch may take at most. One that takes longer is held by what no interrupt ends,
   * such as a file system whose server is gone.
   */
  default Duration longest() {
    return Duration.ofMinutes(10);
  }

  /**
   * How many images one host should be asked for at a time.
   *
   * @param host as {@link #host} names it
   */
  default int imagesPerHost(String host) {
    return Integer.MAX_VALUE;
  }
}
