package dev.tuningfork.standalone.tile;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The list of the cutouts in a folder: a CSV with a line for each. While a run is under way it has
 * the name {@code manifest.csv.part}; a run that was interrupted continues it, and a line that a
 * crash cut short is written again. Belongs to one thread.
 */
public final class Manifest implements AutoCloseable {

  private static final String NAME = "manifest.csv";

  private final Path unfinished;
  private final Path whole;
  private final BitSet rows;
  private final BufferedWriter writer;
  private int size;

  private Manifest(Path folder, BitSet rows, BufferedWriter writer) {
    this.unfinished = unfinished(folder);
    this.whole = folder.resolve(NAME);
    this.rows = rows;
    this.writer = writer;
    this.size = rows.cardinality();
  }

  /** Where an unfinished one is. */
  public static Path unfinished(Path folder) {
    return folder.resolve(NAME + ".part");
  }

  /** Begins one. */
  public static Manifest begin(Path folder, String settings, List<String> kept) throws IOException {
    BufferedWriter writer = Files.newBufferedWriter(unfinished(folder));
    writer.write("# " + settings.replaceAll("\\R", " ") + "\n");
    writer.write(
        Stream.concat(CutoutFiles.COLUMNS.stream(), kept.stream())
                .map(Csv::cell)
                .collect(Collectors.joining(","))
            + "\n");
    writer.flush();
    return new Manifest(folder, new BitSet(), writer);
  }

  /**
   * Continues one.
   *
   * @throws IOException in a sentence, where it was begun with other settings
   */
  public static Manifest resume(Path folder, String settings) throws IOException {
    Path file = unfinished(folder);
    BitSet rows = new BitSet();
    int column = CutoutFiles.COLUMNS.indexOf("row");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long end = bytes.length();
      while (end > 0 && at(bytes, end - 1) != '\n') {
        end--;
      }
      bytes.setLength(end);
    }
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String head = reader.readLine();
      if (head == null || !head.equals("# " + settings.replaceAll("\\R", " "))) {
        throw new IOException(
            "The unfinished run in %s had other settings, or other tiles or another catalogue; --overwrite starts over."
                .formatted(folder));
      }
      reader.readLine();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        rows.set(Integer.parseInt(cells(line).get(column)));
      }
    }
    return new Manifest(
        folder,
        rows,
        Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
  }

  private static int at(RandomAccessFile file, long position) throws IOException {
    file.seek(position);
    return file.read();
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  /** Whether a row of the catalogue has its cutout. */
  public boolean has(long row) {
    return rows.get((int) row);
  }

  /** How many cutouts there are. */
  public int size() {
    return size;
  }

  /** Adds a cutout. */
  public void add(String line) throws IOException {
    writer.write(line + "\n");
    size++;
  }

  /** Writes what has been added to the disk. */
  public void flush() throws IOException {
    writer.flush();
  }

  /** Gives it its name, without the line of settings. */
  public Path finish() throws IOException {
    writer.close();
    Path copy = whole.resolveSibling("." + NAME + ".copy");
    try (BufferedReader reader = Files.newBufferedReader(unfinished);
        BufferedWriter out = Files.newBufferedWriter(copy)) {
      reader.readLine();
      reader.transferTo(out);
    }
    Files.move(copy, whole, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(unfinished);
    return whole;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
