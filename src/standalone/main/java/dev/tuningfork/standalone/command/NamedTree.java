package dev.tuningfork.standalone.command;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.tree.DecisionTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds the tree that a command line names: a built-in one, or a file. */
final class NamedTree {

  private NamedTree() {}

  /**
   * @param name of a built-in tree, or a path of a file in JSON, or in YAML if it ends in {@code
   *     .yaml} or {@code .yml}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the name is neither, or the file is not a decision tree
   */
  static DecisionTree of(String name) throws IOException {
    if (DecisionTree.builtIn().contains(name)) {
      return DecisionTree.byId(name);
    }
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "There is no tree %s: it is not one of the built-in trees (%s), nor a file."
              .formatted(name, String.join(", ", DecisionTree.builtIn())));
    }
    try (InputStream content = Files.newInputStream(file)) {
      String suffix = ImageFormat.spelled(file).toLowerCase(Locale.ROOT);
      boolean yaml = suffix.endsWith(".yaml") || suffix.endsWith(".yml");
      return DecisionTree.read(yaml ? json(content) : content);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The file %s cannot be used. %s".formatted(name, e.getMessage()), e);
    }
  }

  private static InputStream json(InputStream yaml) throws IOException {
    try {
      return new ByteArrayInputStream(
          new JsonMapper().writeValueAsBytes(new YAMLMapper().readTree(yaml)));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("It is not YAML: " + e.getOriginalMessage(), e);
    }
  }
}
