package dev.tuningfork.classifier.expand;

import dev.tuningfork.catalogue.SeenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Temporary files of one list. Belongs to one thread. */
final class ListScratch implements AutoCloseable {

  private final Path folder;
  private final SeenIds ids;

  /** This machine's disk failed, not the list. */
  static final class Failure extends RuntimeException {
    Failure(IOException cause) {
      super("its temporary files cannot be written: " + cause.getMessage(), cause);
    }
  }

  /**
   * @param parent an existing folder
   */
  ListScratch(Path parent) {
    try {
      folder = Files.createTempDirectory(parent, "tuning-fork-list-");
      ids = new SeenIds(folder);
    } catch (IOException e) {
      throw new Failure(e);
    }
  }

  /** The first row with an identifier, or 0 where this is the first. */
  long firstRow(String objectId, long number) {
    try {
      return ids.firstRow(objectId, number);
    } catch (IOException e) {
      throw new Failure(e);
    }
  }

  @Override
  public void close() {
    try {
      ids.close();
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new Failure(e);
    }
  }
}
