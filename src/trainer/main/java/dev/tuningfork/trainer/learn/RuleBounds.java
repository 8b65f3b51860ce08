package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.Constraint;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The class constraints of a batch, one row for each clause of each galaxy. A clause with fewer
 * bounds than the longest repeats its first, which changes nothing, since one bound that is kept is
 * enough.
 *
 * @param places clauses × bounds: where in batch × answers the bound's joint probability stands;
 *     empty (of 0 clauses) where no galaxy has a constraint
 * @param signs clauses × bounds: 1 where the probability is at least the threshold, −1 where it is
 *     below
 * @param thresholds clauses × bounds
 */
record RuleBounds(List<Long> places, NDArray signs, NDArray thresholds) {

  /** Those of the galaxies of a campaign; the others have none. */
  static RuleBounds of(NDManager manager, List<LabelledGalaxy> galaxies, Campaign campaign) {
    Map<String, Integer> answers = new HashMap<>();
    for (Question question : campaign.questions()) {
      question.answers().forEach(answer -> answers.put(answer.id(), answers.size()));
    }
    record Row(int galaxy, Constraint.Clause clause) {}
    List<Row> rows = new ArrayList<>();
    for (int g = 0; g < galaxies.size(); g++) {
      int galaxy = g;
      galaxies
          .get(g)
          .constraint()
          .filter(_ -> galaxies.get(galaxy).tree().equals(campaign.tree()))
          .ifPresent(c -> c.clauses().forEach(clause -> rows.add(new Row(galaxy, clause))));
    }
    int longest = rows.stream().mapToInt(row -> row.clause().bounds().size()).max().orElse(1);
    List<Long> places = new ArrayList<>();
    float[] signs = new float[rows.size() * longest];
    float[] thresholds = new float[rows.size() * longest];
    for (int r = 0; r < rows.size(); r++) {
      List<Constraint.Bound> bounds = rows.get(r).clause().bounds();
      for (int b = 0; b < longest; b++) {
        Constraint.Bound bound = bounds.get(b < bounds.size() ? b : 0);
        Integer answer = answers.get(bound.answer());
        if (answer == null) {
          throw new IllegalArgumentException(
              "A class names answer %s, which the model does not give.".formatted(bound.answer()));
        }
        places.add((long) rows.get(r).galaxy() * answers.size() + answer);
        signs[r * longest + b] = bound.atLeast() ? 1 : -1;
        thresholds[r * longest + b] = (float) bound.threshold();
      }
    }
    Shape shape = new Shape(rows.size(), longest);
    return new RuleBounds(places, manager.create(signs, shape), manager.create(thresholds, shape));
  }

  /**
   * For each clause the square of how far its best bound is from being kept, summed.
   *
   * @param joint batch × answers
   */
  NDArray violation(NDArray joint) {
    NDManager manager = joint.getManager();
    if (places.isEmpty()) {
      return manager.create(0f);
    }
    NDArray index = manager.create(places.stream().mapToLong(Long::longValue).toArray());
    NDArray margins =
        joint.flatten().gather(index, 0).reshape(signs.getShape()).sub(thresholds).mul(signs);
    return margins.max(new int[] {1}).minimum(0).square().sum();
  }
}
