package dev.tuningfork.trainer.report;

import static dev.tuningfork.trainer.metrics.Galaxies.TREE;
import static dev.tuningfork.trainer.metrics.Galaxies.asVoted;
import static dev.tuningfork.trainer.metrics.Galaxies.turned;
import static dev.tuningfork.trainer.metrics.Galaxies.votes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.metrics.Galaxies;
import dev.tuningfork.trainer.metrics.Judged;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.VoteFractions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelCardTest {

  private final VoteFractions smooth = votes("1", .9, .9, .1, 0);
  private final AnswerProbabilities right = asVoted(smooth);

  @Test
  void itSaysWhatTheModelWasMadeFromAndHowFarToTrustIt() {
    String card = card(evaluation(turned(smooth, right, asVoted(votes("2", .5, 1, 0, 0)))));

    assertThat(card)
        .startsWith("# test 1.0.0\n")
        .contains(
            "| images of a with b.csv | 1,000 | 200 | judged |",
            "SHA-256 of \"salt\" and its id: 20 %",
            "- seed 7",
            "## On 1 held-out galaxies, from one view of each",
            "| one view | 0.0000 | 100.0 % |",
            "| eight views | ",
            "| t07 `rounded` | 100.0 % (1) | 100.0 % (1) | 100.0 % (1) | 1.00 | 0.000 | 0.")
        .contains("**Little training data**", "t03 (bar, 0 galaxies)")
        .doesNotContain("t01 (smooth-or-featured, ", "*In 90 %*");
  }

  @Test
  void textOfOthersIsShownAsText() {
    String evil =
        "a|b <img src=x onerror=alert(1)> [x](javascript:alert(1)) `c`\n# d \u202e\u001b[31m";
    String card =
        new ModelCard(
                ModelDescription.of(evil, "1.0.0", TREE, "baseline", InputSpec.article()),
                List.of(new ModelCard.Source(evil, 1000, 200, evil)),
                new HeldOutSplit(0.2, "salt"),
                List.of("teacher: " + evil),
                Map.of(),
                evaluation(Galaxies.judged(smooth, right)),
                Optional.empty())
            .text();

    String shown =
        "a\\|b \\<img src=x onerror=alert(1)\\> \\[x\\](javascript:alert(1)) \\`c\\`·# d ··\\[31m";
    assertThat(card)
        .startsWith("# " + shown + " 1.0.0\n")
        .contains("| " + shown + " | 1,000 | 200 | " + shown + " |\n", "- teacher: " + shown + "\n")
        .doesNotContain("\u202e", "\u001b");
  }

  @Test
  void everyRowOfATableHasAsManyCells() {
    String card = card(evaluation(turned(smooth, right, right)));

    List<String> table =
        card.lines().dropWhile(line -> !line.startsWith("| question")).limit(13).toList();
    assertThat(table).allMatch(row -> row.startsWith("|") && row.endsWith("|"));
    assertThat(table.stream().map(row -> row.chars().filter(c -> c == '|').count()).distinct())
        .hasSize(1);
  }

  @Test
  void whatWasNotTriedIsNotReported() {
    assertThat(card(evaluation(Galaxies.judged(smooth, right))))
        .doesNotContain("eight views", "turning");
  }

  @Test
  void theMetricsOfABundleHaveTheFiguresOfBothViews() {
    Evaluation evaluation = evaluation(turned(smooth, right, asVoted(votes("2", .5, 1, 0, 0))));

    assertThat(evaluation.byName().get("all"))
        .containsEntry("galaxies", 1.0)
        .containsEntry("views", 1.0)
        .containsKeys("rmse", "rmseOfTree", "rmseOfMean", "rmseOfEightViews", "turning");
    assertThat(evaluation.byName().get("t01"))
        .containsEntry("accuracy", 1.0)
        .containsKeys("f1Asked", "calibrationError", "turning", "accuracyOfEightViews");
  }

  private static Evaluation evaluation(Judged galaxy) {
    return Evaluation.of(
        new ModelIdentity("test", "1.0.0", "0"),
        TREE.questions(),
        List.of(galaxy),
        1,
        new Evaluation.Speed("cpu", 100, 12),
        List.of());
  }

  private static String card(Evaluation evaluation) {
    return new ModelCard(
            ModelDescription.of("test", "1.0.0", TREE, "baseline", InputSpec.article()),
            List.of(new ModelCard.Source("images of a with b.csv", 1000, 200, "judged")),
            new HeldOutSplit(0.2, "salt"),
            List.of("seed 7"),
            Map.of("t01", 3000, "t02", 2000),
            evaluation,
            Optional.empty())
        .text();
  }
}
