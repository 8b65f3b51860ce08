package dev.tuningfork.standalone.command;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small networks that learnt nothing, and say how they would have been judged. */
final class TinyModel {

  private static final Map<String, Object> HELD_OUT = Map.of("share", 0.5, "salt", "test");

  private TinyModel() {}

  /** Of the whole tree; half of the galaxies were held out. */
  static ModelBundle bundle() {
    return bundle(Map.of("heldOut", HELD_OUT));
  }

  /** It learnt from every galaxy of these images. */
  static ModelBundle learntFromAllOf(String images) {
    return bundle(
        Map.of("heldOut", HELD_OUT, "data", List.of(Map.of("images", images, "trainOnly", true))));
  }

  /** Half of these galaxies were held out. */
  static ModelBundle learntFromPartOf(String images) {
    return bundle(
        Map.of("heldOut", HELD_OUT, "data", List.of(Map.of("images", images, "trainOnly", false))));
  }

  private static ModelBundle bundle(Map<String, Object> training) {
    ModelDescription description =
        description().trained(new LinkedHashMap<>(training), new LinkedHashMap<>());
    return ModelBundle.of(description, Weights.initial(description.network(), 3))
        .with(
            "training.jsonl",
            """
            {"epoch":1,"trainingLoss":3.5,"validationLoss":3.4,"validationAccuracy":{"t01":0.5}}
            {"epoch":2,"trainingLoss":3.1,"validationLoss":3.2,"validationAccuracy":{"t01":0.6}}
            """
                .getBytes(StandardCharsets.UTF_8));
  }

  /** Nothing is said of what was held out. */
  static ModelBundle silent() {
    return ModelBundle.of(description(), Weights.initial(description().network(), 3));
  }

  private static ModelDescription description() {
    return ModelDescription.of(
        "tiny", "1.2.3", DecisionTree.galaxyZoo2(), "alexnet-lite", InputSpec.article());
  }
}
