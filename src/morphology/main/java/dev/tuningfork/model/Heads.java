package dev.tuningfork.model;

import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * The heads of a model whose trunk answers several trees: layers that share all but the last one.
 *
 * <p>In a bundle, the first head's files are those of a model that has no other, so what knows
 * nothing of heads reads the first. Of another head, the files that differ have its number before
 * their name, such as {@code head-2.reference.json}; its weights are the last layer alone.
 *
 * @param descriptions of all heads, the first one first
 */
record Heads(List<ModelDescription> descriptions) {

  Heads {
    descriptions = List.copyOf(descriptions);
    List<String> ids = descriptions.stream().map(head -> head.tree().id()).toList();
    if (ids.stream().distinct().count() < ids.size()) {
      throw new IllegalArgumentException(
          "A model has one head for each tree, and these are %s: give each tree its own id."
              .formatted(String.join(", ", ids)));
    }
  }

  ModelDescription first() {
    return descriptions.getFirst();
  }

  /** Those beyond the first. */
  List<ModelDescription> others() {
    return descriptions.subList(1, descriptions.size());
  }

  List<DecisionTree> trees() {
    return descriptions.stream().map(ModelDescription::tree).toList();
  }

  /**
   * The place of a tree's head, from 0.
   *
   * @throws ModelException if there is none
   */
  int index(String tree) throws ModelException {
    List<String> ids = trees().stream().map(DecisionTree::id).toList();
    if (!ids.contains(tree)) {
      throw new ModelException(
          "The model %s %s has no answers for the tree %s: it answers %s. Name %s, or another model."
              .formatted(
                  first().name(),
                  first().version(),
                  tree,
                  String.join(" and ", ids),
                  String.join(" or ", ids)));
    }
    return ids.indexOf(tree);
  }

  /** The same with another description of the first head. */
  Heads withFirst(ModelDescription other) {
    return new Heads(Stream.concat(Stream.of(other), others().stream()).toList());
  }

  /**
   * The same with one more head.
   *
   * @throws IllegalArgumentException if it cannot have the same trunk, or its tree has a head
   */
  Heads and(ModelDescription more) {
    if (!more.architecture().equals(first().architecture())
        || more.architecture().equals(ModelDescription.TORCHSCRIPT)
        || !more.input().equals(first().input())
        || more.output() != first().output()) {
      throw new IllegalArgumentException(
          "Heads of one bundle have the same architecture of this product, input and kind of outputs.");
    }
    return new Heads(Stream.concat(descriptions.stream(), Stream.of(more)).toList());
  }

  private static String prefix(int index) {
    return "head-" + (index + 1) + ".";
  }

  /**
   * The files of a bundle with those of one more head, which is the last of these.
   *
   * @param files of the bundle
   * @param own files of a bundle that has this head alone
   * @throws IllegalArgumentException if the trunks differ
   */
  SequencedMap<String, byte[]> joined(Map<String, byte[]> files, Map<String, byte[]> own) {
    String prefix = prefix(descriptions.size() - 1);
    SequencedMap<String, byte[]> joined = new LinkedHashMap<>(files);
    own.forEach(
        (name, content) -> {
          byte[] shared = files.get(name);
          if (name.equals(ModelBundle.WEIGHTS)) {
            joined.put(prefix + name, headOf(content, Objects.requireNonNull(shared)));
          } else if (!Arrays.equals(content, shared)) {
            joined.put(prefix + name, content);
          }
        });
    return joined;
  }

  private static byte[] headOf(byte[] weights, byte[] shared) {
    Weights own = weights(weights);
    Weights trunk = own.trunk();
    Weights first = weights(shared).trunk();
    boolean same =
        trunk.arrays().keySet().equals(first.arrays().keySet())
            && trunk.arrays().entrySet().stream()
                .allMatch(
                    array ->
                        Arrays.equals(
                            array.getValue().values(), first.array(array.getKey()).values()));
    if (!same) {
      throw new IllegalArgumentException(
          "The two models have different trunks: heads of one bundle share all layers but the last.");
    }
    return Safetensors.write(own.head(), Precision.SINGLE);
  }

  /**
   * The files of a bundle that has one of these heads alone.
   *
   * @param files of the bundle
   * @param index of the head, from 1
   * @throws IOException if the head has no weights; the message is a sentence
   */
  SequencedMap<String, byte[]> alone(Map<String, byte[]> files, int index) throws IOException {
    List<String> prefixes = new ArrayList<>();
    for (int i = 1; i < descriptions.size(); i++) {
      prefixes.add(prefix(i));
    }
    String own = prefix(index);
    SequencedMap<String, byte[]> alone = new LinkedHashMap<>();
    files.forEach(
        (name, content) -> {
          if (prefixes.stream().noneMatch(name::startsWith)) {
            alone.put(name, content);
          }
        });
    files.forEach(
        (name, content) -> {
          if (name.startsWith(own)) {
            alone.put(name.substring(own.length()), content);
          }
        });
    byte[] shared = files.get(ModelBundle.WEIGHTS);
    byte[] head = files.get(own + ModelBundle.WEIGHTS);
    if (shared == null || head == null) {
      throw new IOException(
          "Its model.json lists no file %s, which its head for the tree %s needs."
              .formatted(
                  shared == null ? ModelBundle.WEIGHTS : own + ModelBundle.WEIGHTS,
                  descriptions.get(index).tree().id()));
    }
    Weights whole = Safetensors.read(shared).withHeadOf(Safetensors.read(head));
    alone.put(ModelBundle.WEIGHTS, Safetensors.write(whole, Precision.SINGLE));
    return alone;
  }

  private static Weights weights(byte[] safetensors) {
    try {
      return Safetensors.read(safetensors);
    } catch (IOException e) {
      throw new IllegalStateException("Weights that were verified cannot be read.", e);
    }
  }
}
