package dev.tuningfork.deployment.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Phrases that were rewritten must not come back: {@code words.txt} lists them. */
class WordsTest {

  /** Lines between the pieces of a text: its indentation, comment signs, quotes and pluses. */
  private static final Pattern JOINT = Pattern.compile("\"?\\n\\s*(?:\\*|//|#+|\\+ \")?\\s*");

  /** Text that people read in files that are not pages. */
  private static final List<String> OTHER_TEXTS =
      List.of(
          ".ci/run",
          ".ci/image",
          "docs/asyncapi.yaml",
          "docs/classifier.yaml",
          "docker/bin/tuning-fork",
          "docker/bin/tuning-fork-health",
          "docker/compose.yaml",
          "docker/Dockerfile",
          "helm/tuning-fork/values.yaml",
          "helm/tuning-fork/values.schema.json",
          "helm/tuning-fork/templates/NOTES.txt",
          "tuning-fork");

  private record Rule(Pattern pattern, String instead) {

    static Rule of(String line) {
      String[] parts = line.split(" => ", 2);
      return new Rule(
          Pattern.compile(parts[0].replace(" ", "\\s+"), Pattern.CASE_INSENSITIVE), parts[1]);
    }
  }

  @Test
  void noTextHasAPhraseThatMustNotComeBack() throws IOException {
    List<Rule> rules = rules();
    List<String> found = new ArrayList<>();
    for (MarkdownPage page : MarkdownPage.all()) {
      found.addAll(found(rules, page.toString(), String.join("\n", page.prose())));
    }
    for (String file : OTHER_TEXTS) {
      found.addAll(found(rules, file, Files.readString(MarkdownPage.ROOT.resolve(file))));
    }
    for (Path source : sources()) {
      found.addAll(
          found(rules, MarkdownPage.ROOT.relativize(source).toString(), Files.readString(source)));
    }
    assertThat(found).as(() -> String.join("\n", found)).isEmpty();
  }

  /**
   * The code, whose strings and comments are read, the files of the page, schemas and model cards.
   */
  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(MarkdownPage.ROOT.resolve("src"))) {
      return files
          .filter(
              file -> // a checkout may be in a folder with any name
              MarkdownPage.ROOT
                      .relativize(file)
                      .toString()
                      .matches("src/[^/]+/main/.*[.](java|js|html|json|avsc|md)"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          It answers each once, whatever dies when.       | 1
          A bundle may                                    | 0
          Settings below registry WANT TO KNOW where it is | 1
          """)
  void aPhraseIsFoundInAnyCase(String text, int count) throws IOException {
    assertThat(found(rules(), "a text", text)).hasSize(count);
  }

  @Test
  void aPhraseIsFoundAcrossTheLinesOfAPageACommentAndAString() throws IOException {
    for (String text :
        List.of(
            "It may\nbe had.",
            "/**\n * It may\n   * be had. */",
            "\"It may\"\n    + \" be had.\"")) {
      assertThat(found(rules(), "a text", text))
          .singleElement()
          .asString()
          .contains("is available")
          .containsPattern("a text:[12]: ");
    }
  }

  private static List<Rule> rules() throws IOException {
    try (InputStream resource = WordsTest.class.getResourceAsStream("words.txt")) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Rule::of)
          .toList();
    }
  }

  /** One line for each phrase in the text, as compilers print them. */
  private static List<String> found(List<Rule> rules, String file, String text) {
    List<String> found = new ArrayList<>();
    List<Integer> starts =
        new ArrayList<>(); // where each line of the text begins in the joined text
    StringBuilder joined = new StringBuilder();
    Matcher joint = JOINT.matcher(text);
    int at = 0;
    starts.add(0);
    while (joint.find(at)) {
      joined.append(text, at, joint.start()).append(' ');
      at = joint.end();
      text.substring(joint.start(), joint.end())
          .chars()
          .filter(c -> c == '\n')
          .forEach(_ -> starts.add(joined.length()));
    }
    joined.append(text, at, text.length());
    for (Rule rule : rules) {
      Matcher phrase = rule.pattern.matcher(joined);
      while (phrase.find()) {
        int line = (int) starts.stream().filter(start -> start <= phrase.start()).count();
        found.add("%s:%d: \"%s\": %s".formatted(file, line, phrase.group(), rule.instead));
      }
    }
    return found;
  }
}
