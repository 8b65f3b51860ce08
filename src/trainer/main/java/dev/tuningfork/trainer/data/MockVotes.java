package dev.tuningfork.trainer.data;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Votes that volunteers could have cast for galaxies whose vote fractions are known. Each volunteer
 * walks down the tree, and gives an answer as often as the fractions say.
 *
 * @param tree whose questions are asked
 * @param fewest the least number of volunteers for a galaxy, at least 1
 * @param most the greatest; the number for each galaxy is drawn evenly between the two
 * @param seed the same seed gives the same votes
 */
public record MockVotes(DecisionTree tree, int fewest, int most, long seed) {

  public MockVotes {
    if (fewest < 1 || most < fewest) {
      throw new IllegalArgumentException(
          "A galaxy has at least 1 volunteer, and the second number is not below the first: %d-%d."
              .formatted(fewest, most));
    }
  }

  /**
   * Writes a CSV table in Zoobot's columns: for each answer its count, 0 where the question was not
   * asked, and its fraction, empty where it was not asked.
   *
   * @param galaxies those without votes are left out
   * @param out is not closed
   */
  public void write(List<LabelledGalaxy> galaxies, OutputStream out) throws IOException {
    CsvSchema.Builder columns = CsvSchema.builder().setUseHeader(true).addColumn("id_str");
    for (String name : names()) {
      columns.addColumn(name).addColumn(name + "_fraction");
    }
    RandomGenerator random = new SplittableRandom(seed);
    try (SequenceWriter table =
        new CsvMapper()
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING) // and no quotes elsewhere
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .writer(columns.build())
            .writeValues(out)) {
      for (LabelledGalaxy galaxy : galaxies) {
        if (galaxy.votes().isPresent()) {
          AnswerProbabilities fractions = galaxy.votes().get().fractions();
          int volunteers = random.nextInt(fewest, most + 1);
          table.write(row(galaxy.id(), cast(fractions, volunteers, random)));
        }
      }
    }
  }

  private List<String> names() {
    return tree.questions().stream().flatMap(q -> tree.zoobotColumns(q).stream()).toList();
  }

  /** The votes for each answer, in the tree's order. */
  private int[] cast(AnswerProbabilities fractions, int volunteers, RandomGenerator random) {
    int[] votes = new int[tree.answerCount()];
    for (int volunteer = 0; volunteer < volunteers; volunteer++) {
      Optional<Question> asked = Optional.of(tree.root());
      while (asked.isPresent() && fractions.answers(asked.get())) {
        Question question = asked.get();
        Answer answer = question.draw(fractions.conditional(question), random);
        votes[tree.firstAnswer(question) + question.answers().indexOf(answer)]++;
        asked = answer.next().map(tree::question);
      }
    }
    return votes;
  }

  private List<Object> row(String id, int[] votes) {
    List<Object> cells = new ArrayList<>(List.of(id));
    for (Question question : tree.questions()) {
      int first = tree.firstAnswer(question);
      int total = 0;
      for (int a = 0; a < question.answers().size(); a++) {
        total += votes[first + a];
      }
      for (Answer answer : tree.zoobot(question).answers().values()) {
        int count = votes[first + question.answers().indexOf(answer)];
        cells.add(count);
        cells.add(total == 0 ? "" : (double) count / total);
      }
    }
    return cells;
  }
}
