package dev.tuningfork.trainer.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Something that is wrong with the data.
 *
 * @param kind what went wrong
 * @param what the galaxy's id, or the file
 * @param sentence what was wrong and where, for a person
 * @param alike the same about many, behind their number: "galaxies of labels.csv have no image"
 */
public record Problem(Kind kind, String what, String sentence, String alike) {

  /** So many problems that are alike are listed one by one. */
  private static final int LISTED = 3;

  /** What went wrong. */
  public enum Kind {
    /** A labelled galaxy has no image, or no label where one is due. */
    MISSING,
    /** An image or a row that cannot be read. */
    UNREADABLE,
    /** What is said of a galaxy breaks the tree, or two sources say different things of it. */
    CONTRADICTORY,
    /** A source names a galaxy a second time. */
    DUPLICATE
  }

  /** A table names a galaxy a second time. */
  static Problem duplicate(Path table, String id) {
    return new Problem(
        Kind.DUPLICATE,
        id,
        "Galaxy %s of %s has been named before; its first row counts.".formatted(id, table),
        "rows of %s repeat a galaxy".formatted(table));
  }

  /** All of them in words: a sentence for each, or one with a number for many that are alike. */
  public static List<String> sentences(List<Problem> problems) {
    SequencedMap<String, List<Problem>> groups =
        problems.stream()
            .collect(
                Collectors.groupingBy(
                    Problem::alike, LinkedHashMap::new, Collectors.toUnmodifiableList()));
    return groups.values().stream().flatMap(Problem::inWords).toList();
  }

  private static Stream<String> inWords(List<Problem> alike) {
    return alike.size() <= LISTED
        ? alike.stream().map(Problem::sentence)
        : Stream.of(
            String.format(
                Locale.ROOT,
                "%,d %s. The first: %s",
                alike.size(),
                alike.getFirst().alike(),
                alike.getFirst().sentence()));
  }
}
