package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileException;
import java.io.IOException;
import java.nio.file.Path;
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

  /** What is done with a survey image while it is open. */
  @FunctionalInterface
  interface TileUse<R> {
    R on(SurveyImage image) throws ImageException, TileException;
  }

  /**
   * Opens a survey image, shared with all who use it now, and does something with it on the calling
   * thread.
   *
   * @throws FetchException where it cannot be had, in a sentence that names image and band
   * @throws ImageException as the use
   * @throws TileException as the use
   */
  default <R> R onTile(GalaxyImageReference.Cutout cutout, TileUse<R> use)
      throws FetchException, ImageException, TileException {
    throw new FetchException(
        FailureKind.PERMANENT, 0, "Survey images cannot be opened here.", null);
  }

  /** A file on this machine. */
  interface LocalFile extends AutoCloseable {
    Path path();

    /** Deletes it, where it is a copy. */
    @Override
    void close() throws IOException;
  }

  /**
   * Makes a file available on this machine: one that is here as it is, any other as a temporary
   * copy within the limits of an image.
   *
   * @throws FetchException where it cannot be had
   */
  default LocalFile file(String uri) throws FetchException {
    throw new FetchException(FailureKind.PERMANENT, 0, "Files cannot be opened here.", null);
  }

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
