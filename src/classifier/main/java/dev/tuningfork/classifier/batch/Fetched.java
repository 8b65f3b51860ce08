package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;

/** An image that can be decoded. It is closed when it has been, or will not be. */
sealed interface Fetched extends AutoCloseable {

  Submitted submitted();

  /** What it holds of the memory. */
  long bytes();

  @Override
  default void close() {}

  /** A file whose bytes are here. */
  record File(Submitted submitted, FetchedImage file) implements Fetched {
    @Override
    public long bytes() {
      return file.bytes().length;
    }
  }

  /** A square of a survey image that is open. Its pixels are read when it is decoded. */
  record Square(Submitted submitted, ImageOrigin.OnTile origin, ImageFetcher.OpenImage open)
      implements Fetched {
    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void close() {
      open.close();
    }
  }
}
