package dev.tuningfork.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.file.Sha256;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.tree.DecisionTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.json} as it is written. Fields that are not known are ignored, so that a bundle may
 * say more than this version of the product understands.
 *
 * @param tree of the model's first head; {@code questions}, {@code training} and {@code metrics}
 *     are its own too
 * @param heads those for other trees; missing where there are none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Manifest(
    int format,
    @Nullable String name,
    @Nullable String version,
    @Nullable TreeReference tree,
    @Nullable List<String> questions,
    @Nullable String architecture,
    @Nullable Output output,
    @Nullable InputSpec input,
    @Nullable SequencedMap<String, Object> training,
    @Nullable SequencedMap<String, SequencedMap<String, Double>> metrics,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<HeadEntry> heads,
    @Nullable SequencedMap<String, FileEntry> files) {

  private static final int FORMAT = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * The tree that a model answers.
   *
   * @param definition the tree itself; without it, as in the bundles of earlier versions, the tree
   *     is the built-in one of this id
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TreeReference(
      @Nullable String id,
      @Nullable String version,
      @Nullable String sha256,
      @Nullable JsonNode definition) {

    static TreeReference of(DecisionTree tree) {
      try {
        return new TreeReference(
            tree.id(), tree.version(), tree.sha256(), JSON.readTree(tree.toJson()));
      } catch (IOException e) {
        throw new IllegalStateException("A tree that was written cannot be read.", e);
      }
    }

    DecisionTree tree() throws IOException {
      DecisionTree known;
      try {
        known =
            definition == null
                ? DecisionTree.byId(required(id, "tree.id"))
                : DecisionTree.readKnown(
                    new ByteArrayInputStream(JSON.writeValueAsBytes(definition)));
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
      if (!known.sha256().equals(sha256)) {
        throw new IOException(
            definition == null
                ? "It was made for another decision tree: %s version %s with the hash %s; this product has version %s with the hash %s."
                    .formatted(id, version, sha256, known.version(), known.sha256())
                : "The hash of its decision tree %s is %s, but model.json says %s: the tree was changed after the model was made."
                    .formatted(known, known.sha256(), sha256));
      }
      return known;
    }
  }

  /** A head for another tree, on the same trunk: what it has of its own. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record HeadEntry(
      @Nullable TreeReference tree,
      @Nullable List<String> questions,
      @Nullable SequencedMap<String, Object> training,
      @Nullable SequencedMap<String, SequencedMap<String, Double>> metrics) {

    static HeadEntry of(ModelDescription head) {
      return new HeadEntry(
          TreeReference.of(head.tree()), head.questions(), head.training(), head.metrics());
    }
  }

  /** A file of the bundle. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record FileEntry(long bytes, @Nullable String sha256) {

    static FileEntry of(byte[] content) {
      return new FileEntry(content.length, Sha256.hex(content));
    }
  }

  static Manifest of(Heads heads, SequencedMap<String, FileEntry> files) {
    ModelDescription description = heads.first();
    return new Manifest(
        FORMAT,
        description.name(),
        description.version(),
        TreeReference.of(description.tree()),
        description.questions(),
        description.architecture(),
        description.output(),
        description.input(),
        description.training(),
        description.metrics(),
        heads.others().isEmpty() ? null : heads.others().stream().map(HeadEntry::of).toList(),
        files);
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "The training settings cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  static Manifest read(byte[] json) throws IOException {
    Manifest manifest;
    try {
      manifest = JSON.readValue(json, Manifest.class);
    } catch (JacksonException e) {
      throw new IOException("Its model.json is invalid: " + e.getOriginalMessage(), e);
    }
    if (manifest == null || manifest.format != FORMAT) {
      throw new IOException(
          "Its model.json is not of format %d, the one that this version reads.".formatted(FORMAT));
    }
    return manifest;
  }

  Heads allHeads() throws IOException {
    List<ModelDescription> descriptions = new ArrayList<>();
    descriptions.add(description(new HeadEntry(tree, questions, training, metrics)));
    for (HeadEntry head : Objects.requireNonNullElse(heads, List.<HeadEntry>of())) {
      descriptions.add(description(head));
    }
    try {
      return new Heads(descriptions);
    } catch (IllegalArgumentException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  private ModelDescription description(HeadEntry head) throws IOException {
    DecisionTree known = required(head.tree, "tree").tree();
    try {
      return new ModelDescription(
          required(name, "name"),
          required(version, "version"),
          known,
          required(head.questions, "questions"),
          required(architecture, "architecture"),
          Objects.requireNonNullElse(output, Output.LOGITS),
          required(input, "input"),
          Objects.requireNonNullElseGet(head.training, LinkedHashMap::new),
          Objects.requireNonNullElseGet(head.metrics, LinkedHashMap::new));
    } catch (IllegalArgumentException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  SequencedMap<String, FileEntry> requiredFiles() throws IOException {
    return required(files, "files");
  }

  private static <T> T required(@Nullable T value, String field) throws IOException {
    if (value == null) {
      throw new IOException("Its model.json lacks the field \"" + field + "\".");
    }
    return value;
  }
}
