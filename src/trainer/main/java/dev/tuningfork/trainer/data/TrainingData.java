package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Constraint;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The galaxies of all data sets, each of them once for each campaign, and split. A galaxy that is
 * in several data sets of a campaign has what all of them say of it; its image, weight and crop are
 * those of the first set that judges, else of the first. If it is held out of one set, whatever the
 * campaign, it is learnt from none.
 *
 * <p>Immutable; images stay on disk.
 *
 * @param training what the network learns from
 * @param heldOut what it is judged on
 * @param sources how many galaxies came from where, in the order of the data sets
 * @param problems what could not be used, and why
 */
public record TrainingData(
    List<Member> training, List<Member> heldOut, List<Source> sources, List<Problem> problems) {

  /** How far two tables' fractions of one galaxy may differ: the digits that a table leaves out. */
  private static final double ROUNDING = 1e-3;

  /**
   * A galaxy and the data set that it belongs to.
   *
   * @param galaxy what is known of it, from all data sets
   * @param dataSet where its image comes from
   */
  public record Member(LabelledGalaxy galaxy, DataSet dataSet) {}

  /**
   * A data set's part.
   *
   * @param dataSet its source and role
   * @param named how many galaxies it has that can be used, those of other data sets included
   * @param training how many galaxies that belong to it the network learns from
   * @param heldOut how many it is judged on
   * @param problems how many things are wrong with it
   */
  public record Source(DataSet dataSet, int named, int training, int heldOut, int problems) {}

  public TrainingData {
    training = List.copyOf(training);
    heldOut = List.copyOf(heldOut);
    sources = List.copyOf(sources);
    problems = List.copyOf(problems);
  }

  /**
   * Reads the data sets.
   *
   * @param strictness what becomes of problems; a source that cannot be used at all ends it always
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if a source cannot be used, if no galaxy can, or if there are
   *     problems and they are to stop it
   */
  public static TrainingData read(List<DataSet> dataSets, HeldOutSplit split, Strictness strictness)
      throws IOException {
    if (new HashSet<>(dataSets).size() < dataSets.size()) {
      throw new IllegalArgumentException("A data set is given twice.");
    }
    record Key(String id, DecisionTree tree) {}
    SequencedMap<Key, Member> members = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    int[] named = new int[dataSets.size()];
    int[] wrong = new int[dataSets.size()];
    for (int i = 0; i < dataSets.size(); i++) {
      DataSet dataSet = dataSets.get(i);
      int before = problems.size();
      Reading reading = dataSet.source().read();
      problems.addAll(reading.problems());
      named[i] = reading.galaxies().size();
      for (LabelledGalaxy galaxy : reading.galaxies()) {
        Member member = new Member(galaxy, dataSet);
        Key key = new Key(galaxy.id(), galaxy.tree());
        Member earlier = members.get(key);
        members.put(key, earlier == null ? member : joined(earlier, member, problems));
      }
      wrong[i] = problems.size() - before;
    }
    strictness.check(problems);
    if (members.isEmpty()) {
      throw new IllegalArgumentException(
          "No galaxy can be used"
              + (problems.isEmpty() ? "." : ": " + problems.getFirst().sentence()));
    }
    List<Member> heldOut =
        members.values().stream()
            .filter(m -> m.dataSet().judged() && split.holdsOut(m.galaxy().id()))
            .toList();
    Set<String> neverLearnt =
        heldOut.stream().map(m -> m.galaxy().id()).collect(Collectors.toSet());
    List<Member> training =
        members.values().stream().filter(m -> !neverLearnt.contains(m.galaxy().id())).toList();
    List<Source> sources = new ArrayList<>();
    for (int i = 0; i < dataSets.size(); i++) {
      DataSet dataSet = dataSets.get(i);
      sources.add(
          new Source(
              dataSet, named[i], count(training, dataSet), count(heldOut, dataSet), wrong[i]));
    }
    return new TrainingData(training, heldOut, sources, problems);
  }

  /**
   * The same with fewer galaxies to learn from, judged on the same ones.
   *
   * @throws IllegalArgumentException if there are not as many as the portion asks for
   */
  public TrainingData learningFrom(Portion portion) {
    List<Member> fewer = portion.of(training);
    return new TrainingData(
        fewer,
        heldOut,
        sources.stream()
            .map(
                source ->
                    new Source(
                        source.dataSet(),
                        source.named(),
                        count(fewer, source.dataSet()),
                        source.heldOut(),
                        source.problems()))
            .toList(),
        problems);
  }

  /** The galaxies of one campaign, in their order. */
  public static List<Member> of(List<Member> members, DecisionTree tree) {
    return members.stream().filter(member -> member.galaxy().tree().equals(tree)).toList();
  }

  /** Of the galaxies that are learnt from and what is said of them, in their order. */
  public String trainingFingerprint() {
    return fingerprint(training);
  }

  /** Of the galaxies that the network is judged on and what is said of them, in their order. */
  public String heldOutFingerprint() {
    return fingerprint(heldOut);
  }

  private static String fingerprint(List<Member> members) {
    Hash hash = new Hash();
    for (Member member : members) {
      LabelledGalaxy galaxy = member.galaxy();
      hash.add(galaxy.id())
          .add(galaxy.votes().map(TrainingData::inNumbers).orElse(""))
          .add(galaxy.constraint().map(Constraint::toString).orElse(""))
          .add(member.dataSet().weight() + " " + member.dataSet().cropPixels());
    }
    return "%,d with hash %s".formatted(members.size(), hash.hex());
  }

  private static String inNumbers(VoteFractions votes) {
    AnswerProbabilities fractions = votes.fractions();
    String counted = votes.volunteers().isPresent() ? votes.volunteers().toString() : "";
    return fractions.tree().questions().stream()
        .filter(fractions::answers)
        .map(q -> q.id() + votes.asked(q) + Arrays.toString(fractions.conditional(q)))
        .collect(Collectors.joining("", counted, ""));
  }

  private static int count(List<Member> members, DataSet dataSet) {
    return (int) members.stream().filter(m -> m.dataSet().equals(dataSet)).count();
  }

  /** What two data sets say of one galaxy. */
  private static Member joined(Member first, Member second, List<Problem> problems) {
    Member home = !first.dataSet().judged() && second.dataSet().judged() ? second : first;
    LabelledGalaxy one = first.galaxy();
    LabelledGalaxy other = second.galaxy();
    Optional<VoteFractions> votes = votes(first, second, problems);
    requireOneClass(first, second, problems);
    Optional<Constraint> constraint = one.constraint().or(other::constraint);
    Optional<String> className = one.className().or(other::className);
    if (votes.isPresent()
        && constraint.isPresent()
        && constraint.get().contradicts(votes.get().fractions())) {
      problems.add(
          contradictory(
              one.id(),
              "has vote fractions that break what its class %s says (%s); the fractions count"
                  .formatted(className.orElse("?"), constraint.get())));
      constraint = Optional.empty();
      className = Optional.empty();
    }
    return new Member(
        new LabelledGalaxy(
            one.id(), one.tree(), home.galaxy().image(), votes, constraint, className),
        home.dataSet());
  }

  /** The votes of the first, unless those of the second agree and answer more questions. */
  private static Optional<VoteFractions> votes(
      Member first, Member second, List<Problem> problems) {
    Optional<VoteFractions> one = first.galaxy().votes();
    Optional<VoteFractions> other = second.galaxy().votes();
    if (one.isEmpty() || other.isEmpty()) {
      return one.or(() -> other);
    }
    AnswerProbabilities a = one.get().fractions();
    AnswerProbabilities b = other.get().fractions();
    Optional<Question> apart = difference(a, b);
    apart.ifPresent(
        question ->
            problems.add(
                contradictory(
                    first.galaxy().id(),
                    "has other vote fractions for question %s in %s than in %s; the first count"
                        .formatted(
                            question.id(),
                            second.dataSet().source().describe(),
                            first.dataSet().source().describe()))));
    return apart.isEmpty() && known(b) > known(a) ? other : one;
  }

  private static void requireOneClass(Member first, Member second, List<Problem> problems) {
    LabelledGalaxy one = first.galaxy();
    LabelledGalaxy other = second.galaxy();
    if (one.constraint().isPresent()
        && other.constraint().isPresent()
        && !one.constraint().equals(other.constraint())
        && !one.className().equals(other.className())) {
      problems.add(
          contradictory(
              one.id(),
              "is of class %s in %s and of class %s in %s; the first counts"
                  .formatted(
                      one.className().orElse("?"),
                      first.dataSet().source().describe(),
                      other.className().orElse("?"),
                      second.dataSet().source().describe())));
    }
  }

  private static Problem contradictory(String id, String complaint) {
    return new Problem(
        Problem.Kind.CONTRADICTORY,
        id,
        "Galaxy %s %s.".formatted(id, complaint),
        "galaxies have conflicting labels in two data sets");
  }

  private static long known(AnswerProbabilities fractions) {
    return fractions.tree().questions().stream().filter(fractions::answers).count();
  }

  /** The first question of which both know something else. */
  private static Optional<Question> difference(AnswerProbabilities a, AnswerProbabilities b) {
    return a.tree().questions().stream()
        .filter(q -> a.answers(q) && b.answers(q))
        .filter(
            q -> {
              double[] x = a.conditional(q);
              double[] y = b.conditional(q);
              for (int i = 0; i < x.length; i++) {
                if (Math.abs(x[i] - y[i]) > ROUNDING) {
                  return true;
                }
              }
              return false;
            })
        .findFirst();
  }
}
