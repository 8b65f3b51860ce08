package dev.tuningfork.standalone;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tuningfork.tree.DecisionTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Four questions, of which one has two parents: a file, and no line of code. */
public final class MadeUpTree {

  private static final String YAML =
      """
      id: jets
      version: "1"
      name: Made-up jets
      questions:
        - key: seen
          text: Is there a jet?
          answers: [{key: "yes", next: sides}, {key: faint, next: bent}, {key: "no"}]
        - key: sides
          text: How many sides has it?
          answers: [{key: one, next: bent}, {key: two, next: knots}]
        - key: bent
          answers: [{key: "yes"}, {key: "no"}]
        - key: knots
          answers: [{key: few}, {key: many}]
      """;

  private MadeUpTree() {}

  public static Path file(Path folder) throws IOException {
    return Files.writeString(folder.resolve("jets.yaml"), YAML);
  }

  public static DecisionTree tree() throws IOException {
    return DecisionTree.read(
        new ByteArrayInputStream(
            new JsonMapper().writeValueAsBytes(new YAMLMapper().readTree(YAML))));
  }
}
