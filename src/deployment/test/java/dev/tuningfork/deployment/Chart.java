package dev.tuningfork.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/**
 * The chart {@code helm/tuning-fork}, linted and rendered by helm itself.
 *
 * <p>As a library, helm leaves hooks out of what it renders. So a copy of the chart is rendered, in
 * which a hook's annotations have other names, and they get their own back afterwards.
 */
public final class Chart {

  static final Path FOLDER =
      Path.of("..", "..", "helm", "tuning-fork").toAbsolutePath().normalize();

  static final String NAME = "tuning-fork";
  static final String NAMESPACE = "survey";

  private static final String KUBERNETES = "1.35.0";
  private static final String HOOK = "helm.sh/hook";
  private static final String NO_HOOK = "no-hook.example/hook";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path hookless;

  /**
   * @param scratch a folder for files that helm reads
   */
  public Chart(Path scratch) {
    folder = scratch;
    hookless = scratch.resolve(NAME);
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = hookless.resolve(FOLDER.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, Files.readString(file).replace(HOOK, NO_HOOK));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LintResult lint() {
    return new Helm(FOLDER).lint().call();
  }

  /**
   * Every object that is installed with these values, hooks and tests among them.
   *
   * @param values YAML; Kafka is at {@code kafka:9092} where they do not say otherwise
   * @throws IllegalStateException with helm's words where it refuses the values
   */
  public Rendering render(String values) {
    return render(values, KUBERNETES);
  }

  Rendering render(String values, String kubernetes) {
    String manifests =
        new Helm(hookless)
            .template()
            .withName(NAME)
            .withNamespace(NAMESPACE)
            .withKubeVersion(kubernetes)
            .withValuesFile(file("kafka: {bootstrapServers: 'kafka:9092'}"))
            .withValuesFile(file(values))
            .call()
            .replace(NO_HOOK, HOOK);
    List<JsonNode> objects = new ArrayList<>();
    // YAML 1.1, as helm and Kubernetes read it: 0440 is an octal number
    new Yaml().loadAll(manifests).forEach(object -> objects.add(JSON.valueToTree(object)));
    return new Rendering(objects);
  }

  /** What helm tells the one who has installed the chart. */
  String notes(String values) {
    String told =
        new Helm(FOLDER)
            .install()
            .clientOnly()
            .dryRun()
            .withName(NAME)
            .withNamespace(NAMESPACE)
            .withKubeVersion(KUBERNETES)
            .withValuesFile(file("kafka: {bootstrapServers: 'kafka:9092'}"))
            .withValuesFile(file(values))
            .call()
            .getOutput();
    return told.substring(told.indexOf("NOTES:") + "NOTES:".length()).strip();
  }

  private Path file(String values) {
    try {
      return Files.writeString(Files.createTempFile(folder, "values", ".yaml"), values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What helm made of the chart and some values. */
  public record Rendering(List<JsonNode> objects) {

    public List<JsonNode> all(String kind) {
      return objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
    }

    /** The only object of its kind. */
    JsonNode the(String kind) {
      List<JsonNode> found = all(kind);
      if (found.size() != 1) {
        throw new AssertionError("There are " + found.size() + " objects of kind " + kind + ".");
      }
      return found.getFirst();
    }

    /** The spec of every Pod that is started, by its owner's kind and name. */
    Map<String, JsonNode> podSpecs() {
      Map<String, JsonNode> specs = new LinkedHashMap<>();
      for (JsonNode object : objects) {
        String kind = object.path("kind").asText();
        String name = kind + "/" + object.at("/metadata/name").asText();
        switch (kind) {
          case "Pod" -> specs.put(name, object.path("spec"));
          case "Deployment", "Job" -> specs.put(name, object.at("/spec/template/spec"));
          default -> {
            // starts no Pod
          }
        }
      }
      return specs;
    }

    /** The classifier's container. */
    JsonNode classifier() {
      return the("Deployment").at("/spec/template/spec/containers/0");
    }

    /** The settings' file of the classifier. */
    String settings() {
      return the("ConfigMap").path("data").path("classifier.yaml").asText();
    }
  }
}
