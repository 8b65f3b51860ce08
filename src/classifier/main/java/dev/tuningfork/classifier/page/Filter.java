package dev.tuningfork.classifier.page;

import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which galaxies a client wants to see: those for which each of some answers has at least a given
 * probability among those who are asked, and more likely than not is asked at all; and whose images
 * have, or have not, some flags.
 *
 * <p>So samples are drawn from Galaxy Zoo 2: by a threshold on the question's own vote fraction,
 * and on those of the questions that lead to it (Willett et al. 2013). Immutable.
 */
final class Filter {

  /** How probable it must be that the question is asked. */
  private static final double LEAST_ASKED = 0.5;

  private record Condition(Question question, int answer) {}

  private final DecisionTree tree;
  private final List<Condition> conditions;
  private final double least;
  private final Set<QualityFlag> with;
  private final Set<QualityFlag> without;

  private Filter(
      DecisionTree tree,
      List<Condition> conditions,
      double least,
      Set<QualityFlag> with,
      Set<QualityFlag> without) {
    this.tree = tree;
    this.conditions = conditions;
    this.least = least;
    this.with = with;
    this.without = without;
  }

  /**
   * Reads a filter as a client writes it.
   *
   * @param answers ids of answers with commas between, such as {@code a06,a32}; empty for any
   * @param least the least probability of each, 0 to 1; empty for 0.5
   * @param with flags that an image must have, with commas between
   * @param without flags that an image must not have
   * @throws IllegalArgumentException with a sentence, where something is none of these
   */
  static Filter parse(
      DecisionTree tree, String answers, String least, String with, String without) {
    List<Condition> conditions = new ArrayList<>();
    for (String id : items(answers)) {
      conditions.add(condition(tree, id));
    }
    return new Filter(tree, List.copyOf(conditions), least(least), flags(with), flags(without));
  }

  /**
   * Whether a galaxy passes a client's filter, by its answers and its image.
   *
   * @param noticed what was noticed about the image; whether its message is a test ({@link
   *     QualityFlag#TEST}) is only known from the message, and is not checked here
   */
  boolean wants(AnswerProbabilities answers, Set<QualityFlag> noticed) {
    return (conditions.isEmpty() || tree.id().equals(answers.tree().id()))
        && wants(noticed, flag -> flag != QualityFlag.TEST)
        && conditions.stream().allMatch(condition -> holds(condition, answers));
  }

  /** Whether a complete galaxy passes a client's filter. */
  boolean wants(SeenGalaxy galaxy) {
    Set<QualityFlag> flags = galaxy.morphology.flags();
    return wants(galaxy.answers, flags) && wants(flags);
  }

  /** Whether a client's filter lets an image with exactly these flags pass. */
  boolean wants(Set<QualityFlag> flags) {
    return wants(flags, flag -> true);
  }

  private boolean wants(Set<QualityFlag> flags, Predicate<QualityFlag> known) {
    return with.stream().filter(known).allMatch(flags::contains)
        && without.stream().filter(known).noneMatch(flags::contains);
  }

  private boolean holds(Condition condition, AnswerProbabilities answers) {
    Question question = condition.question;
    return answers.answers(question)
        && answers.asked(question).orElse(1) >= LEAST_ASKED
        && answers.conditional(question)[condition.answer] >= least;
  }

  private static Condition condition(DecisionTree tree, String id) {
    for (Question question : tree.questions()) {
      for (int answer = 0; answer < question.answers().size(); answer++) {
        if (question.answers().get(answer).id().equals(id)) {
          return new Condition(question, answer);
        }
      }
    }
    throw new IllegalArgumentException("The tree " + tree.id() + " has no answer " + id + ".");
  }

  private static double least(String text) {
    double least;
    try {
      least = text.isEmpty() ? 0.5 : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "The lowest probability must be a number, not " + text + ".", e);
    }
    if (!(least >= 0 && least <= 1)) {
      throw new IllegalArgumentException(
          "A probability must be between 0 and 1, not " + text + ".");
    }
    return least;
  }

  private static Set<QualityFlag> flags(String text) {
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    for (String name : items(text)) {
      try {
        flags.add(QualityFlag.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("There is no flag " + name + ".", e);
      }
    }
    return flags;
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }
}
