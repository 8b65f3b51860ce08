package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.learn.Loss;
import dev.tuningfork.trainer.learn.Objective;
import dev.tuningfork.trainer.learn.TrainingSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The losses that a training minimises. */
final class LossOptions {

  @Option(
      names = "--loss",
      paramLabel = "NAME[=WEIGHT]",
      mapFallbackValue = "1",
      description =
          "May be repeated; training minimises the weighted sum. cross-entropy of vote fractions;"
              + " squared-error of joint probabilities; dirichlet, the Dirichlet-multinomial"
              + " likelihood, which gives intervals. Default: dirichlet=1 and squared-error=10"
              + " for the whole tree, cross-entropy for one question.")
  Map<String, Double> losses = new LinkedHashMap<>();

  @Option(
      names = "--votes",
      paramLabel = "N",
      description =
          "Assumed number of volunteers per galaxy, for dirichlet. Default: ${DEFAULT-VALUE}.")
  double votes = TrainingSettings.DEFAULT.likelihood().orElseThrow().votes();

  @Option(
      names = "--rule-weight",
      paramLabel = "W",
      description =
          "The weight of the loss of galaxies with only a class. Default:" + " ${DEFAULT-VALUE}.")
  double ruleWeight = Loss.ClassRule.WEIGHT;

  /**
   * The losses, those of the defaults where none is named.
   *
   * @param wholeTree whether the model answers every question of its tree
   * @param classes whether only a class is known of some galaxies
   * @throws ParameterException if there is no loss of a name
   */
  List<Objective.Term> terms(CommandLine line, boolean wholeTree, boolean classes) {
    List<Objective.Term> terms = new ArrayList<>();
    if (losses.isEmpty()) {
      terms.addAll(
          wholeTree
              ? TrainingSettings.DEFAULT.losses()
              : List.of(new Objective.Term(new Loss.CrossEntropy(), 1)));
      terms.replaceAll(
          term ->
              term.loss() instanceof Loss.DirichletMultinomial
                  ? new Objective.Term(new Loss.DirichletMultinomial(votes), term.weight())
                  : term);
    }
    losses.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry -> terms.add(new Objective.Term(loss(line, entry.getKey()), entry.getValue())));
    if (wholeTree && classes) {
      terms.add(new Objective.Term(new Loss.ClassRule(), ruleWeight));
    }
    return terms;
  }

  private Loss loss(CommandLine line, String name) {
    return switch (name) {
      case "cross-entropy" -> new Loss.CrossEntropy();
      case "squared-error" -> new Loss.SquaredError();
      case "dirichlet" -> new Loss.DirichletMultinomial(votes);
      default ->
          throw new ParameterException(
              line,
              "There is no loss '%s'; there are cross-entropy, squared-error and dirichlet."
                  .formatted(name));
    };
  }
}
