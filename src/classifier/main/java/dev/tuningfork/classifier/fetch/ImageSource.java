package dev.tuningfork.classifier.fetch;

import java.net.URI;
import java.util.Optional;

/** Where the images of one kind of URI are read. Safe for use by many threads at once. */
interface ImageSource extends AutoCloseable {

  /**
   * Rejects a URI for its own content, before anything is opened or requested.
   *
   * @throws SourceException a permanent one
   */
  void check(URI uri) throws SourceException;

  /** What has to answer for it, a server or a folder; empty where nothing has to. */
  default Optional<String> host(URI uri) throws SourceException {
    return Optional.empty();
  }

  /**
   * Whether it lies on this machine, as far as its reader can tell: there is nobody to wait for.
   */
  default boolean isHere() {
    return false;
  }

  /**
   * Tries once to read an image: {@linkplain #isHere here} on the caller's thread, and from
   * elsewhere on a virtual thread that is interrupted when its time is over.
   *
   * @throws SourceException where it cannot be read, in any of the ways that are to be expected
   */
  byte[] read(URI uri) throws SourceException;

  /**
   * Tries once to read a part of a file that may be larger than memory.
   *
   * @throws SourceException where it cannot be read; permanently where it is no more the version
   *     that is asked for
   */
  default <R> R part(URI uri, FilePart wanted, FilePart.Use<R> use) throws SourceException {
    throw SourceException.permanent("files of this kind are not read in parts");
  }

  @Override
  default void close() {}
}
