package dev.tuningfork.classifier.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that is asked for.
 *
 * @param from its first byte, from 0
 * @param until the byte after its last; {@link #END} for all that follows
 * @param of which version of the file; null for any
 */
record FilePart(long from, long until, @Nullable Version of) {

  /** The end of a file of unknown size. */
  static final long END = Long.MAX_VALUE;

  /** As HTTP (RFC 9110, section 14.1.2) and S3 write it. */
  String range() {
    return "bytes=" + from + "-" + (until == END ? "" : until - 1);
  }

  /**
   * What tells one version of a file from another.
   *
   * @param tag its ETag, as it was sent
   * @param modified when it was changed, as it was sent
   * @param size its bytes
   */
  record Version(@Nullable String tag, @Nullable String modified, long size) {

    /**
     * The tag, if a condition may use it: a weak one says nothing about bytes (RFC 9110, 8.8.3).
     */
    @Nullable String strongTag() {
      return tag == null || tag.startsWith("W/") ? null : tag;
    }

    /** Whether another one is of the same bytes, as far as both say. */
    boolean isSameAs(Version other) {
      boolean tagged = strongTag() != null && other.strongTag() != null;
      return size == other.size
          && (tagged ? Objects.equals(tag, other.tag) : Objects.equals(modified, other.modified));
    }
  }

  /**
   * What came.
   *
   * @param version of the whole file
   * @param from the byte that the body begins with: 0 where the server sends whole files only
   * @param ranged whether the server sends parts
   * @param body to be read before the use returns
   */
  record Answer(Version version, long from, boolean ranged, InputStream body) {}

  /** Reads an answer, on the thread that asked. */
  @FunctionalInterface
  interface Use<R> {
    R read(Answer answer) throws IOException, SourceException;
  }
}
