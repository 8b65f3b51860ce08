package dev.tuningfork.network.module;

import dev.tuningfork.network.Head;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.torchscript.Tensor;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Writes what makes probabilities of a network's outputs, as TorchScript: from {@code x}, batch ×
 * answers, to {@code probability}, {@code asked} and {@code joint}.
 *
 * <p>The answers are laid in a grid, one row a question, and whatever place has none holds a
 * probability of 0. So every question's softmax is one instruction, and so is every step down the
 * tree: the joint probabilities of all answers, times which question each leads to, are the
 * probabilities that the questions are asked. After as many steps as the longest walk has, nothing
 * changes any more.
 */
final class AnswersCode {

  private final DecisionTree tree;
  private final List<Head> heads;
  private final int answers;
  private final int columns;

  private AnswersCode(DecisionTree tree, List<Head> heads) {
    this.tree = tree;
    this.heads = heads;
    this.answers = heads.stream().mapToInt(Head::answers).sum();
    this.columns = heads.stream().mapToInt(Head::answers).max().orElseThrow();
  }

  /**
   * @param largestLog where the outputs are the logarithms of concentrations, within what they are
   *     taken to lie; 0 where they are logits
   */
  static void write(ModuleCode code, DecisionTree tree, List<Head> heads, double largestLog) {
    AnswersCode answers = new AnswersCode(tree, heads);
    if (largestLog > 0) {
      code.line("x = torch.clamp(x, %s, %s)", -largestLog, largestLog);
    }
    answers.write(code);
    if (largestLog > 0) {
      code.line("concentrations = torch.exp(x)");
    }
  }

  private void write(ModuleCode code) {
    int questions = heads.size();
    String grid = code.attribute("answers.grid", Tensor.of(grid()));
    String order = code.attribute("answers.order", Tensor.of(places()));
    String leadTo =
        code.attribute(
            "answers.leads_to",
            Tensor.of(Arithmetic.FLOAT32, List.of(questions * columns, questions), leads()));
    String first =
        code.attribute("questions.root", ofQuestions(one -> one.equals(tree.root()) ? 1 : 0));
    code.line("padded = torch.constant_pad_nd(x, [0, 1], -inf)");
    code.line(
        "conditional = torch.softmax(torch.reshape(torch.index_select(padded, 1, %s), [-1, %d, %d]), 2)",
        grid, questions, columns);
    code.line("asked = torch.repeat(%s, [torch.size(x, 0), 1])", first);
    for (int step = 1; step < longestWalk(tree.root()); step++) {
      code.line(
          "asked = torch.addmm(%s, torch.flatten(torch.mul(conditional, torch.unsqueeze(asked, 2)), 1), %s)",
          first, leadTo);
    }
    if (heads.stream().anyMatch(head -> !known(tree.question(head.question())))) {
      code.line(
          "asked = torch.add(asked, %s)",
          code.attribute("questions.unknown", ofQuestions(one -> known(one) ? 0 : Float.NaN)));
    }
    code.line("probability = torch.index_select(torch.flatten(conditional, 1), 1, %s)", order);
    code.line(
        "joint = torch.index_select(torch.flatten(torch.mul(conditional, torch.unsqueeze(asked, 2)), 1), 1, %s)",
        order);
  }

  /** The place in the grid of each answer. */
  private int[] places() {
    return IntStream.range(0, heads.size())
        .flatMap(q -> IntStream.range(0, heads.get(q).answers()).map(a -> q * columns + a))
        .toArray();
  }

  /** The answer in each place; in an empty one, the column of the padding. */
  private int[] grid() {
    int[] grid = new int[heads.size() * columns];
    Arrays.fill(grid, answers);
    int answer = 0;
    for (int place : places()) {
      grid[place] = answer++;
    }
    return grid;
  }

  /** Whether the answer in a place leads to a question, places × questions. */
  private float[] leads() {
    int questions = heads.size();
    float[] leads = new float[questions * columns * questions];
    for (int q = 0; q < questions; q++) {
      List<Answer> own = tree.question(heads.get(q).question()).answers();
      for (int a = 0; a < own.size(); a++) {
        int next = own.get(a).next().map(this::head).orElse(-1);
        if (next >= 0) {
          leads[(q * columns + a) * questions + next] = 1;
        }
      }
    }
    return leads;
  }

  private Tensor ofQuestions(ToDoubleFunction<Question> number) {
    float[] numbers = new float[heads.size()];
    for (int q = 0; q < numbers.length; q++) {
      numbers[q] = (float) number.applyAsDouble(tree.question(heads.get(q).question()));
    }
    return Tensor.of(Arithmetic.FLOAT32, List.of(1, numbers.length), numbers);
  }

  private int head(String question) {
    for (int q = 0; q < heads.size(); q++) {
      if (heads.get(q).question().equals(question)) {
        return q;
      }
    }
    return -1;
  }

  /** Whether the model answers every question that may lead to this one. */
  private boolean known(Question question) {
    return tree.questions().stream()
        .filter(
            parent ->
                parent.answers().stream()
                    .anyMatch(answer -> answer.next().filter(question.id()::equals).isPresent()))
        .allMatch(parent -> head(parent.id()) >= 0 && known(parent));
  }

  /** The number of questions on the longest walk from this one on. */
  private int longestWalk(Question question) {
    return 1
        + question.answers().stream()
            .flatMap(answer -> answer.next().stream())
            .distinct()
            .mapToInt(next -> longestWalk(tree.question(next)))
            .max()
            .orElse(0);
  }
}
