package dev.tuningfork.trainer.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * A table with a header, read row by row, as spreadsheets, pandas, astropy and TOPCAT write it:
 * cells separated by commas, semicolons, tabs, bars or blanks, which the header decides; with or
 * without quotes, a byte order mark, Windows' line ends, empty lines, comment lines before the
 * header, or gzip. The last comment line may be the header, as TOPCAT and numpy write it.
 */
final class CsvTable implements AutoCloseable {

  private static final CsvMapper MAPPER =
      CsvMapper.builder()
          .enable(CsvParser.Feature.WRAP_AS_ARRAY)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .build();

  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');

  /** Cells without a value, in lower case, as pandas, astropy, TOPCAT and databases write them. */
  private static final Set<String> UNKNOWN =
      Set.of(
          "", "nan", "-nan", "na", "#na", "n/a", "#n/a", "<na>", "null", "\\n", "none", "-", "--");

  private static final int LONGEST_HEADER = 1 << 20;

  /**
   * A row.
   *
   * @param line its last line in the file, counted from 1
   * @param cells as many as the header has, or not
   */
  record Row(int line, List<String> cells) {}

  private static final int SHOWN = 80;

  private final Path file;
  private final BufferedReader text;
  private final int headerLine;
  private final char separator;
  private final MappingIterator<List<String>> rows;
  private final List<String> header;

