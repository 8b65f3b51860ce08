package dev.tuningfork.classifier.expand;

import dev.tuningfork.file.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * The file of a list at the time when it is opened.
 *
 * @param sha256 hexadecimal: instances that have copies of their own agree on it
 */
record ListFile(Path path, String sha256, long size, FileTime changed) {

  static ListFile of(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return new ListFile(path, "", 0, FileTime.fromMillis(0)); // reading it says why
    }
    FileTime changed = Files.getLastModifiedTime(path);
    return new ListFile(path, Sha256.hex(path), Files.size(path), changed);
  }

  /**
   * Checks the file once it was read.
   *
   * @throws IOException in a sentence, where it has changed meanwhile
   */
  void requireUnchanged() throws IOException {
    if (Files.size(path) != size || !Files.getLastModifiedTime(path).equals(changed)) {
      throw new IOException(
          "The catalogue %s has changed while it was read. Publish the survey image again once it is complete."
              .formatted(path.getFileName()));
    }
  }
}
