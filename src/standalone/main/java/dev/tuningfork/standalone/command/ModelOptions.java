package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model answers, and where it computes. */
final class ModelOptions {

  @Mixin private NamedModel named = new NamedModel();

  @Option(
      names = "--views",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "How many orientations of each image the model looks at and averages: 1, or 8, which cost"
              + " about 8 times as much and come closer to what volunteers say. Default:"
              + " ${DEFAULT-VALUE}.")
  int views = 1;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description =
          "Where the model computes: " + DeviceSetting.FORMS + ". Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  @Option(
      names = "--form",
      paramLabel = "FORM",
      defaultValue = "auto",
      description =
          "In which form the model computes: ${COMPLETION-CANDIDATES}. auto is the fastest that"
              + " gives the model's published answers here. Default: ${DEFAULT-VALUE}.")
  Form form = Form.AUTO;

  ModelBundle bundle() throws ModelException {
    return named.bundle();
  }

  MorphologyModel load(ModelBundle bundle) throws ModelException {
    return ModelLoader.load(
        bundle,
        DeviceSetting.parse(device),
        ClassifierSettings.DEFAULT.forwardPasses().in(form).ofViews(views));
  }

  /** For who turns images himself, and averages or not. */
  MorphologyModel loadForOneView(ModelBundle bundle) throws ModelException {
    return ModelLoader.load(bundle, DeviceSetting.parse(device), ForwardPasses.DEFAULT.in(form));
  }
}
