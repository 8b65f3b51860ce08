package dev.tuningfork.trainer.metrics;

import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Constraint;
import dev.tuningfork.tree.DirichletMultinomial;
import dev.tuningfork.tree.JointColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How well a model answers, over the galaxies that it was asked about.
 *
 * @param galaxies how many of them have vote fractions
 * @param questions one entry for each question that the model answers
 * @param rmse over the tree's joint columns (Kaggle's 37 for Galaxy Zoo 2), where known; empty for
 *     a model of some questions only
 * @param rmseOfTree the same without the quirk of Kaggle's columns, as the tree has them
 * @param rmseOfMean {@code rmse} if every galaxy were given the mean of these galaxies themselves,
 *     the best that an answer which does not look can do
 * @param turning how far answers move when the image turns; empty where each was looked at once
 * @param classes for each class that galaxies have by a stated rule on their votes, those for which
 *     the same class follows from the model's answers with every threshold applied strictly; empty
 *     for a model of some questions only
 * @param nearestClasses for each class that galaxies have by a rule of its own, those whose rule
 *     the model's answers keep better, or miss by less, than the rule of any other such class
 */
public record Metrics(
    int galaxies,
    List<QuestionMetrics> questions,
    OptionalDouble rmse,
    OptionalDouble rmseOfTree,
    OptionalDouble rmseOfMean,
    Optional<Turning> turning,
    SequencedMap<String, Share> classes,
    SequencedMap<String, Share> nearestClasses) {

  /** What a class is called whose rule is that no other class's rule holds. */
  private static final String NO_CLASS = "none";

  public Metrics {
    questions = List.copyOf(questions);
    classes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(classes));
    nearestClasses = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(nearestClasses));
  }

  /**
   * Compares what volunteers said with what a model said.
   *
   * @param questions those that the model answers
   * @param answers picks the answers that are judged
   */
  public static Metrics of(
      List<Question> questions,
      List<Judged> galaxies,
      Function<Judged, AnswerProbabilities> answers) {
    List<Judged> voted = galaxies.stream().filter(g -> g.galaxy().votes().isPresent()).toList();
    boolean wholeTree = answersWholeTree(questions, galaxies);
    List<double[]> truths = new ArrayList<>();
    List<double[]> predictions = new ArrayList<>();
    List<double[]> truthsOfTree = new ArrayList<>();
    List<double[]> predictionsOfTree = new ArrayList<>();
    if (wholeTree) {
      JointColumns joint = JointColumns.of(galaxies.getFirst().upright().tree());
      for (Judged galaxy : voted) {
        double[] truth = joint.of(galaxy.galaxy().votes().orElseThrow().fractions());
        double[] prediction = joint.of(answers.apply(galaxy));
        truths.add(truth);
        predictions.add(prediction);
        truthsOfTree.add(joint.asTheTreeHasThem(truth));
        predictionsOfTree.add(joint.asTheTreeHasThem(prediction));
      }
    }
    int columns = truths.isEmpty() ? 0 : truths.getFirst().length;
    Optional<Turning> turning = turning(questions, galaxies);
    List<QuestionMetrics> figures = new ArrayList<>();
    for (Question question : questions) {
      List<Comparison> comparisons = new ArrayList<>();
      for (Judged galaxy : voted) {
        comparison(question, galaxy.galaxy().votes().orElseThrow(), answers.apply(galaxy))
            .ifPresent(comparisons::add);
      }
      figures.add(
          QuestionMetrics.of(
              question,
              comparisons,
              wholeTree ? errors(question, voted, truths, predictions) : List.of(),
              turning.map(moves -> moves.of(question.id()))));
    }
    return new Metrics(
        voted.size(),
        figures,
        rmse(truths, predictions),
        rmse(truthsOfTree, predictionsOfTree),
        rmse(truths, Collections.nCopies(truths.size(), mean(truths, columns))),
        turning,
        wholeTree ? classes(galaxies, answers) : new LinkedHashMap<>(),
        wholeTree ? nearestClasses(galaxies, answers) : new LinkedHashMap<>());
  }

  private static Optional<Turning> turning(List<Question> questions, List<Judged> galaxies) {
    return !galaxies.isEmpty() && galaxies.stream().allMatch(g -> g.turned().isPresent())
        ? Optional.of(Turning.of(questions, galaxies))
        : Optional.empty();
  }

  private static boolean answersWholeTree(List<Question> questions, List<Judged> galaxies) {
    return !galaxies.isEmpty()
        && questions.size() == galaxies.getFirst().upright().tree().questions().size();
  }

  /** Empty where nobody was asked the question, or nothing is known of it. */
  static Optional<Comparison> comparison(
      Question question, VoteFractions votes, AnswerProbabilities answers) {
    if (votes.asked(question) == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Comparison(
            votes.asked(question),
            votes.fractions().conditional(question),
            answers.conditional(question),
            IntStream.range(0, question.answers().size())
                .mapToObj(answer -> answers.interval(question, answer))
                .flatMap(Optional::stream)
                .toList(),
            DirichletMultinomial.logLikelihood(question, votes, answers)));
  }

  private static List<AnswerError> errors(
      Question question, List<Judged> galaxies, List<double[]> truths, List<double[]> predictions) {
    List<AnswerError> errors = new ArrayList<>();
    int first = galaxies.isEmpty() ? 0 : galaxies.getFirst().upright().tree().firstAnswer(question);
    for (int a = 0; a < question.answers().size(); a++) {
      int known = 0;
      double squares = 0;
      double scatter = 0;
      double votes = 0;
      double probability = 0;
      for (int i = 0; i < galaxies.size(); i++) {
        VoteFractions said = galaxies.get(i).galaxy().votes().orElseThrow();
        double share = truths.get(i)[first + a];
        if (!Double.isNaN(share)) {
          double answered = predictions.get(i)[first + a];
          known++;
          squares += (share - answered) * (share - answered);
          scatter +=
              share
                  * (1 - share)
                  / (Math.max(2, said.volunteers().orElse(AnswerError.USUAL_VOLUNTEERS)) - 1);
          votes += share;
          probability += answered;
        }
      }
      if (known > 0) {
        errors.add(
            new AnswerError(
                question.answers().get(a),
                known,
                squares / known,
                scatter / known,
                votes / known,
                probability / known));
      }
    }
    return errors;
  }

  private static OptionalDouble rmse(List<double[]> truths, List<double[]> predictions) {
    double sum = 0;
    long cells = 0;
    for (int i = 0; i < truths.size(); i++) {
      for (int column = 0; column < truths.get(i).length; column++) {
        double truth = truths.get(i)[column];
        if (!Double.isNaN(truth)) {
          double error = truth - predictions.get(i)[column];
          sum += error * error;
          cells++;
        }
      }
    }
    return cells == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(sum / cells));
  }

  private static double[] mean(List<double[]> rows, int columns) {
    double[] mean = new double[columns];
    Arrays.setAll(
        mean,
        column ->
            rows.stream()
                .mapToDouble(row -> row[column])
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(0));
    return mean;
  }

  private static SequencedMap<String, Share> classes(
      List<Judged> galaxies, Function<Judged, AnswerProbabilities> answers) {
    SequencedMap<String, Share> classes = new LinkedHashMap<>();
    for (Judged judged : galaxies) {
      LabelledGalaxy galaxy = judged.galaxy();
      if (galaxy.className().isPresent() && galaxy.constraint().isPresent()) {
        boolean follows = galaxy.constraint().get().holds(answers.apply(judged));
        classes.merge(galaxy.className().get(), new Share(follows ? 1 : 0, 1), Share::plus);
      }
    }
    return classes;
  }

  private static SequencedMap<String, Share> nearestClasses(
      List<Judged> galaxies, Function<Judged, AnswerProbabilities> answers) {
    SequencedMap<String, Constraint> rules = new LinkedHashMap<>();
    List<Judged> classed = new ArrayList<>();
    for (Judged judged : galaxies) {
      LabelledGalaxy galaxy = judged.galaxy();
      if (galaxy.constraint().isPresent()
          && !galaxy.className().orElse(NO_CLASS).equals(NO_CLASS)) {
        rules.put(galaxy.className().orElseThrow(), galaxy.constraint().get());
        classed.add(judged);
      }
    }
    SequencedMap<String, Share> nearest = new LinkedHashMap<>();
    for (Judged judged : classed) {
      String own = judged.galaxy().className().orElseThrow();
      AnswerProbabilities said = answers.apply(judged);
      String answered =
          rules.entrySet().stream()
              .max(Comparator.comparingDouble(rule -> rule.getValue().slack(said).orElseThrow()))
              .orElseThrow()
              .getKey();
      nearest.merge(own, new Share(answered.equals(own) ? 1 : 0, 1), Share::plus);
    }
    return nearest;
  }

  /**
   * The figures of one question.
   *
   * @throws java.util.NoSuchElementException if the model does not answer it
   */
  public QuestionMetrics question(String id) {
    return questions.stream().filter(q -> q.question().id().equals(id)).findFirst().orElseThrow();
  }

  /** The galaxies whose class follows from the model's answers, among all that have one. */
  public Share followed() {
    return classes.values().stream().reduce(Share.NONE, Share::plus);
  }

  /** The same among those that have a class by a rule of its own, and not because none holds. */
  public Share followedOfNamed() {
    return classes.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(NO_CLASS))
        .map(Map.Entry::getValue)
        .reduce(Share.NONE, Share::plus);
  }

  /**
   * Those whose class's own rule is the nearest to the model's answers, among all with such a
   * class.
   */
  public Share nearest() {
    return nearestClasses.values().stream().reduce(Share.NONE, Share::plus);
  }

  /**
   * The answers whose share of votes lies within the model's 90 % interval, over all questions and
   * the galaxies whose question at least half of the volunteers were asked.
   */
  public Share within() {
    return questions.stream().map(QuestionMetrics::reachedWithin).reduce(Share.NONE, Share::plus);
  }

  /**
   * The part of {@link #rmse} that is the volunteers' own scatter: no model can be without it.
   * Empty for a model of some questions only.
   */
  public OptionalDouble scatter() {
    return AnswerError.scatter(errors());
  }

  /** The part of a question in the sum of squared errors; empty where nothing is known of it. */
  public OptionalDouble shareOfError(QuestionMetrics question) {
    double all = sumOfSquares(errors());
    return question.errors().isEmpty() || all == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(sumOfSquares(question.errors()) / all);
  }

  private List<AnswerError> errors() {
    return questions.stream().flatMap(question -> question.errors().stream()).toList();
  }

  private static double sumOfSquares(List<AnswerError> errors) {
    return errors.stream().mapToDouble(AnswerError::sumOfSquares).sum();
  }

  /**
   * The natural logarithm of the probability of a galaxy's counted votes, all questions together;
   * the mean over the galaxies. Empty where votes were not counted or the model gives no
   * concentrations.
   */
  public OptionalDouble logLikelihood() {
    // the first question is asked of every galaxy, so the most that a question has are all
    long counted =
        questions.stream().mapToLong(question -> question.logLikelihoods().count()).max().orElse(0);
    return counted == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            questions.stream().flatMapToDouble(QuestionMetrics::logLikelihoods).sum() / counted);
  }

  /** The metrics that are not of one question, by name; those that are known. */
  public SequencedMap<String, Double> byName() {
    SequencedMap<String, Double> figures = new LinkedHashMap<>();
    figures.put("galaxies", (double) galaxies);
    rmse.ifPresent(error -> figures.put("rmse", error));
    rmseOfTree.ifPresent(error -> figures.put("rmseOfTree", error));
    rmseOfMean.ifPresent(error -> figures.put("rmseOfMean", error));
    scatter().ifPresent(error -> figures.put("volunteersScatter", error));
    within().value().ifPresent(share -> figures.put("within90Asked", share));
    logLikelihood().ifPresent(mean -> figures.put("logLikelihood", mean));
    followed().value().ifPresent(share -> figures.put("classesFollowed", share));
    followedOfNamed().value().ifPresent(share -> figures.put("namedClassesFollowed", share));
    nearest().value().ifPresent(share -> figures.put("namedClassesNearest", share));
    turning.ifPresent(moves -> figures.put("turning", moves.change()));
    return figures;
  }
}
