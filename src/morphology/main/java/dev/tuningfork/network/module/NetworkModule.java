package dev.tuningfork.network.module;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.torchscript.TorchScriptArchive;
import dev.tuningfork.tree.DecisionTree;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A network as a TorchScript module, which PyTorch runs in any of its languages.
 *
 * <p>Its {@code forward} takes images as they are before standardisation, batch × height × width ×
 * channels: levels of 0 to 255 as uint8, or brightness of 0 to 1 as float32. It gives a tuple of
 * float32 arrays, with a row for each image:
 *
 * <ol>
 *   <li>{@code probability}: of each answer, given that its question was asked; the answers of the
 *       network's questions, one question after the other;
 *   <li>{@code asked}: for each question, the probability that a walk down the tree comes to it;
 *       NaN where that depends on a question that the network does not answer;
 *   <li>{@code joint}: of each answer, probability × asked of its question;
 *   <li>{@code concentrations}: of each answer, for a network that gives them.
 * </ol>
 */
public final class NetworkModule {

  private static final String CLASS = "GalaxyMorphology";

  private NetworkModule() {}

  /**
   * Writes the module.
   *
   * @param weights the network's
   * @param input how images are standardised for it
   * @param tree the tree of its questions
   * @param largestLog for a network whose outputs are the logarithms of concentrations, within what
   *     ± they are taken to lie; 0 for one whose outputs are logits
   * @param arithmetic what it computes with
   * @param operators what it calls
   * @param extra more files of the archive, by name
   * @return a TorchScript archive; equal for equal arguments
   */
  public static byte[] write(
      Network network,
      Weights weights,
      InputSpec input,
      DecisionTree tree,
      double largestLog,
      Arithmetic arithmetic,
      Operators operators,
      SequencedMap<String, byte[]> extra) {
    weights.requireFor(network);
    ModuleCode code = new ModuleCode();
    code.line("levels = images");
    code.line("if torch.is_floating_point(images):");
    code.line("  levels = torch.mul(images, 255.)");
    TrunkCode.write(code, network, weights, input, arithmetic, operators);
    AnswersCode.write(code, tree, network.heads(), largestLog);
    String results = "probability, asked, joint" + (largestLog > 0 ? ", concentrations" : "");
    code.line("return (%s)", results);
    String types = results.replaceAll("\\w+", "Tensor");
    String forward =
        "  def forward(self: __torch__.%s,\n    images: Tensor) -> Tuple[%s]:\n%s"
            .formatted(CLASS, types, code.lines());
    return new TorchScriptArchive(CLASS, forward, code.attributes(), extra).bytes();
  }

  /**
   * The weights that a module in bfloat16 computes with, as weights of the network: with them its
   * layers take the same numbers in float32, and what is left of the difference between the two is
   * how results are rounded on their way. A weight changes by half of its ninth significant bit
   * about.
   *
   * @param weights the network's
   * @param input how images are standardised for it
   */
  public static Weights rounded(Network network, Weights weights, InputSpec input) {
    weights.requireFor(network);
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    for (Folding layer :
        TrunkCode.write(
            new ModuleCode(), network, weights, input, Arithmetic.BFLOAT16, Operators.PORTABLE)) {
      arrays.putAll(layer.rounded(Arithmetic.BFLOAT16));
    }
    return weights.with(new Weights(arrays));
  }
}
