package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.Resampling;
import dev.tuningfork.image.Stretch;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Makes pictures of galaxies for eyes: never the file itself, but its pixels, decoded within the
 * classifier's limits and encoded anew. What has to be fetched is fetched by the classifier's own
 * fetcher, from where its settings allow and nowhere else. A few at a time. Safe for use by many
 * threads at once.
 */
final class Pictures {

  private static final int SIDE = 512;
  private static final int AT_ONCE = 4;
  private static final long WAIT_SECONDS = 10;

  /** Why there is no picture, in a sentence. */
  static final class NoPictureException extends Exception {
    NoPictureException(String sentence) {
      super(sentence);
    }

    NoPictureException(String sentence, Throwable cause) {
      super(sentence, cause);
    }
  }

  private final ImageFetcher fetcher;
  private final Preprocessor whole;
  private final Semaphore places = new Semaphore(AT_ONCE);

  Pictures(ImageFetcher fetcher, ImageLimits limits) {
    this.fetcher = fetcher;
    InputSpec all =
        new InputSpec(
            Channels.RGB,
            SIDE,
            new Crop.Fraction(1),
            Resampling.BILINEAR,
            Stretch.DEFAULT,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    whole = new Preprocessor(all, limits);
  }

  /** The central square of the image, all of it, as a JPEG. */
  byte[] asItCame(ImageOrigin origin) throws NoPictureException, InterruptedException {
    if (!places.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new NoPictureException("Too many pictures are asked for at once; ask again.");
    }
    try {
      byte[] file =
          switch (origin) {
            case ImageOrigin.Carried(_, byte[] bytes, _) -> bytes;
            case ImageOrigin.Referenced(_, var image) -> fetcher.fetch(image).bytes();
          };
      return Picture.of(whole.prepare(file, origin.description())).toJpeg();
    } catch (FetchException | ImageException e) {
      throw new NoPictureException("The image cannot be had: " + e.getMessage(), e);
    } finally {
      places.release();
    }
  }
}
