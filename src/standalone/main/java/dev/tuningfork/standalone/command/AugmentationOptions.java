package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.learn.TrainingSettings;
import picocli.CommandLine.Option;

/** How a training varies the galaxies that it shows. */
final class AugmentationOptions {

  private static final Augmentation AUGMENTATION = TrainingSettings.DEFAULT.augmentation();

  @Option(names = "--no-rotation", description = "Do not rotate or mirror images.")
  boolean upright;

  @Option(
      names = "--zoom",
      paramLabel = "F",
      description = "Largest zoom factor, in or out. Default: ${DEFAULT-VALUE}.")
  double zoom = AUGMENTATION.zoom();

  @Option(
      names = "--shift",
      paramLabel = "PIXELS",
      description = "Largest shift. Default: ${DEFAULT-VALUE}.")
  double shift = AUGMENTATION.shift();

  @Option(
      names = "--brightness",
      paramLabel = "F",
      description = "Largest factor of brightness, up or down. Default: ${DEFAULT-VALUE}.")
  double brightness = AUGMENTATION.brightness();

  @Option(
      names = "--noise",
      paramLabel = "SIGMA",
      description = "Standard deviation of the noise; white is 1. Default: ${DEFAULT-VALUE}.")
  double noise = AUGMENTATION.noise();

  Augmentation augmentation() {
    return new Augmentation(!upright, !upright, zoom, shift, brightness, noise);
  }
}
