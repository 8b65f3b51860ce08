package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where a table has the votes for the answers of a tree.
 *
 * <p>Columns are named as Zoobot and galaxy-datasets name them ({@code bar-dr5_strong}, {@code
 * bar-dr5_strong_fraction}, {@code bar-dr5_total-votes}; the campaign may be missing, and the
 * tree's own keys do too), or as Galaxy Zoo 2's public table does ({@code t03_bar_a06_bar_count},
 * Hart et al. 2016). Case does not matter, nor does {@code -} or {@code _}.
 */
final class VoteColumns {

  private static final List<String> VOLUNTEERS = List.of("total_classifications");

  private final DecisionTree tree;
  private final LabelKind kind;

  /** For each answer in the tree's order the place of its column; −1 where the table has none. */
  private final int[] answers;

  /** For each question the place of its number of votes, or −1. */
  private final int[] totals;

  /** The place of the number of volunteers who looked at the galaxy, or −1. */
  private final int volunteers;

  private VoteColumns(
      DecisionTree tree, LabelKind kind, int[] answers, int[] totals, int volunteers) {
    this.tree = tree;
    this.kind = kind;
    this.answers = answers;
    this.totals = totals;
    this.volunteers = volunteers;
  }

  /** The kinds of votes that a table has for at least one question of a tree. */
  static List<LabelKind> kinds(List<String> header, DecisionTree tree) {
    List<String> names = header.stream().map(VoteColumns::plain).toList();
    return Arrays.stream(LabelKind.values()).filter(kind -> named(names, tree, kind)).toList();
  }

  /** The places of all columns that a table has for the answers of a tree. */
  static Set<Integer> places(List<String> header, DecisionTree tree) {
    List<String> names = header.stream().map(VoteColumns::plain).toList();
    return kinds(header, tree).stream()
        .flatMapToInt(
            kind ->
                tree.questions().stream()
                    .flatMapToInt(q -> Arrays.stream(places(names, tree, q, kind))))
        .filter(place -> place >= 0)
        .boxed()
        .collect(Collectors.toSet());
  }

  /** Whether a table has votes of a kind for at least one question of a tree. */
  static boolean has(List<String> header, DecisionTree tree, LabelKind kind) {
    return named(header.stream().map(VoteColumns::plain).toList(), tree, kind);
  }

  /** The questions that a table has votes of a kind for. */
  static Set<Question> questions(List<String> header, DecisionTree tree, LabelKind kind) {
    List<String> names = header.stream().map(VoteColumns::plain).toList();
    return tree.questions().stream()
        .filter(q -> Arrays.stream(places(names, tree, q, kind)).allMatch(i -> i >= 0))
        .collect(Collectors.toSet());
  }

  private static boolean named(List<String> names, DecisionTree tree, LabelKind kind) {
    return tree.questions().stream()
        .anyMatch(q -> Arrays.stream(places(names, tree, q, kind)).allMatch(i -> i >= 0));
  }

  /**
   * Finds the columns.
   *
   * @param table its name, for complaints
   * @param kind one of {@link #kinds}
   * @throws IllegalArgumentException if a question has columns for some of its answers only, or a
   *     column for an answer that it does not have
   */
  static VoteColumns find(String table, List<String> header, DecisionTree tree, LabelKind kind) {
    List<String> names = header.stream().map(VoteColumns::plain).toList();
    int[] answers = new int[tree.answerCount()];
    int[] totals = new int[tree.questions().size()];
    for (int q = 0; q < totals.length; q++) {
      Question question = tree.questions().get(q);
      int[] places = places(names, tree, question, kind);
      long missing = Arrays.stream(places).filter(i -> i < 0).count();
      if (missing > 0 && missing < places.length) {
        int lacking =
            IntStream.range(0, places.length).filter(a -> places[a] < 0).findFirst().orElseThrow();
        throw new IllegalArgumentException(
            "The table %s has columns for some answers of question %s only; there is none for '%s', such as %s. Add it, or remove the question's other columns; for a table of another campaign, name its tree with --tree."
                .formatted(
                    table,
                    question.id(),
                    question.answers().get(lacking).key(),
                    names(tree, question, lacking, kind).findFirst().orElseThrow()));
      }
      requireNoOther(table, header, names, tree, question);
      System.arraycopy(places, 0, answers, tree.firstAnswer(question), places.length);
      totals[q] =
          questionNames(tree, question)
              .flatMap(name -> Stream.of(name + "_total_votes", name + "_total_count"))
              .mapToInt(names::indexOf)
              .filter(i -> i >= 0)
              .findFirst()
              .orElse(-1);
    }
    int volunteers = VOLUNTEERS.stream().mapToInt(names::indexOf).max().orElse(-1);
    IntStream.concat(
            IntStream.concat(Arrays.stream(answers), Arrays.stream(totals)),
            IntStream.of(volunteers))
        .filter(place -> place >= 0 && names.lastIndexOf(names.get(place)) > place)
        .findFirst()
        .ifPresent(
            place -> {
              throw new IllegalArgumentException(
                  "The table %s has several columns '%s': remove all but one."
                      .formatted(table, header.get(place)));
            });
    return new VoteColumns(tree, kind, answers, totals, volunteers);
  }

  /** A column of this campaign that no answer has, where it could be mistaken for one. */
  private static void requireNoOther(
      String table, List<String> header, List<String> names, DecisionTree tree, Question question) {
    String prefix = plain(tree.zoobotName(question)) + "_";
    List<String> known = new ArrayList<>(List.of("total", "total_votes", "total_count"));
    tree.zoobot(question).answers().forEach((name, answer) -> known.add(plain(name)));
    question.answers().forEach(answer -> known.add(plain(answer.key())));
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.startsWith(prefix)) {
        String answer =
            name.substring(prefix.length())
                .replaceFirst("_(weighted_fraction|fraction|debiased|weight|count)$", "");
        if (!known.contains(answer)) {
          throw new IllegalArgumentException(
              "The table %s has the column %s, but question %s of tree %s has no such answer; it has %s. Is it a table of another campaign, whose --tree is another?"
                  .formatted(
                      table,
                      header.get(i),
                      question.id(),
                      tree.id(),
                      String.join(", ", tree.zoobot(question).answers().keySet())));
        }
      }
    }
  }

  private static int[] places(
      List<String> names, DecisionTree tree, Question question, LabelKind kind) {
    return IntStream.range(0, question.answers().size())
        .map(
            a ->
                names(tree, question, a, kind)
                    .mapToInt(names::indexOf)
                    .filter(i -> i >= 0)
                    .findFirst()
                    .orElseGet(() -> inPublicTable(names, question, a, kind)))
        .toArray();
  }

  private static int inPublicTable(
      List<String> names, Question question, int answer, LabelKind kind) {
    Pattern pattern =
        Pattern.compile(
            "%s_.*_%s_.*(?<!weighted)_%s"
                .formatted(
                    Pattern.quote(plain(question.id())),
                    Pattern.quote(plain(question.answers().get(answer).id())),
                    kind.suffix()));
    return IntStream.range(0, names.size())
        .filter(i -> pattern.matcher(names.get(i)).matches())
        .findFirst()
        .orElse(-1);
  }

  /** The names that the column of an answer may have. */
  private static Stream<String> names(
      DecisionTree tree, Question question, int answer, LabelKind kind) {
    String key = question.answers().get(answer).key();
    String zoobot =
        tree.zoobot(question).answers().entrySet().stream()
            .filter(entry -> entry.getValue().key().equals(key))
            .findFirst()
            .orElseThrow()
            .getKey();
    String suffix = kind == LabelKind.COUNT ? "" : "_" + kind.suffix();
    return questionNames(tree, question)
        .flatMap(
            name ->
                Stream.of(zoobot, key).distinct().map(each -> plain(name + "_" + each + suffix)));
  }

  private static Stream<String> questionNames(DecisionTree tree, Question question) {
    return Stream.of(tree.zoobot(question).name(), question.key())
        .distinct()
        .flatMap(name -> Stream.of(plain(name + "-" + tree.campaign()), plain(name)));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
  }

  /**
   * The votes of a row.
   *
   * @return empty where the row has none
   * @throws NumberFormatException if a cell is not a number
   * @throws IllegalArgumentException if the numbers cannot be votes
   */
  Optional<VoteFractions> votes(String id, List<String> cells) {
    double[] values = new double[answers.length];
    for (int a = 0; a < answers.length; a++) {
      values[a] = number(cells, answers[a]);
      if (values[a] < 0) {
        throw new IllegalArgumentException(
            "Galaxy %s has %s for an answer; votes and fractions are 0 or more."
                .formatted(id, cells.get(answers[a])));
      }
    }
    if (Arrays.stream(values).noneMatch(value -> value > 0)) {
      return Optional.empty();
    }
    double[] counted = Arrays.stream(totals).mapToDouble(place -> number(cells, place)).toArray();
    return Optional.of(
        kind.counted()
            ? VoteFractions.ofCounts(id, tree, values)
            : VoteFractions.ofFractions(id, tree, values, counted, number(cells, volunteers)));
  }

  private static double number(List<String> cells, int place) {
    return place < 0 ? Double.NaN : CsvTable.number(cells.get(place));
  }
}
