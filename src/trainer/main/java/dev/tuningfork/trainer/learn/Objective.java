package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.JointColumns;
import dev.tuningfork.tree.Question;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What training minimises: a weighted sum of {@link Loss losses}, computed on whole batches.
 *
 * <p>The tree becomes two matrices: one adds up a question's answers, the other leads from an
 * answer to the question that it opens. So the softmax of each question, the probability that it is
 * asked and the joint probabilities are a few products over the whole batch instead of some hundred
 * small operations. The matrices live as long as the manager.
 */
public final class Objective {

  /** Raw outputs are clamped to this before they become concentrations; e¹⁰ is 22,026 votes. */
  private static final float LARGEST_LOG_CONCENTRATION = 10;

  private final List<Term> terms;
  private final NDArray questionOfAnswer;
  private final NDArray opened;
  private final NDArray askedOfAll;
  private final int depth;

  /** A loss and how much it counts. */
  public record Term(Loss loss, double weight) {

    /** For a model's card and manifest. */
    public String describe() {
      return weight + " × " + loss;
    }
  }

  /**
   * @throws IllegalArgumentException if a loss needs the whole tree and the questions are not
   */
  Objective(NDManager manager, Campaign campaign, List<Term> terms) {
    this.terms = List.copyOf(terms);
    List<Question> questions = campaign.questions();
    if (!campaign.isWhole() && terms.stream().anyMatch(term -> needsTree(term.loss()))) {
      throw new IllegalArgumentException(
          "Squared error and class rules need joint probabilities, and so a model of the whole"
              + " tree, not of some questions.");
    }
    int answers = campaign.answers();
    float[] belongs = new float[answers * questions.size()];
    float[] opens = new float[answers * questions.size()];
    float[] all = new float[questions.size()];
    List<String> ids = questions.stream().map(Question::id).toList();
    JointColumns columns = JointColumns.of(campaign.tree());
    int a = 0;
    for (int q = 0; q < questions.size(); q++) {
      if (columns.askedOfAll(questions.get(q))) {
        all[q] = 1;
      }
      for (Answer answer : questions.get(q).answers()) {
        belongs[a * questions.size() + q] = 1;
        int next = answer.next().map(ids::indexOf).orElse(-1);
        if (next >= 0 && !columns.askedOfAll(questions.get(next))) {
          opens[a * questions.size() + next] = 1;
        }
        a++;
      }
    }
    Shape shape = new Shape(answers, questions.size());
    this.questionOfAnswer = manager.create(belongs, shape);
    this.opened = manager.create(opens, shape);
    this.askedOfAll = manager.create(all, new Shape(1, questions.size()));
    this.depth = questions.size();
  }

  private static boolean needsTree(Loss loss) {
    return loss instanceof Loss.SquaredError || loss instanceof Loss.ClassRule;
  }

  /**
   * The loss of a batch: the mean over its galaxies.
   *
   * @param outputs the network's raw outputs, batch × answers
   * @return a single number that gradients can be taken of
   */
  NDArray of(NDArray outputs, Targets targets) {
    NDArray logarithms = logProbabilities(outputs);
    NDArray joint =
        terms.stream().anyMatch(term -> needsTree(term.loss())) ? joint(logarithms.exp()) : null;
    NDArray sum = null;
    for (Term term : terms) {
      NDArray loss =
          switch (term.loss()) {
            case Loss.CrossEntropy _ -> logarithms.mul(targets.shares()).sum().neg();
            case Loss.DirichletMultinomial(double votes) ->
                unlikelihood(outputs, targets.votes(votes)).div((float) votes);
            case Loss.SquaredError _ ->
                known(joint).sub(targets.columns()).mul(targets.columnsKnown()).square().sum();
            case Loss.ClassRule _ -> targets.rules().violation(known(joint));
          };
      NDArray weighted = loss.mul((float) term.weight());
      sum = sum == null ? weighted : sum.add(weighted);
    }
    if (sum == null) {
      throw new IllegalStateException("An objective has at least one loss.");
    }
    return sum.div(outputs.getShape().get(0));
  }

  private static NDArray known(@Nullable NDArray joint) {
    return Objects.requireNonNull(joint, "joint probabilities are made where needed");
  }

  /** One softmax a question: batch × answers in, logarithms of conditional probabilities out. */
  NDArray logProbabilities(NDArray outputs) {
    NDArray shifted = outputs.sub(outputs.max(new int[] {1}, true).stopGradient());
    NDArray sums = shifted.exp().matMul(questionOfAnswer);
    return shifted.sub(sums.log().matMul(questionOfAnswer.transpose()));
  }

  /**
   * The joint columns of a whole tree. Each round carries what is known of the questions that are
   * asked one step down the tree; there is no longer walk than all questions.
   */
  private NDArray joint(NDArray conditional) {
    NDArray asked = askedOfAll;
    NDArray joint = conditional.mul(asked.matMul(questionOfAnswer.transpose()));
    for (int round = 1; round < depth; round++) {
      asked = joint.matMul(opened).add(askedOfAll);
      joint = conditional.mul(asked.matMul(questionOfAnswer.transpose()));
    }
    return joint;
  }

  /**
   * −log of the Dirichlet-multinomial probability, without the multinomial coefficient, which does
   * not depend on the model.
   */
  private NDArray unlikelihood(NDArray outputs, NDArray counts) {
    NDArray concentrations =
        outputs.clip(-LARGEST_LOG_CONCENTRATION, LARGEST_LOG_CONCENTRATION).exp();
    NDArray all = concentrations.matMul(questionOfAnswer);
    NDArray asked = counts.matMul(questionOfAnswer);
    NDArray answers = concentrations.add(counts).gammaln().sub(concentrations.gammaln()).sum();
    NDArray questions = all.gammaln().sub(all.add(asked).gammaln()).sum();
    return NDArrays.add(answers, questions).neg();
  }
}
