package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.SurveyImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
   * @throws FetchException where it cannot be fetched. A thread that is interrupted while it waits
   *     gets a transient one at once, its interrupted status set.
   */
  FetchedImage fetch(GalaxyImageReference.Image image) throws FetchException;

  /** A survey image that is open for a galaxy. */
  interface OpenImage extends AutoCloseable {
    SurveyImage image();

    /** Ends the use. */
    @Override
    void close();
  }

  /**
   * Opens a survey image, shared with all who use it now, and makes sure that what shows a galaxy
   * is on this machine.
   *
   * @param cut the square that shows the galaxy, or more of it; null where the headers are enough
   * @return to be closed by the caller
   * @throws FetchException where it cannot be fetched, in a sentence that names image and band
   */
  default OpenImage open(GalaxyImageReference.Cutout cutout, @Nullable Cut cut)
      throws FetchException {
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
   * @throws FetchException where it cannot be fetched
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

  /** The same of one image: a survey image may take longer. */
  default Duration longest(GalaxyImageReference.Image image) {
    return longest();
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