  /**
   * Opens a table.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not there, empty or no table
   */
  CsvTable(Path file) throws IOException {
    this.file = file;
    try {
      text = new BufferedReader(reader(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("There is no table " + file + ".", e);
    }
    try {
      int lines = 0;
      String comment = "";
      String first = "";
      do {
        comment = first.startsWith("#") ? first.substring(1) : comment;
        text.mark(LONGEST_HEADER);
        first = text.readLine();
        lines++;
      } while (first != null && isBeforeHeader(first));
      if (first == null) {
        throw new IllegalArgumentException("The table " + file + " is empty.");
      }
      if (first.chars().anyMatch(c -> c < ' ' && c != '\t')) {
        throw new IllegalArgumentException(
            "The file %s is not a CSV table (it may be compressed, or in another format): write it as CSV."
                .formatted(file));
      }
      text.reset();
      headerLine = lines;
      separator = separator(first);
      rows = rows(separator, text);
      List<String> named = cells(comment);
      List<String> cells = cells(first);
      boolean isRow =
          named.size() == cells.size()
              && cells.stream().anyMatch(CsvTable::isNumber)
              && named.stream().noneMatch(CsvTable::isNumber);
      header = isRow ? named : stripped(rows.nextValue());
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  /** A comment, an empty line, or the separator as Excel takes it. */
  private static boolean isBeforeHeader(String line) {
    return line.isBlank() || line.startsWith("#") || line.matches("(?i)\"?sep=.\"?");
  }

  private static Reader reader(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      PushbackInputStream start = new PushbackInputStream(in, 4);
      byte[] magic = start.readNBytes(2);
      start.unread(magic);
      if (magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
        start = new PushbackInputStream(new GZIPInputStream(start), 4);
      }
      return new InputStreamReader(start, charset(start));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The encoding of the byte order mark, which is skipped; UTF-8 without one. */
  private static Charset charset(PushbackInputStream in) throws IOException {
    byte[] mark = in.readNBytes(3);
    int length = 0;
    Charset charset = StandardCharsets.UTF_8;
    if (Arrays.equals(mark, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf})) {
      length = 3;
    } else if (mark.length >= 2 && mark[0] == (byte) 0xff && mark[1] == (byte) 0xfe) {
      length = 2;
      charset = StandardCharsets.UTF_16LE;
    } else if (mark.length >= 2 && mark[0] == (byte) 0xfe && mark[1] == (byte) 0xff) {
      length = 2;
      charset = StandardCharsets.UTF_16BE;
    }
    in.unread(mark, length, mark.length - length);
    return charset;
  }

  /**
   * The one that the header has most of, outside quotes; a blank where it has none of them; a comma
   * where it has one column.
   */
  private static char separator(String header) {
    String unquoted = header.replaceAll("\"[^\"]*\"", "");
    char most = ',';
    for (char each : SEPARATORS) {
      if (count(unquoted, each) > count(unquoted, most)) {
        most = each;
      }
    }
    boolean byBlanks = count(unquoted, most) == 0 && count(unquoted.strip(), ' ') > 0;
    return byBlanks ? ' ' : most;
  }

  private static long count(String text, char letter) {
    return text.chars().filter(c -> c == letter).count();
  }

  /** Blanks between separator and quote are skipped, unless the separator is a blank. */
  private static MappingIterator<List<String>> rows(char separator, Reader text)
      throws IOException {
    char between = separator == ' ' ? '\t' : separator;
    ObjectReader reader =
        MAPPER
            .readerForListOf(String.class)
            .with(CsvSchema.emptySchema().withColumnSeparator(between));
    return between == '\t'
        ? reader.readValues(separator == ' ' ? new Tabbed(new BufferedReader(text)) : text)
        : reader.with(CsvParser.Feature.TRIM_SPACES).readValues(text);
  }

  /** The cells of a single line; none where it is blank, or ends within quotes. */
  private List<String> cells(String line) throws IOException {
    try (MappingIterator<List<String>> cells = rows(separator, new StringReader(line))) {
      return cells.hasNextValue() ? stripped(cells.nextValue()) : List.of();
    } catch (JacksonException endsWithinQuotes) {
      return List.of();
    }
  }

  private static List<String> stripped(List<String> cells) {
    return cells.stream().map(String::strip).toList();
  }

  List<String> header() {
    return header;
  }

  /**
   * The place of a column, whatever the case of its letters.
   *
   * @throws IllegalArgumentException if the header does not name it
   */
  int column(String name) {
    return find(List.of(name)).orElseThrow(() -> noColumn("'" + name + "'"));
  }

  /**
   * The place of a column that has one of these names, whatever the case of its letters.
   *
   * @throws IllegalArgumentException if the header names none of them
   */
  int column(String content, List<String> usualNames) {
    return find(usualNames)
        .orElseThrow(
            () ->
                noColumn(
                    "of %s by a usual name (%s)"
                        .formatted(content, String.join(", ", usualNames))));
  }

  private Optional<Integer> find(List<String> names) {
    return find(file, header, names);
  }

  /**
   * The place of a column that has one of these names, whatever the case of its letters.
   *
   * @param table for the complaint
   * @throws IllegalArgumentException if several columns have the name
   */
  static Optional<Integer> find(Object table, List<String> header, List<String> names) {
    for (String name : names) {
      List<Integer> found =
          IntStream.range(0, header.size())
              .filter(column -> header.get(column).equalsIgnoreCase(name))
              .boxed()
              .toList();
      if (found.size() > 1) {
        throw new IllegalArgumentException(
            "The table %s has %d columns '%s': remove all but one."
                .formatted(table, found.size(), name));
      } else if (!found.isEmpty()) {
        return Optional.of(found.getFirst());
      }
    }
    return Optional.empty();
  }

  private IllegalArgumentException noColumn(String which) {
    String names = String.join(Character.toString(separator), header);
    return new IllegalArgumentException(
        "The table %s has no column %s; its first line is '%s'. The first line must name the columns, separated by commas, semicolons, tabs, bars or blanks."
            .formatted(
                file, which, names.length() > SHOWN ? names.substring(0, SHOWN) + "…" : names));
  }

  /** The next row; empty at the end. */
  Optional<Row> next() throws IOException {
    if (!rows.hasNextValue()) {
      return Optional.empty();
    }
    List<String> cells = stripped(rows.nextValue());
    int line = headerLine - 1 + Math.max(1, rows.getCurrentLocation().getLineNr() - 1);
    int end = cells.size();
    while (end > header.size() && cells.get(end - 1).isEmpty()) { // of a separator at the end
      end--;
    }
    return Optional.of(new Row(line, cells.subList(0, end)));
  }

  /** Whether a cell has no value: it is empty, or says so in one of the usual spellings. */
  static boolean isUnknown(String cell) {
    return UNKNOWN.contains(cell.toLowerCase(Locale.ROOT));
  }

  /**
   * A cell's number; NaN where it is unknown. Its decimal sign may be a comma.
   *
   * @throws NumberFormatException if it is not a number
   */
  static double number(String cell) {
    return isUnknown(cell) ? Double.NaN : decimal(cell).doubleValue();
  }

  /**
   * By how much a cell's number may be off if it was rounded to decimals: half a unit of its last
   * one. Infinite where it is unknown.
   */
  static double rounding(String cell) {
    return isUnknown(cell) ? Double.POSITIVE_INFINITY : 0.5 * decimal(cell).ulp().doubleValue();
  }

  /** The same of a number next to 1 that was rounded to as many significant digits. */
  static double relativeRounding(String cell) {
    return isUnknown(cell)
        ? Double.POSITIVE_INFINITY
        : 0.5 * Math.pow(10, -decimal(cell).precision());
  }

  private static BigDecimal decimal(String cell) {
    try {
      return new BigDecimal(cell.replace(',', '.'));
    } catch (NumberFormatException e) {
      NumberFormatException named = new NumberFormatException("'" + cell + "'");
      named.initCause(e);
      throw named;
    }
  }

  private static boolean isNumber(String cell) {
    try {
      return !Double.isNaN(number(cell));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** What is wrong with a row's number of cells, if anything is. */
  Optional<Problem> misshapen(Row row) {
    return row.cells().size() == header.size()
        ? Optional.empty()
        : Optional.of(
            unreadable(
                row, "has %d cells instead of %d".formatted(row.cells().size(), header.size())));
  }

  Problem unreadable(Row row, String complaint) {
    return new Problem(
        Problem.Kind.UNREADABLE,
        file.toString(),
        "Line %d of %s %s.".formatted(row.line(), file, complaint),
        "lines of %s cannot be used".formatted(file));
  }

  @Override
  public void close() throws IOException {
    rows.close();
    text.close();
  }

  /** Text whose cells blanks separate, with one tab between them instead. */
  private static final class Tabbed extends Reader {

    private final BufferedReader lines;
    private StringReader line = new StringReader("");

    Tabbed(BufferedReader lines) {
      this.lines = lines;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      int read = line.read(buffer, offset, length);
      while (read < 0) {
        String next = lines.readLine();
        if (next == null) {
          return -1;
        }
        line = new StringReader(tabbed(next) + "\n");
        read = line.read(buffer, offset, length);
      }
      return read;
    }

    private static String tabbed(String text) {
      StringBuilder tabbed = new StringBuilder(text.length());
      boolean quoted = false;
      boolean gap = false;
      for (char letter : text.strip().toCharArray()) {
        quoted ^= letter == '"';
        if (quoted || !Character.isWhitespace(letter)) {
          tabbed.append(gap ? "\t" : "").append(letter);
          gap = false;
        } else {
          gap = true;
        }
      }
      return tabbed.toString();
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }
}
