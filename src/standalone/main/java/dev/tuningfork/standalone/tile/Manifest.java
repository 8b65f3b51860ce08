package dev.tuningfork.standalone.tile;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
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

  /** The settings and the columns. */
  private static final int HEADS = 2;

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

  /** Whether an interrupted run has left a list with cutouts, or one that cannot be read. */
  public static boolean isUnfinished(Path folder) {
    Path file = unfinished(folder);
    if (!Files.exists(file)) {
      return false;
    }
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      return reader.lines().skip(HEADS).findAny().isPresent();
    } catch (IOException | UncheckedIOException e) {
      return true;
    }
  }

  /** Begins one. */
  public static Manifest begin(Path folder, String settings, List<String> kept) throws IOException {
    BufferedWriter writer = Files.newBufferedWriter(unfinished(folder));
    writer.write(head(settings) + "\n");
    writer.write(
        Stream.concat(CutoutFiles.COLUMNS.stream(), kept.stream())
                .map(Csv::cell)
                .collect(Collectors.joining(","))
            + "\n");
    writer.flush();
    return new Manifest(folder, new BitSet(), writer);
  }

  /**
   * Continues one. What a crash has left of a line is taken away; where it has left no line of
   * columns, the list begins again.
   *
   * @throws IOException in a sentence, where it was begun with other settings, or is damaged
   */
  public static Manifest resume(Path folder, String settings, List<String> kept)
      throws IOException {
    Path file = unfinished(folder);
    List<String> heads = new ArrayList<>();
    BitSet rows = new BitSet();
    long end =
        readRecords(
            file,
            record -> {
              if (heads.size() < HEADS) {
                heads.add(record);
              } else {
                rows.set(row(file, record));
              }
            });
    if (!heads.isEmpty() && !heads.getFirst().equals(head(settings))) {
      throw new IOException(
          "The unfinished run in %s had other settings, or other tiles or another catalogue; --overwrite starts over."
              .formatted(folder));
    }
    if (heads.size() < HEADS) {
      return begin(folder, settings, kept);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(end);
    }
    return new Manifest(
        folder,
        rows,
        Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
  }

  private static String head(String settings) {
    return "# " + settings.replaceAll("\\R", " ");
  }

  private static int row(Path file, String record) throws IOException {
    List<String> cells = cells(record);
    try {
      return Integer.parseInt(cells.get(CutoutFiles.COLUMNS.indexOf("row")));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IOException(
          "The list of the unfinished run, %s, is damaged; --overwrite starts over."
              .formatted(file),
          e);
    }
  }

  /** Takes one record, without its line break. */
  @FunctionalInterface
  private interface RecordReader {
    void take(String record) throws IOException;
  }

  /**
   * Reads all whole records: a line break ends one unless it is between quotes. The first line is
   * none of CSV.
   *
   * @return where the last whole record ends
   */
  private static long readRecords(Path file, RecordReader reader) throws IOException {
    long end = 0;
    boolean quoted = false;
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      long position = 0;
      for (int next = in.read(); next >= 0; next = in.read()) {
        position++;
        if (next == '\n' && !quoted) {
          reader.take(record.toString(StandardCharsets.UTF_8));
          record.reset();
          end = position;
        } else {
          record.write(next);
          quoted ^= next == '"' && end > 0;
        }
      }
    }
    return end;
  }

  private static List<String> cells(String record) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < record.length(); i++) {
      char c = record.charAt(i);
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
