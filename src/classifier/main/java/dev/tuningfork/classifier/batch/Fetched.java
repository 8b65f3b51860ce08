package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchedImage;

/** An image that can be decoded. */
sealed interface Fetched {

  Submitted submitted();

  /** What it holds of the memory. */
  long bytes();

  /** A file whose bytes are here. */
  record File(Submitted submitted, FetchedImage file) implements Fetched {
    @Override
    public long bytes() {
      return file.bytes().length;
    }
  }

  /** A square of a survey image that could be opened. Its pixels are read when it is decoded. */
  record Square(Submitted submitted, ImageOrigin.OnTile origin) implements Fetched {
    @Override
    public long bytes() {
      return 0;
    }
  }
}
