package dev.tuningfork.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A page of the documentation with a computed part between two comments, so that no figure on it
 * was typed.
 *
 * @param file in Markdown
 */
public record Page(Path file) {

  static final String BEGIN = "<!-- measured: written by ./tuning-fork benchmark docs -->";
  static final String END = "<!-- end of what was measured -->";

  /** The page's lines with this as its computed part. */
  public List<String> with(List<String> computed) throws IOException {
    List<String> lines = Files.readAllLines(file);
    int begin = lines.indexOf(BEGIN);
    int end = lines.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(
          "The page %s lacks the lines between which figures are written: %s and %s."
              .formatted(file, BEGIN, END));
    }
    List<String> all = new ArrayList<>(lines.subList(0, begin + 1));
    all.add("");
    all.addAll(computed);
    all.add("");
    all.addAll(lines.subList(end, lines.size()));
    return all;
  }

  /** Writes the page with this as its computed part. */
  public void write(List<String> computed) throws IOException {
    Files.write(file, with(computed));
  }
}
