package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchedImage;

/** An image whose bytes are here. */
record Fetched(Submitted submitted, FetchedImage file) {

  long bytes() {
    return file.bytes().length;
  }
}
