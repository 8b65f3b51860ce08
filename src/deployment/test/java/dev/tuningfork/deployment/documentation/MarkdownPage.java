package dev.tuningfork.deployment.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param file relative to the root of the repository
 * @param lines its text
 */
record MarkdownPage(Path file, List<String> lines) {

  static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

  private static final Pattern FENCE = Pattern.compile("^```(\\w*)$");
  private static final Pattern HEADING = Pattern.compile("^#{1,6} (.*)$");
  private static final Pattern LINK =
      Pattern.compile("\\]\\(([^)\\s]+)\\)|(?:src|href)=\"([^\"]+)\"");
  private static final Pattern FILE_NAME = Pattern.compile("^(?:#|//) ([\\w.-]+\\.\\w+)$");

  /** A block of code: its language, and the number of its first line. */
  record Block(String language, int line, List<String> lines) {

    /** The file that the block is, if its first line is a comment with a file's name. */
    Optional<String> fileName() {
      Matcher name = FILE_NAME.matcher(lines.getFirst());
      return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
    }

    String text() {
      return String.join("\n", lines) + "\n";
    }
  }

  static MarkdownPage read(String file) {
    try {
      return new MarkdownPage(Path.of(file), Files.readAllLines(ROOT.resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every page that people read. */
  static List<MarkdownPage> all() {
    List<MarkdownPage> pages = new ArrayList<>();
    for (String file : List.of("README.md", "CONTRIBUTING.md", "helm/tuning-fork/README.md")) {
      pages.add(read(file));
    }
    pages.addAll(in("docs"));
    return pages;
  }

  /** The pages of a folder and its folders, by name. */
  static List<MarkdownPage> in(String folder) {
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .map(file -> read(ROOT.relativize(file).toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (int at = 0; at < lines.size(); at++) {
      Matcher fence = FENCE.matcher(lines.get(at));
      if (fence.matches()) {
        int end = at + 1;
        while (!lines.get(end).equals("```")) {
          end++;
        }
        blocks.add(new Block(fence.group(1), at + 2, lines.subList(at + 1, end)));
        at = end;
      }
    }
    return blocks;
  }

  /** The lines outside of blocks of code, each at its place; those inside are empty. */
  List<String> prose() {
    List<String> prose = new ArrayList<>(lines);
    for (Block block : blocks()) {
      for (int at = 0; at < block.lines.size(); at++) {
        prose.set(block.line - 1 + at, "");
      }
    }
    return prose;
  }

  List<String> links() {
    return prose().stream()
        .flatMap(line -> LINK.matcher(line).results())
        .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
        .toList();
  }

  /** What a link can lead to within the page, as GitHub names its headings. */
  Set<String> anchors() {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String line : prose()) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        String name =
            heading
                .group(1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
        int before = seen.merge(name, 1, Integer::sum) - 1;
        anchors.add(before == 0 ? name : name + "-" + before);
      }
    }
    return anchors;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
