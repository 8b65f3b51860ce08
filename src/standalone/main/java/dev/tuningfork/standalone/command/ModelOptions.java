package dev.tuningfork.standalone.command;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model answers, and where it computes. */
final class ModelOptions {

  @Option(
      names = "--model",
      paramLabel = "BUNDLE",
      description =
          "A model bundle: a folder, or a zip of it. Without it, the one that is built in.")
  @Nullable Path bundle;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description =
          "Where the model computes: " + DeviceSetting.FORMS + ". Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  MorphologyModel load() throws ModelException {
    DeviceSetting setting = DeviceSetting.parse(device);
    ModelBundle model = bundle == null ? ModelBundle.shipped() : ModelBundle.open(bundle);
    return ModelLoader.load(model, setting);
  }
}
