package dev.tuningfork.standalone.tile;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is left out of a run, and why: the first few for people to read, all of them in a file. The
 * file exists only if something was left out. Belongs to one thread.
 */
public final class LeftOut implements AutoCloseable {

  private static final int SHOWN = 20;

  private final @Nullable Path file;
  private final List<String> tiles = new ArrayList<>();
  private final List<String> first = new ArrayList<>();
  private @Nullable BufferedWriter writer;
  private long count;

  /**
   * @param file where all of them are written; null for nowhere
   */
  public LeftOut(@Nullable Path file) throws IOException {
    this.file = file;
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }

  /** A galaxy that failed. */
  public void row(Place place, String reason) throws IOException {
    row(place.row(), place.id(), reason);
  }

  /** A row of the catalogue, by its number, whose galaxy is not in the table. */
  void row(long row, String id, String reason) throws IOException {
    count++;
    if (first.size() < SHOWN) {
      first.add("Row %d%s: %s".formatted(row, id.isEmpty() ? "" : " (" + id + ")", reason));
    }
    write(row, id, reason);
  }

  /** A tile that cannot be used, with all galaxies that are known to be on it. */
  void tile(String name, long galaxies, String reason) throws IOException {
    tiles.add(
        galaxies == 0
            ? reason
            : String.format(
                Locale.ROOT,
                "%s All %,d galaxies of the tile %s are left out.",
                reason,
                galaxies,
                name));
    count += galaxies;
    write(0, name, reason);
  }

  private void write(long row, String id, String reason) throws IOException {
    if (file != null) {
      if (writer == null) {
        writer = Files.newBufferedWriter(file);
        writer.write("row,id,reason\n");
      }
      writer.write((row == 0 ? "" : row) + "," + Csv.cell(id) + "," + Csv.cell(reason) + "\n");
    }
  }

  /** How many galaxies are left out. */
  public long count() {
    return count;
  }

  /** Whether anything is to be reported. */
  public boolean isEmpty() {
    return tiles.isEmpty() && first.isEmpty();
  }

  /** Says the tiles and the first rows, and how many there are. */
  public void report(Consumer<String> line) throws IOException {
    tiles.forEach(line);
    first.forEach(line);
    if (writer != null) {
      writer.flush();
    }
    if (count > 0) {
      line.accept(
          String.format(
              Locale.ROOT,
              count == 1
                  ? "%,d row or galaxy is left out%s."
                  : "%,d rows or galaxies are left out%s.",
              count,
              file == null ? "" : (count == 1 ? "; it is in " : "; all of them are in ") + file));
    }
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
