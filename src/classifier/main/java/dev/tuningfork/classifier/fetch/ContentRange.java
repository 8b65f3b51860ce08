package dev.tuningfork.classifier.fetch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a file a server sends (RFC 9110, section 14.4).
 *
 * @param from its first byte
 * @param size of the whole file, bytes
 */
record ContentRange(long from, long size) {

  private static final Pattern FORM =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

  /**
   * Reads the header.
   *
   * @throws SourceException where it is missing, or of another part than the one that was wanted
   */
  static ContentRange of(@Nullable String header, FilePart wanted) throws SourceException {
    Matcher form = FORM.matcher(header == null ? "" : header.strip());
    if (!form.matches()) {
      throw SourceException.permanent(
          "the server sent a part of the file without a usable Content-Range");
    }
    long from = Long.parseLong(form.group(1));
    long size = Long.parseLong(form.group(3));
    if (from != wanted.from() || Long.parseLong(form.group(2)) >= size) {
      throw SourceException.permanent("the server sent another part of the file than was wanted");
    }
    return new ContentRange(from, size);
  }
}
