package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model answers, and where it computes. */
final class ModelOptions {

  @Mixin private NamedModel named = new NamedModel();

  @Option(
      names = "--views",
      paramLabel = "N",
      description =
          "Orientations of each image to average over: 1 or 8. 8 cost about eight times as much and"
              + " are closer to the volunteers' answers. Default: ${DEFAULT-VALUE}.")
  int views = 1;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "The model's device: " + DeviceSetting.FORMS + ". Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  @Option(
      names = "--form",
      paramLabel = "FORM",
      description =
          "The model's form: ${COMPLETION-CANDIDATES}. auto chooses the fastest one that reproduces"
              + " the bundle's answers on this machine. Default: ${DEFAULT-VALUE}.")
  Form form = Form.AUTO;

  ModelBundle bundle() throws ModelException {
    return named.bundle();
  }

  /** What of the model decides an answer, by name: a run is continued only with the same. */
  Map<String, String> settings(ModelBundle bundle) {
    ModelIdentity identity = bundle.identity();
    return Map.of(
        "model",
        identity.name() + " " + identity.version() + " (" + identity.sha256() + ")",
        "tree",
        bundle.description().tree().id(),
        "form",
        form.toString(),
        "views",
        Integer.toString(views));
  }

  MorphologyModel load(ModelBundle bundle) throws ModelException {
    return load(bundle, Integer.MAX_VALUE);
  }

  /**
   * The same for so many images: a few need no larger batches, nor the passes that warm those up.
   */
  MorphologyModel load(ModelBundle bundle, int images) throws ModelException {
    ForwardPasses passes = ClassifierSettings.DEFAULT.forwardPasses().in(form).ofViews(views);
    return ModelLoader.load(bundle, DeviceSetting.parse(device), passes.forImages(images));
  }

  /** For who turns images himself, and averages or not. */
  MorphologyModel loadForOneView(ModelBundle bundle) throws ModelException {
    return ModelLoader.load(bundle, DeviceSetting.parse(device), ForwardPasses.DEFAULT.in(form));
  }
}
