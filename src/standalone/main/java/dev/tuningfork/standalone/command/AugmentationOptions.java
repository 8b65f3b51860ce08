package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.learn.TrainingSettings;
import picocli.CommandLine.Option;

/** How a training varies the galaxies that it shows. */
final class AugmentationOptions {

  private static final Augmentation AUGMENTATION = TrainingSettings.DEFAULT.augmentation();

  @Option(
      names = "--no-rotation",
      description = "Leave galaxies as they lie, neither turned nor mirrored.")
  boolean upright;

  @Option(
      names = "--zoom",
      paramLabel = "F",
      description = "Larger or smaller by up to this. Default: ${DEFAULT-VALUE}.")
  double zoom = AUGMENTATION.zoom();

  @Option(
      names = "--shift",
      paramLabel = "PIXELS",
      description = "Off the centre by up to this. Default: ${DEFAULT-VALUE}.")
  double shift = AUGMENTATION.shift();

  @Option(
      names = "--brightness",
      paramLabel = "F",
      description = "Brighter or darker by up to this. Default: ${DEFAULT-VALUE}.")
  double brightness = AUGMENTATION.brightness();

  @Option(
      names = "--noise",
      paramLabel = "SIGMA",
      description = "Where white is 1. Default: ${DEFAULT-VALUE}.")
  double noise = AUGMENTATION.noise();

  Augmentation augmentation() {
    return new Augmentation(!upright, !upright, zoom, shift, brightness, noise);
  }
}
