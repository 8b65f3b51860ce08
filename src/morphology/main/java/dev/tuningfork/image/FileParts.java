package dev.tuningfork.image;

import java.util.List;

/**
 * Makes parts of a file available before they are read, where not all of it is on this machine yet.
 * Safe for use by many threads at once.
 */
@FunctionalInterface
public interface FileParts {

  /** Those of a file that is here as a whole. */
  FileParts ALL = _ -> {};

  /**
   * A part of a file, in bytes. It may reach beyond the file's end.
   *
   * @param from where it begins, from 0
   */
  record Span(long from, long count) {}

  /**
   * Returns when these parts can be read, and blocks until then.
   *
   * @throws ImageException if they are not available
   */
  void need(List<Span> spans) throws ImageException;

  /** The same for one part. */
  default void need(long from, long count) throws ImageException {
    need(List.of(new Span(from, count)));
  }
}
