package dev.tuningfork.classifier.batch;

import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.DecisionTree;

/**
 * Which model answered, and how; as true once the model is closed.
 *
 * @param preprocessing the identifier of the model's input specification
 * @param device where it computes
 * @param views how many orientations of each image it looks at
 */
public record Answerer(
    ModelIdentity identity, DecisionTree tree, String preprocessing, String device, int views) {

  public static Answerer of(MorphologyModel model) {
    return new Answerer(
        model.identity(), model.tree(), model.input().id(), model.device(), model.views());
  }

  /** Name, version and place, for people. */
  public String inWords() {
    return identity.name() + " " + identity.version() + " on " + device;
  }
}
