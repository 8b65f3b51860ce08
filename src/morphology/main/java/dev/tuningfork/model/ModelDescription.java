package dev.tuningfork.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.tree.DecisionTree;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * The description of a model: everything but its weights.
 *
 * @param name such as {@code alexnet-lite-gz2}
 * @param version such as {@code 1.0.0}
 * @param tree the tree whose questions the model answers
 * @param questions the ids of the questions that it answers, in the order of its outputs
 * @param architecture a name from {@link Architectures}, or {@link #TORCHSCRIPT}
 * @param output what the network's outputs are; logits or concentrations for every architecture of
 *     this product
 * @param input how images are prepared for it
 * @param training what it was trained on and how: any JSON object
 * @param metrics what it reached on held-out galaxies: for each question's id, figures by name;
 *     figures over all questions are under {@code all}
 */
public record ModelDescription(
    String name,
    String version,
    DecisionTree tree,
    List<String> questions,
    String architecture,
    Output output,
    InputSpec input,
    SequencedMap<String, Object> training,
    SequencedMap<String, SequencedMap<String, Double>> metrics) {

  /** What {@link #bfloat16Error} is named in what the training was. */
  public static final String BFLOAT16_ERROR = "bfloat16Error";

  /** What {@link #bfloat16Untried} is named in what the training was. */
  public static final String BFLOAT16_UNTRIED = "bfloat16Untried";

  /** The architecture of a model that was made elsewhere and comes as a TorchScript module. */
  public static final String TORCHSCRIPT = "torchscript";

  /** What a network's outputs are. */
  public enum Output {
    /** A softmax over each question's outputs is still to be taken. */
    LOGITS,
    /** Each question's outputs are conditional probabilities, which sum to 1. */
    PROBABILITIES,
    /**
     * Each question's outputs are the logarithms of the concentrations of a Dirichlet distribution
     * over its vote fractions, taken to lie within −10 and 10. The conditional probabilities are
     * its mean, so they are the softmax of the outputs; the common part of a question's outputs
     * gives the uncertainty, and from it {@link dev.tuningfork.tree.AnswerProbabilities#interval
     * intervals}.
     */
    CONCENTRATIONS;

    @JsonCreator
    static Output fromJson(String name) {
      for (Output output : values()) {
        if (output.toJson().equals(name)) {
          return output;
        }
      }
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is not a kind of output: logits, probabilities and concentrations are known.");
    }

    @JsonValue
    String toJson() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public ModelDescription {
    questions = List.copyOf(questions);
    training = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(training));
    metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
    if (questions.isEmpty() || new HashSet<>(questions).size() != questions.size()) {
      throw new IllegalArgumentException(
          "A model answers at least one question and each one once, not " + questions + ".");
    }
    questions.forEach(tree::question);
    if (!architecture.equals(TORCHSCRIPT)) {
      Architectures.named(architecture);
      if (output == Output.PROBABILITIES) {
        throw new IllegalArgumentException(
            "The outputs of architecture " + architecture + " are logits or concentrations.");
      }
    }
  }

  /** The description of a model that says nothing yet about its training. */
  public static ModelDescription of(
      String name, String version, DecisionTree tree, String architecture, InputSpec input) {
    return new ModelDescription(
        name,
        version,
        tree,
        tree.questions().stream().map(question -> question.id()).toList(),
        architecture,
        Output.LOGITS,
        input,
        new LinkedHashMap<>(),
        new LinkedHashMap<>());
  }

  /** The same for some of the tree's questions. */
  public ModelDescription answering(List<String> questionIds) {
    return new ModelDescription(
        name, version, tree, questionIds, architecture, output, input, training, metrics);
  }

  /** The same with other outputs. */
  public ModelDescription giving(Output other) {
    return new ModelDescription(
        name, version, tree, questions, architecture, other, input, training, metrics);
  }

  /** The same with what its training was and what it reached. */
  public ModelDescription trained(
      SequencedMap<String, Object> how,
      SequencedMap<String, SequencedMap<String, Double>> reached) {
    return new ModelDescription(
        name, version, tree, questions, architecture, output, input, how, reached);
  }

  /**
   * By how much a probability in bfloat16 differed at most from that in float32, on the galaxies
   * that the model was judged on; empty where its training does not say.
   */
  public OptionalDouble bfloat16Error() {
    return training.get(BFLOAT16_ERROR) instanceof Number error
        ? OptionalDouble.of(error.doubleValue())
        : OptionalDouble.empty();
  }

  /**
   * Why the model was not tried in bfloat16 when it was judged, such as a processor that cannot
   * compute so; empty where it was tried, or where its training does not say.
   */
  public Optional<String> bfloat16Untried() {
    return training.get(BFLOAT16_UNTRIED) instanceof String reason
        ? Optional.of(reason)
        : Optional.empty();
  }

  /** The questions with the number of their answers, in the order of the outputs. */
  public List<Head> heads() {
    return Head.of(questions.stream().map(tree::question).toList());
  }

  /**
   * The network, for a model whose architecture is one of this product's.
   *
   * @throws IllegalArgumentException for a TorchScript module
   */
  public Network network() {
    return Architectures.named(architecture)
        .describe(input.channels().count(), input.size(), heads());
  }
}
