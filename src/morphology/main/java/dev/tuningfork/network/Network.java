package dev.tuningfork.network;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A network, as data. It takes images of channels × size × size numbers and gives one logit for
 * each answer of each head, in the order of the heads. Computing it is the work of its forms, such
 * as {@link NetworkBlock}.
 *
 * @param input what one image is
 * @param trunk the layers that all questions share; what comes out of them is flat
 * @param heads the questions
 * @param exact how many of the trunk's first layers compute in float32 even where the others do in
 *     bfloat16: what is rounded early reaches everything behind it
 */
public record Network(Volume input, List<Layer> trunk, List<Head> heads, int exact) {

  /** The name of the last layer, which makes the logits. */
  public static final String ANSWERS = "answers";

  public Network {
    trunk = List.copyOf(trunk);
    heads = List.copyOf(heads);
    Objects.checkFromIndexSize(0, exact, trunk.size());
    if (heads.isEmpty()) {
      throw new IllegalArgumentException("A network needs at least one question to answer.");
    }
    Set<String> names = new HashSet<>();
    for (WeightSpec weight : whole(trunk, heads).weights(input)) {
      if (!names.add(weight.name())) {
        throw new IllegalArgumentException(
            "Two layers of the network have the same name: both have " + weight.name() + ".");
      }
    }
  }

  /** A network all of whose trunk may compute in bfloat16. */
  public Network(Volume input, List<Layer> trunk, List<Head> heads) {
    this(input, trunk, heads, 0);
  }

  /** The trunk, and the linear layer that makes the logits. */
  public List<Layer> layers() {
    return whole(trunk, heads).layers();
  }

  /** How many logits come out: the answers of all heads. */
  public int outputs() {
    return outputs(heads);
  }

  /** The arrays that the network holds, from the first layer to the last. */
  public List<WeightSpec> weights() {
    return whole(trunk, heads).weights(input);
  }

  /** How many numbers training has to find. */
  public long parameters() {
    return weights().stream()
        .filter(weight -> weight.role().trained())
        .mapToLong(WeightSpec::size)
        .sum();
  }

  /** The multiply-adds of the matrix products that one image costs. */
  public long multiplyAdds() {
    return whole(trunk, heads).multiplyAdds(input);
  }

  private static Layer.Block whole(List<Layer> trunk, List<Head> heads) {
    List<Layer> layers = new ArrayList<>(trunk);
    layers.add(new Layer.Linear(ANSWERS, outputs(heads)));
    return new Layer.Block("network", layers, false);
  }

  private static int outputs(List<Head> heads) {
    return heads.stream().mapToInt(Head::answers).sum();
  }
}
