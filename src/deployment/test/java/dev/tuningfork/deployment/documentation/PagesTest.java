package dev.tuningfork.deployment.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages as they are, without running anything. */
class PagesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(MarkdownPage page) {
    for (String link : page.links()) {
      if (link.matches("[a-z]+:.*")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path target =
          parts[0].isEmpty()
              ? page.file()
              : Path.of("/").resolve(page.file()).resolveSibling(parts[0]).normalize();
      Path file = MarkdownPage.ROOT.resolve(Path.of("/").relativize(Path.of("/").resolve(target)));
      assertThat(file).as("%s links to %s", page, link).exists();
      if (parts.length == 2) {
        String relative = MarkdownPage.ROOT.relativize(file).toString();
        assertThat(MarkdownPage.read(relative).anchors())
            .as("%s links to %s", page, link)
            .contains(parts[1]);
      }
    }
  }

  static List<MarkdownPage> pages() {
    return MarkdownPage.all();
  }

  @Test
  void theIndexHasEveryPage() {
    String index = String.join("\n", MarkdownPage.read("docs/index.md").lines());

    for (MarkdownPage page : MarkdownPage.in("docs")) {
      String name = Path.of("docs").relativize(page.file()).toString();
      if (!name.equals("index.md")) {
        assertThat(index).as("the index").contains("(" + name + ")");
      }
    }
  }

  /** What it means, what to look at, and what to do. */
  @Test
  void everyAlertOfTheChartHasItsRunbook() throws IOException {
    Path template = MarkdownPage.ROOT.resolve("helm/tuning-fork/templates/prometheusrule.yaml");
    List<String> alerts =
        Pattern.compile("- alert: (\\w+)")
            .matcher(Files.readString(template))
            .results()
            .map(match -> match.group(1))
            .toList();
    List<String> page = MarkdownPage.read("docs/operations.md").lines();

    assertThat(alerts).isNotEmpty();
    for (String alert : alerts) {
      assertThat(page)
          .as("a row of docs/operations.md about %s", alert)
          .filteredOn(line -> line.startsWith("| `" + alert + "` |"))
          .singleElement()
          .asString()
          .matches("(\\| [^|]+ ){4}\\|");
    }
  }

  @Test
  void theReadmeIsShortAndSaysEarlyHowWideToCut() {
    List<String> lines = MarkdownPage.read("README.md").lines();

    assertThat(lines).hasSizeLessThan(150);
    assertThat(String.join("\n", lines.subList(0, 45))).contains("8.5 × `petroR90_r`");
  }

  /** It is shortened, so it lacks fields; those that it has are those of the schema. */
  @Test
  void theMessageInTheReadmeIsOneOfTheSchema() throws IOException {
    JsonNode message =
        JSON.readTree(
            MarkdownPage.read("README.md").blocks().stream()
                .filter(block -> block.language().equals("json"))
                .findFirst()
                .orElseThrow()
                .text());

    checkFields(message, schema());
    JsonNode question = message.at("/questions/0");
    double sum = 0;
    for (JsonNode answer : question.path("answers")) {
      double probability = answer.path("probability").doubleValue();
      sum += probability;
      assertThat(answer.path("joint").doubleValue())
          .as("probability × askedProbability, rounded")
          .isCloseTo(probability * question.path("askedProbability").doubleValue(), within(0.005));
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  private static JsonNode schema() throws IOException {
    try (var resource =
        GalaxyMorphology.class.getResourceAsStream("galaxy-morphology.schema.json")) {
      return JSON.readTree(resource);
    }
  }

  private static void checkFields(JsonNode value, JsonNode schema) {
    value
        .properties()
        .forEach(
            field -> {
              JsonNode declared = schema.at("/properties/" + field.getKey());
              assertThat(declared.isMissingNode()).as("field %s", field.getKey()).isFalse();
              checkFields(field.getValue(), declared);
            });
    if (value.isArray()) {
      value.forEach(element -> checkFields(element, schema.path("items")));
    }
  }

  /** Otherwise nobody types its commands. */
  @Test
  void everyShellBlockOfTheWalkedPagesHasCommands() throws IOException {
    List<MarkdownPage> typed =
        Stream.of(new DocumentationIT(), new RecipesIT())
            .flatMap(walk -> walk.pages().stream())
            .toList();
    assertThat(typed).isNotEmpty();
    for (MarkdownPage page : typed) {
      assertThat(page.blocks().stream().filter(block -> block.language().equals("sh")))
          .as(page.toString())
          .isNotEmpty()
          .allSatisfy(block -> assertThat(ShellCommands.of(block)).isNotEmpty());
      assertThat(Files.readString(MarkdownPage.ROOT.resolve(page.file())))
          .as("%s has paths that only exist on one machine", page)
          .doesNotContain("../shared");
    }
  }
}
