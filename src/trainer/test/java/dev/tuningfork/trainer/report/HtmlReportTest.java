package dev.tuningfork.trainer.report;

import static dev.tuningfork.trainer.metrics.Galaxies.TREE;
import static dev.tuningfork.trainer.metrics.Galaxies.asVoted;
import static dev.tuningfork.trainer.metrics.Galaxies.votes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.learn.TrainingLog;
import dev.tuningfork.trainer.metrics.Galaxies;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class HtmlReportTest {

  /** Markup, a control sequence of terminals, a line break, and a change of the direction. */
  private static final String EVIL =
      "<script>alert(1)</script>\"'&lt; \u001b[31m\n\u0000\u202e\u2028\ud800";

  private static final String SHOWN = "<script>alert(1)</script>\"'&lt; ·[31m·····";

  @Test
  void textOfOthersIsShownAsTextInWellFormedXml() throws Exception {
    Evaluation evaluation =
        Evaluation.of(
            new ModelIdentity(EVIL, "1.0.0", "0"),
            TREE.questions(),
            List.of(
                Galaxies.judged(
                    votes("id" + EVIL.replace("\0", "").replace("\ud800", ""), .9, .9, .1, 0),
                    asVoted(votes("2", .1, .9, .1, 0)))),
            1,
            new Evaluation.Speed("cpu", 100, 12),
            List.of("The image " + EVIL + " is damaged."));
    String html =
        new HtmlReport(
                evaluation,
                ModelDescription.of(
                    EVIL,
                    "1.0.0",
                    TREE,
                    "baseline",
                    InputSpec.article().withRecipe(Recipe.named("legacy-grz"))),
                "1 galaxy of " + EVIL,
                TrainingLog.none())
            .html();

    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    assertThat(page.getElementsByTagName("h1").item(0).getTextContent())
        .isEqualTo(SHOWN + " 1.0.0");
    assertThat(page.getDocumentElement().getTextContent())
        .contains("recipe legacy-grz-1-", "Walmsley et al. 2022")
        .contains("1 galaxy of " + SHOWN, "The image " + SHOWN + " is damaged.", "id<script>")
        .doesNotContain("\u001b", "\u202e", "\u2028");
  }
}
