package dev.tuningfork.classifier.expand;

import dev.tuningfork.catalogue.SeenIds;
import dev.tuningfork.file.ScratchFolder;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Temporary files of one list; those that a killed process left are deleted with the next list.
 * Belongs to one thread.
 */
final class ListScratch implements AutoCloseable {

  private final ScratchFolder folder;
  private final SeenIds ids;

  /** This machine's disk failed, not the list. */
  static final class Failure extends RuntimeException {
    Failure(Exception cause) {
      super("its temporary files cannot be written: " + cause.getMessage(), cause);
    }
  }

  /**
   * @param parent an existing folder
   */
  ListScratch(Path parent) {
    try {
      folder = ScratchFolder.create(parent, "list");
      ids = new SeenIds(folder.path());
    } catch (IOException | RuntimeException e) {
      throw new Failure(e);
    }
  }

  /** The first row with an identifier, or 0 where this is the first. */
  long firstRow(String objectId, long number) {
    try {
      return ids.firstRow(objectId, number);
    } catch (IOException | RuntimeException e) {
      throw new Failure(e);
    }
  }

  @Override
  public void close() {
    try {
      ids.close();
      folder.close();
    } catch (IOException | RuntimeException e) {
      throw new Failure(e);
    }
  }
}
