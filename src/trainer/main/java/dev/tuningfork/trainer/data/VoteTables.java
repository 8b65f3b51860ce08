package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Votes for the answers of a tree, a galaxy a row, in the columns of {@link VoteColumns}. An image
 * is found by the galaxy's id, or by the path in a column {@code file_loc}, as galaxy-datasets has
 * it. A table with several ids, such as Galaxy Zoo 2's public one with {@code objid} and {@code
 * asset_id}, means the first by whose name there is an image. Rows without a vote are left out:
 * they are galaxies of another campaign.
 *
 * @param images the folder of the images
 * @param tables at least one; no galaxy is in two of them
 * @param tree whose answers were voted for
 * @param kind which of the tables' columns are taken
 */
public record VoteTables(Path images, List<Path> tables, DecisionTree tree, LabelKind kind)
    implements GalaxySource {

  private static final List<String> PATHS = List.of("file_loc");
  private static final List<String> IDS =
      Stream.concat(Stream.of("id_str"), LabelledGalaxy.ID_COLUMNS.stream()).toList();

  public VoteTables {
    tables = List.copyOf(tables);
  }

  /**
   * The labels of tables, whose headers decide what they are: Kaggle's columns, or votes.
   *
   * @param tables at least one, all of one form
   * @param tree the one that is to be learnt
   * @param wanted which columns are the votes; where it is empty, counts are taken before fractions
   * @throws IOException if a table cannot be read
   * @throws IllegalArgumentException if a table has no votes for the tree, or several kinds of them
   *     and none of them was wanted
   */
  public static GalaxySource of(
      Path images, List<Path> tables, DecisionTree tree, Optional<LabelKind> wanted)
      throws IOException {
    List<String> first = header(tables.getFirst());
    List<LabelKind> kinds = VoteColumns.kinds(first, tree);
    if (kinds.isEmpty()) {
      boolean kaggle = isKaggles(first);
      boolean galaxyZoo2 = tree.equals(DecisionTree.galaxyZoo2());
      if (kaggle && !galaxyZoo2) {
        throw new IllegalArgumentException(
            "The table %s has Kaggle's columns, which are those of the tree gz2, not of %s: use --tree gz2."
                .formatted(tables.getFirst(), tree.id()));
      }
      if (galaxyZoo2 && (kaggle || suggestion(first).isEmpty())) {
        return new KaggleTables(images, tables);
      }
      throw noVotes(tables.getFirst(), first, List.of(tree));
    }
    return new VoteTables(images, tables, tree, kind(tables.getFirst(), kinds, tree, wanted));
  }

  /**
   * The labels of tables, each for those of several trees whose columns it has.
   *
   * @param tables at least one
   * @param trees those that are to be learnt
   * @param wanted which columns are the votes; where it is empty, counts are taken before fractions
   * @return a source for each tree that has a table
   * @throws IOException if a table cannot be read
   * @throws IllegalArgumentException if a table has no votes for any of the trees, or a column that
   *     may be of two of them
   */
  public static List<GalaxySource> of(
      Path images, List<Path> tables, List<DecisionTree> trees, Optional<LabelKind> wanted)
      throws IOException {
    if (trees.size() == 1) {
      return List.of(of(images, tables, trees.getFirst(), wanted));
    }
    SequencedMap<DecisionTree, List<Path>> byTree = new LinkedHashMap<>();
    for (Path table : tables) {
      List<String> header = header(table);
      List<DecisionTree> own = trees.stream().filter(tree -> has(header, tree)).toList();
      if (own.isEmpty()) {
        throw noVotes(table, header, trees);
      }
      requireDistinct(table, header, own);
      own.forEach(tree -> byTree.computeIfAbsent(tree, _ -> new ArrayList<>()).add(table));
    }
    List<GalaxySource> sources = new ArrayList<>();
    for (Map.Entry<DecisionTree, List<Path>> each : byTree.entrySet()) {
      sources.add(of(images, each.getValue(), each.getKey(), wanted));
    }
    return sources;
  }

  private static boolean has(List<String> header, DecisionTree tree) {
    return !VoteColumns.kinds(header, tree).isEmpty()
        || (tree.equals(DecisionTree.galaxyZoo2()) && isKaggles(header));
  }

  private static boolean isKaggles(List<String> header) {
    return header.stream().anyMatch(KaggleColumns.NAMES.getFirst()::equalsIgnoreCase);
  }

  /** Without the campaign in its name, a column may have been meant for either of two trees. */
  private static void requireDistinct(Path table, List<String> header, List<DecisionTree> trees) {
    Map<Integer, DecisionTree> owners = new HashMap<>();
    for (DecisionTree tree : trees) {
      for (int place : VoteColumns.places(header, tree)) {
        DecisionTree other = owners.put(place, tree);
        if (other != null) {
          throw new IllegalArgumentException(
              "The column %s of the table %s may be of the tree %s or of %s: put the campaign into the names of such columns, as in %s."
                  .formatted(header.get(place), table, other.id(), tree.id(), example(tree)));
        }
      }
    }
  }

  private static List<String> header(Path table) throws IOException {
    try (LabelRows rows = LabelRows.open(table)) {
      return rows.header();
    }
  }

  private static LabelKind kind(
      Path table, List<LabelKind> kinds, DecisionTree tree, Optional<LabelKind> wanted) {
    if (wanted.isPresent()) {
      if (!kinds.contains(wanted.get())) {
        throw new IllegalArgumentException(
            "The table %s has no %s of the tree %s: --label-kind may be %s."
                .formatted(table, wanted.get(), tree.id(), LabelKind.options(kinds)));
      }
      return wanted.get();
    }
    boolean alike = kinds.stream().allMatch(k -> k == LabelKind.COUNT || k == LabelKind.FRACTION);
    if (kinds.size() > 1 && !alike) {
      throw new IllegalArgumentException(
          "The table %s has several kinds of votes: choose with --label-kind %s."
              .formatted(table, LabelKind.options(kinds).replace(", ", " or ")));
    }
    return kinds.getFirst();
  }

  private static IllegalArgumentException noVotes(
      Path table, List<String> header, List<DecisionTree> trees) {
    return new IllegalArgumentException(
        "The table %s has no column of votes for the tree %s, such as %s.%s"
            .formatted(
                table,
                trees.stream().map(DecisionTree::id).collect(Collectors.joining(" or ")),
                example(trees.getFirst()),
                suggestion(header)
                    .map(
                        id ->
                            " Its columns are those of the tree %s: use --tree %s."
                                .formatted(id, id))
                    .orElse("")));
  }

  private static String example(DecisionTree tree) {
    return tree.zoobotColumns(tree.root()).getFirst();
  }

  /** The built-in tree whose votes a table has. */
  private static Optional<String> suggestion(List<String> header) {
    return DecisionTree.builtIn().stream()
        .filter(id -> !VoteColumns.kinds(header, DecisionTree.byId(id)).isEmpty())
        .findFirst();
  }

  /**
   * The questions that at least one table has votes for.
   *
   * @throws IOException if a table cannot be read
   */
  public Set<Question> questions() throws IOException {
    Set<Question> questions = new HashSet<>();
    for (Path table : tables) {
      questions.addAll(VoteColumns.questions(header(table), tree, kind));
    }
    return questions;
  }

  @Override
  public Reading read() throws IOException {
    ImageFolder folder = new ImageFolder(images);
    Part part = new Part(folder, new ArrayList<>(), new ArrayList<>(), new HashSet<>());
    for (Path table : tables) {
      try (LabelRows rows = LabelRows.open(table)) {
        read(table, rows, part);
      }
    }
    return new Reading(part.galaxies, part.problems);
  }

  /** What has been read so far. */
  private record Part(
      ImageFolder folder,
      List<LabelledGalaxy> galaxies,
      List<Problem> problems,
      Set<String> seen) {}

  private void read(Path table, LabelRows rows, Part part) throws IOException {
    if (!VoteColumns.has(rows.header(), tree, kind)) {
      throw noVotes(table, rows.header(), List.of(tree));
    }
    VoteColumns columns = VoteColumns.find(String.valueOf(table), rows.header(), tree, kind);
    Optional<Integer> path = CsvTable.find(table, rows.header(), PATHS);
    List<Integer> ids =
        Stream.concat(
                IDS.stream().map(name -> CsvTable.find(table, rows.header(), List.of(name))),
                Stream.of(path))
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    if (ids.isEmpty()) {
      throw new IllegalArgumentException(
          "The table %s has no column of ids by a usual name (%s), and no file_loc."
              .formatted(table, String.join(", ", IDS)));
    }
    long number = 0;
    for (var row = rows.next(); row.isPresent(); row = rows.next()) {
      number++;
      List<String> cells = row.get();
      if (cells.size() != rows.header().size()) {
        part.problems.add(
            unreadable(
                table,
                number,
                "has %d cells instead of %d".formatted(cells.size(), rows.header().size())));
        continue;
      }
      galaxy(table, number, cells, columns, ids, path, part);
    }
  }

  private void galaxy(
      Path table,
      long number,
      List<String> cells,
      VoteColumns columns,
      List<Integer> idColumns,
      Optional<Integer> path,
      Part part) {
    Optional<Path> byPath = path.flatMap(column -> located(cells.get(column), part.folder));
    List<String> ids = idColumns.stream().map(column -> part.folder.id(cells.get(column))).toList();
    String id =
        ids.stream()
            .filter(each -> byPath.isPresent() || part.folder.image(each).isPresent())
            .findFirst()
            .orElse(ids.getFirst());
    Optional<Path> image = byPath.or(() -> part.folder.image(id));
    try {
      Optional<VoteFractions> votes = columns.votes(id, cells);
      if (votes.isEmpty()) {
        part.problems.add(
            new Problem(
                Problem.Kind.MISSING,
                id,
                "Galaxy %s of %s has no vote for a question of the tree %s."
                    .formatted(id, table, tree.id()),
                "galaxies of %s have no vote for a question of the tree %s"
                    .formatted(table, tree.id())));
      } else if (!part.seen.add(id)) {
        part.problems.add(Problem.duplicate(table, id));
      } else if (image.isEmpty()) {
        part.problems.add(part.folder.missing(id, table));
      } else {
        part.galaxies.add(LabelledGalaxy.of(votes.get(), image.get()));
      }
    } catch (NumberFormatException e) {
      part.problems.add(
          unreadable(table, number, "has a cell that is not a number: " + e.getMessage()));
    } catch (IllegalArgumentException e) {
      part.problems.add(
          new Problem(
              Problem.Kind.CONTRADICTORY,
              id,
              table + ": " + e.getMessage(),
              "galaxies of %s have votes that cannot be".formatted(table)));
    }
  }

  /** The file of a path that was written on another machine, perhaps. */
  private Optional<Path> located(String cell, ImageFolder folder) {
    if (cell.isEmpty()) {
      return Optional.empty();
    }
    Path named = images.resolve(cell);
    return Files.isRegularFile(named) ? Optional.of(named) : folder.image(folder.id(cell));
  }

  private static Problem unreadable(Path table, long row, String complaint) {
    return new Problem(
        Problem.Kind.UNREADABLE,
        String.valueOf(table),
        "Row %,d of %s %s.".formatted(row, table, complaint),
        "rows of %s cannot be used".formatted(table));
  }

  @Override
  public String describe() {
    return "images of %s with %s (%s) of %s"
        .formatted(GalaxySource.shortened(images), kind, tree.id(), GalaxySource.shortened(tables));
  }
}
