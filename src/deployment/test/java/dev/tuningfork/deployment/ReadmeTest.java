package dev.tuningfork.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.comments.CommentLine;
import org.yaml.snakeyaml.comments.CommentType;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.representer.Representer;

/**
 * The chart's README lists the values as {@code values.yaml} has them. {@code
 * -Dtuningfork.readme=write} writes the list anew.
 */
class ReadmeTest {

  private static final Path README = Chart.FOLDER.resolve("README.md");
  private static final String BEGIN = "<!-- the values: made from values.yaml -->\n";
  private static final String END = "<!-- the end of the values -->\n";

  @Test
  void theReadmeListsTheValuesAsTheyAre() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    assertThat(readme).contains(BEGIN, END);
    String list = list();
    if ("write".equals(System.getProperty("tuningfork.readme"))) {
      Files.writeString(README, readme.substring(0, begin) + list + readme.substring(end));
      return;
    }
    assertThat(readme.substring(begin, end))
        .as("README.md and values.yaml differ; -Dtuningfork.readme=write writes the list anew")
        .isEqualTo(list);
  }

  private static String list() throws IOException {
    LoaderOptions withComments = new LoaderOptions();
    withComments.setProcessComments(true);
    Yaml yaml =
        new Yaml(
            new SafeConstructor(withComments),
            new Representer(new DumperOptions()),
            new DumperOptions(),
            withComments);
    try (Reader reader = Files.newBufferedReader(Chart.FOLDER.resolve("values.yaml"))) {
      StringBuilder list = new StringBuilder();
      rows("", (MappingNode) yaml.compose(reader), list);
      return list + "\n";
    }
  }

  private static void rows(String prefix, MappingNode mapping, StringBuilder list) {
    for (NodeTuple entry : mapping.getValue()) {
      String name = prefix + ((ScalarNode) entry.getKeyNode()).getValue();
      String description = "";
      for (String line : comment(entry.getKeyNode())) {
        if (line.startsWith("#")) {
          list.append("\n**").append(line.substring(1).strip()).append("**\n\n");
          list.append("| value | default | |\n|---|---|---|\n");
        } else if (!list.isEmpty()) {
          description = (description + " " + line).strip();
        }
      }
      boolean section =
          entry.getValueNode() instanceof MappingNode map && !map.getValue().isEmpty();
      if (!section || !description.isEmpty()) {
        list.append(
            "| `%s` | %s | %s |\n"
                .formatted(name, section ? "" : shown(entry.getValueNode()), description));
      }
      if (section) {
        rows(name + ".", (MappingNode) entry.getValueNode(), list);
      }
    }
  }

  private static List<String> comment(Node key) {
    List<CommentLine> lines = key.getBlockComments() == null ? List.of() : key.getBlockComments();
    return lines.stream()
        .filter(line -> line.getCommentType() == CommentType.BLOCK)
        .map(line -> line.getValue().strip())
        .toList();
  }

  /** A value on one line, as YAML. */
  private static String shown(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue().isEmpty() ? "" : "`" + scalar.getValue() + "`";
    }
    DumperOptions oneLine = new DumperOptions();
    oneLine.setDefaultFlowStyle(DumperOptions.FlowStyle.FLOW);
    oneLine.setWidth(Integer.MAX_VALUE);
    Object value = new Loader().load(node);
    return "`" + new Yaml(oneLine).dump(value).strip() + "`";
  }

  private static final class Loader extends SafeConstructor {
    Loader() {
      super(new LoaderOptions());
    }

    Object load(Node node) {
      return constructDocument(node);
    }
  }
}
