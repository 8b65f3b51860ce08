package dev.tuningfork.tile;

import dev.tuningfork.image.FileParts;

/**
 * A file elsewhere, of which there is a copy on this machine, as far as it was needed. {@link
 * #toString()} names it in messages. Two are equal only if they are the same object: each version
 * of a file is one of its own.
 */
public interface RemoteFile extends FileParts {

  /** Whether the file elsewhere is the one that is copied, as far as is known. */
  boolean isCurrent();

  @Override
  String toString();
}
