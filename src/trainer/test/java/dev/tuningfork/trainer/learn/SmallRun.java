package dev.tuningfork.trainer.learn;

import ai.djl.Device;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.DrawnGalaxies;
import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.augment.BatchLoader;
import dev.tuningfork.trainer.augment.CutoutStore;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** A training run of seconds, on drawn galaxies of two kinds. */
final class SmallRun {

  private static final Question QUESTION = DecisionTree.galaxyZoo2().root();
  private static final int GALAXIES = 80;
  private static final int BATCH = 16;

  private final Path folder;
  private final String architecture;
  private final InputSpec input =
      InputSpec.article().withSize(48).withCrop(new Crop.Fraction(0.75));

  SmallRun(Path folder, String architecture) throws IOException {
    this.folder = folder;
    this.architecture = architecture;
    Path images = folder.resolve("images");
    if (!Files.exists(images)) {
      Files.createDirectories(images);
      DrawnGalaxies.draw(images, GALAXIES);
    }
  }

  Network network() {
    return Architectures.named(architecture).describe(1, input.size(), Head.of(List.of(QUESTION)));
  }

  Settings settings(int seed) {
    return new Settings(seed, 2, 0, 0, 1e-3);
  }

  /** The few settings that tests change. */
  record Settings(int seed, int epochs, int frozenEpochs, int patience, double learningRate) {
    Settings withEpochs(int other) {
      return new Settings(seed, other, frozenEpochs, patience, learningRate);
    }

    Settings withFrozenEpochs(int other) {
      return new Settings(seed, epochs, other, patience, learningRate);
    }

    Settings withPatience(int other) {
      return new Settings(seed, epochs, frozenEpochs, other, learningRate);
    }

    Settings withLearningRate(double other) {
      return new Settings(seed, epochs, frozenEpochs, patience, other);
    }
  }

  TrainingSettings full(Settings settings) {
    return new TrainingSettings(
        List.of(new Campaign(DecisionTree.galaxyZoo2(), List.of(QUESTION))),
        architecture,
        input,
        List.of(new Objective.Term(new Loss.CrossEntropy(), 1)),
        new Augmentation(true, true, 1.1, 1, 1.1, 0.01),
        settings.epochs(),
        BATCH,
        new TrainingSettings.Descent(
            Optimizer.Kind.ADAMW, settings.learningRate(), 0.1, 0.9, 0.01, 1, 0.9),
        settings.frozenEpochs(),
        settings.patience(),
        settings.seed());
  }

  Trainer.Result train(String run, Settings settings) throws IOException {
    return train(run, settings, List.of(Device.cpu()));
  }

  Trainer.Result train(String run, Settings settings, List<Device> devices) throws IOException {
    return run(run, settings, devices, Duration.ofHours(1), false);
  }

  Trainer.Result resume(String run, Settings settings) throws IOException {
    return run(run, settings, List.of(Device.cpu()), Duration.ofHours(1), true);
  }

  Trainer.Result run(
      String run,
      Settings settings,
      List<Device> devices,
      Duration betweenCheckpoints,
      boolean resume)
      throws IOException {
    TrainingSettings full = full(settings);
    Path images = folder.resolve("images");
    TrainingData data =
        TrainingData.read(
            List.of(
                new DataSet(
                    new KaggleTables(images, List.of(DrawnGalaxies.labels(images))),
                    1,
                    true,
                    OptionalInt.empty())),
            new HeldOutSplit(0.2, "test"),
            Strictness.SKIP);
    try (CutoutStore training =
            CutoutStore.create(data.training(), input, full.augmentation(), folder, done -> {});
        CutoutStore heldOut =
            CutoutStore.create(data.heldOut(), input, Augmentation.NONE, folder, done -> {});
        BatchLoader batches = BatchLoader.training(training, BATCH, full.seed(), 1);
        BatchLoader judged = BatchLoader.evaluation(heldOut, BATCH, 1)) {
      Trainer trainer =
          new Trainer(
              full,
              RunIdentity.of(full),
              new Devices(devices),
              new RunFolder(folder.resolve(run)),
              betweenCheckpoints,
              new Silent());
      return trainer
          .train(batches, judged, full.firstWeights(trainer.network()), resume)
          .orElseThrow();
    }
  }

  /** All numbers of all arrays, in their order. */
  static float[] numbers(Weights weights) {
    int count = weights.arrays().values().stream().mapToInt(a -> a.values().length).sum();
    float[] numbers = new float[count];
    int at = 0;
    for (Weights.Array array : weights.arrays().values()) {
      System.arraycopy(array.values(), 0, numbers, at, array.values().length);
      at += array.values().length;
    }
    return numbers;
  }

  /** Says nothing and never stops. */
  static class Silent implements TrainingListener {
    @Override
    public void preparing(String what, int done, int of) {}

    @Override
    public void stepped(
        int epoch, int step, int steps, double loss, double imagesPerSecond, Duration left) {}

    @Override
    public void epochDone(EpochMetrics figures) {}

    @Override
    public boolean stopRequested() {
      return false;
    }
  }
}
