package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether the file of a band is the one that its message means, where the message gives its hash or
 * its ETag. Safe for use by many threads at once.
 */
final class BandCheck {

  private final FileHashes hashes = new FileHashes();

  /**
   * Checks a file of this machine.
   *
   * @throws SourceException where it is another one
   */
  void require(Band band, Path file) throws SourceException, InterruptedException {
    if (band.etag() != null) {
      throw SourceException.permanent(
          "the message gives an ETag, and files have none; give its sha256 instead");
    }
    requireHash(band.sha256(), file);
  }

  /**
   * Checks a copy, all of which is there if the message gives a hash and there is room for it.
   *
   * @throws SourceException where it is of another file
   */
  void require(Band band, RemoteTile tile) throws SourceException, InterruptedException {
    String due = band.etag();
    String tag = tile.version().tag();
    if (due != null && (tag == null || !unquoted(tag).equals(unquoted(due)))) {
      throw SourceException.permanent(
          tag == null
              ? "the message gives an ETag, and the server sends none"
              : "its ETag is %s, and %s in the message".formatted(tag, due));
    }
    if (band.sha256() != null && !tile.isComplete()) {
      throw SourceException.permanent(
          "the message gives a sha256, and there is no room for all %,d bytes in tiles.folder (tiles.disk)"
              .formatted(tile.size()));
    }
    requireHash(band.sha256(), tile.copy());
  }

  private void requireHash(@Nullable String due, Path file)
      throws SourceException, InterruptedException {
    if (due == null) {
      return;
    }
    try {
      String is = hashes.of(file);
      if (!is.equals(due)) {
        throw SourceException.permanent(
            "its SHA-256 is %s, and %s in the message".formatted(is, due));
      }
    } catch (IOException e) {
      throw SourceException.temporary("it could not be read (%s)".formatted(e.getMessage()), e);
    }
  }

  /** Servers send quotes, which few publishers write. */
  private static String unquoted(String tag) {
    return tag.length() > 1 && tag.startsWith("\"") && tag.endsWith("\"")
        ? tag.substring(1, tag.length() - 1)
        : tag;
  }
}
