package dev.tuningfork.standalone.survey;

import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * A folder of rendered galaxies: their cutouts, {@code images/ID.jpg}, and a table of votes in
 * Zoobot's columns, {@code labels.csv}.
 *
 * @param seed the same seed gives the same files
 * @param galaxies how many, at least 1
 * @param questions of Galaxy Zoo 2's tree that the table has columns for; a galaxy that none of
 *     them is asked about is skipped
 * @param votes how many volunteers there are; all of them see what was drawn
 */
public record MockCutouts(long seed, int galaxies, List<Question> questions, int votes) {

  /** A survey that goes on for this long without a galaxy of use will have none. */
  private static final int LONGEST_WAIT = 10_000;

  /**
   * @throws IllegalArgumentException with a sentence, where a number is out of range
   */
  public MockCutouts {
    questions = List.copyOf(questions);
    if (galaxies < 1 || votes < 1) {
      throw new IllegalArgumentException(
          "There are at least 1 galaxy and 1 volunteer, not %d and %d.".formatted(galaxies, votes));
    }
  }

  /**
   * Writes the files.
   *
   * @param folder is made if it is missing
   * @param progress gets the number of galaxies that are written, after each
   * @throws IOException if a file cannot be written
   */
  public void write(Path folder, IntConsumer progress) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    MockSurvey survey = new MockSurvey(seed);
    try (BufferedWriter labels = Files.newBufferedWriter(folder.resolve("labels.csv"))) {
      labels.write(String.join(",", header()) + "\n");
      int written = 0;
      for (int number = 0, last = 0; written < galaxies; number++) {
        MockGalaxy galaxy = survey.galaxy(number);
        if (questions.stream().anyMatch(galaxy.truth()::answers)) {
          Files.write(images.resolve(galaxy.objectId() + ".jpg"), galaxy.jpeg());
          labels.write(String.join(",", row(galaxy)) + "\n");
          written++;
          last = number;
          progress.accept(written);
        } else if (number - last > LONGEST_WAIT) {
          throw new IllegalArgumentException(
              "No galaxy is drawn to which the question %s would be asked."
                  .formatted(questions.getFirst().key()));
        }
      }
    }
  }

  private List<String> header() {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    return Stream.concat(
            Stream.of("id_str"), questions.stream().flatMap(q -> tree.zoobotColumns(q).stream()))
        .toList();
  }

  /** The votes for each answer; an empty cell where the question is not asked. */
  private List<String> row(MockGalaxy galaxy) {
    List<String> cells = new ArrayList<>(List.of(galaxy.objectId()));
    for (Question question : questions) {
      boolean asked = galaxy.truth().answers(question);
      for (var answer : DecisionTree.galaxyZoo2().zoobot(question).answers().values()) {
        cells.add(
            asked
                ? String.valueOf(
                    Math.round(
                        votes
                            * galaxy.truth()
                                .conditional(question)[question.answers().indexOf(answer)]))
                : "");
      }
    }
    return cells;
  }
}
