package dev.tuningfork.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.page.LiveFeed;
import dev.tuningfork.classifier.page.LivePage;
import dev.tuningfork.classifier.page.PageDeadLetters;
import dev.tuningfork.classifier.progress.Sky;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import io.helidon.webserver.WebServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page that is open while a model that answers other questions takes over. */
@Timeout(120)
class ExchangedModelPageIT {

  private static final DecisionTree FIRST = DecisionTree.galaxyZoo2();
  private static final DecisionTree SECOND = another();

  private final AtomicReference<Answerer> serving = new AtomicReference<>(answerer("first", FIRST));
  private final LiveFeed feed =
      new LiveFeed(PageSettings.DEFAULT, ClassifierMetrics.noop(), Optional.empty());

  @Test
  void thePageFollowsTheModelThatAnswers() throws Exception {
    LivePage page =
        new LivePage(
            feed,
            new PageDeadLetters(Map.of(), Map.of(), Topics.DEFAULT, false),
            PageSettings.DEFAULT,
            "127.0.0.1",
            new SurveyImageFetcher(FetchSettings.of(SettingValues.NONE)),
            ImageLimits.DEFAULT,
            new LivePage.Surroundings(
                "1", serving::get, _ -> Optional.empty(), Sky.none(), () -> 0, () -> true));
    WebServer server =
        WebServer.builder()
            .host("127.0.0.1")
            .shutdownHook(false)
            .routing(routes -> routes.register(page))
            .build()
            .start();
    try (Browser browser = Browser.open()) {
      see("before", FIRST);
      Page window = browser.page(ColorScheme.LIGHT);
      window.navigate("http://127.0.0.1:" + server.port() + "/?answers=a01&least=0.5");
      assertThat(window.locator("#model")).containsText("first");
      assertThat(window.locator(".chip")).hasText("smooth or featured: smooth ≥ 50 %");
      assertThat(window.locator(".card .id")).hasText("before");

      serving.set(answerer("second", SECOND));
      feed.exchanged();
      assertThat(window.locator("#model")).containsText("second");
      see("after", SECOND);
      assertThat(window.locator(".card .id")).hasText(new String[] {"after", "before"});
      assertThat(step(window, "after")).hasAttribute("title", "lens or not: smooth, 100 %");
      assertThat(step(window, "before")).hasAttribute("title", "smooth or featured: smooth, 100 %");
      assertThat(window.locator("#chips")).isHidden();
      assertThat(window.locator("#filter legend").first()).hasText("lens or not");

      for (String objectId : List.of("after", "before")) {
        window.navigate("http://127.0.0.1:" + server.port() + "/objects/" + objectId);
        assertThat(window.locator(".tree .name").first())
            .hasText(objectId.equals("after") ? "lens or not" : "smooth or featured");
      }
      assertThat(browser.complaints).isEmpty();
    } finally {
      feed.close();
      server.stop();
    }
  }

  private static Locator step(Page window, String objectId) {
    return window.locator(".card[data-object=" + objectId + "] .step").first();
  }

  /** A galaxy for which the first answer to each question is certain. */
  private void see(String objectId, DecisionTree tree) throws Exception {
    double[] answers = new double[tree.answerCount()];
    tree.questions().forEach(question -> answers[tree.firstAnswer(question)] = 1);
    ObjectNode message;
    try (InputStream example =
        GalaxyMorphology.class.getResourceAsStream("galaxy-morphology.example.json")) {
      message = (ObjectNode) new JsonMapper().readTree(example);
    }
    message.put("objectId", objectId);
    byte[] grey = new byte[32 * 32];
    Arrays.fill(grey, (byte) 100);
    requireNonNull(
            feed.sample(
                new PreparedImage(new Pixels.Levels(grey), 32, 32, Set.of()),
                AnswerProbabilities.of(tree, answers)))
        .committed(
            GalaxyMorphology.fromJson(message.toString().getBytes(UTF_8)),
            new ImageOrigin.Carried(objectId, new MockSurvey(1).galaxy(1).jpeg()));
  }

  private static Answerer answerer(String name, DecisionTree tree) {
    return new Answerer(
        new ModelIdentity(name, "1", "0".repeat(64)), tree, "preprocessing", "cpu", 1);
  }

  /** Galaxy Zoo 2's tree with another first question. */
  private static DecisionTree another() {
    try (InputStream json = DecisionTree.class.getResourceAsStream("gz2.json")) {
      ObjectNode tree = (ObjectNode) new JsonMapper().readTree(json);
      tree.put("id", "other");
      ((ObjectNode) tree.at("/questions/0")).put("key", "lens-or-not");
      return DecisionTree.read(new ByteArrayInputStream(new JsonMapper().writeValueAsBytes(tree)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
