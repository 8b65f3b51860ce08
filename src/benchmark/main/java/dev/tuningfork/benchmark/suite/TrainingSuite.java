package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.suite.Blocks.Layout;
import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Architecture;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.augment.BatchLoader;
import dev.tuningfork.trainer.augment.CutoutStore;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.EpochMetrics;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.learn.RunIdentity;
import dev.tuningfork.trainer.learn.Trainer;
import dev.tuningfork.trainer.learn.TrainingListener;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.tree.KaggleColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Training steps a second: as {@code train} does them, images augmented and read from disk, beside
 * their ceiling, which is a bare loop of the same network and batch on random numbers that lie in
 * memory (forward, the mean square of the outputs as loss, backward, AdamW), and beside the same
 * loop with weights that lie channels first; with the network of each of the workload's models.
 */
final class TrainingSuite {

  private static final String UNIT = "images/s";
  private static final int BATCH = TrainingSettings.DEFAULT.batch();
  private static final int GALAXIES = 1_000;
  private static final int LOADERS = 2;

  /** Steps that are not counted: the JVM compiles, the loader's first batches are prepared. */
  private static final int SETTLING = 4;

  /** The environment is that of {@code train} in the product's script. */
  static final Suite SUITE =
      new Suite(
          "training",
          "training, beside a bare loop of the same network on numbers in memory",
          Suite.Form.QUICK,
          Map.of(
              "MALLOC_ARENA_MAX", "1",
              "MALLOC_MMAP_MAX_", "0",
              "MALLOC_TRIM_THRESHOLD_", "9000000000"),
          TrainingSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Path folder = workload.folder("training");
    List<DataSet> labelled = List.of(labelled(workload, folder));
    for (String name : workload.modelNames()) {
      measure(workload.plan(), tally, name, labelled, folder);
    }
  }

  private static void measure(
      Plan plan, Tally tally, String name, List<DataSet> labelled, Path folder) throws Exception {
    String architecture = ModelBundle.named(name).description().architecture();
    if (architecture.equals(ModelDescription.TORCHSCRIPT)) {
      tally.leaveOut(name + ", which is a TorchScript module made elsewhere and is not trained.");
      return;
    }
    Architecture named = Architectures.named(architecture);
    InputSpec input = named.input();
    TrainingSettings settings = settings(named);
    Network network = settings.network();
    Weights weights = Weights.initial(network, 1);
    double seconds = 2 * plan.seconds();
    try (CutoutStore store =
            CutoutStore.create(
                TrainingData.read(labelled, new HeldOutSplit(0.1, "benchmark"), Strictness.SKIP)
                    .training(),
                input,
                settings.augmentation(),
                folder,
                _ -> {});
        Blocks first = new Blocks(network, weights, Layout.CHANNELS_FIRST, BATCH, true);
        Blocks last = new Blocks(network, weights, Layout.CHANNELS_LAST, BATCH, true)) {
      List<Measurement> all =
          List.of(
              new Measurement(
                  name + " training",
                  UNIT,
                  architecture + ", as train does it, images augmented and read from disk",
                  () -> train(settings, store, weights, folder, seconds)),
              new Measurement(
                  name + " ceiling",
                  UNIT,
                  "a bare loop of the same network on numbers in memory",
                  () -> Pace.perSecond(seconds, last::step)),
              new Measurement(
                  name + " channels first",
                  UNIT,
                  "the same loop, the weights as DJL makes them",
                  () -> Pace.perSecond(seconds, first::step)));
      tally.inTurn(plan.runsAtMost(3), all);
    }
  }

  /** What {@code train} does where nothing else is said, for longer than it is measured. */
  private static TrainingSettings settings(Architecture architecture) {
    TrainingSettings usual = TrainingSettings.DEFAULT;
    return new TrainingSettings(
        usual.campaigns(),
        architecture.name(),
        architecture.input(),
        usual.losses(),
        usual.augmentation(),
        1_000,
        usual.batch(),
        usual.descent(),
        usual.frozenEpochs(),
        usual.patience(),
        usual.seed());
  }

  /** The images with a label each; what it says makes no step faster or slower. */
  private static DataSet labelled(Workload workload, Path folder) throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    List<String> table = new ArrayList<>();
    table.add(KaggleColumns.GALAXY_ID + "," + String.join(",", KaggleColumns.NAMES));
    for (int id = 0; id < Math.min(GALAXIES, workload.images().size()); id++) {
      Files.copy(workload.images().get(id), images.resolve(id + ".jpg"));
      table.add(id + (id % 2 == 0 ? ",0.9,0.05,0.05" : ",0.1,0.85,0.05") + ",".repeat(34));
    }
    Path labels = Files.write(folder.resolve("labels.csv"), table);
    return new DataSet(new KaggleTables(images, List.of(labels)), 1, true, OptionalInt.empty());
  }

  private static double train(
      TrainingSettings settings, CutoutStore store, Weights weights, Path folder, double seconds)
      throws IOException {
    Stopwatch stopwatch = new Stopwatch(seconds);
    Trainer trainer =
        new Trainer(
            settings,
            RunIdentity.of(settings),
            Devices.named(List.of(Devices.AUTO)),
            new RunFolder(Files.createTempDirectory(folder, "run-")),
            stopwatch);
    try (BatchLoader batches = BatchLoader.training(store, BATCH, 1, LOADERS);
        BatchLoader judged = BatchLoader.evaluation(store, BATCH, 1)) {
      trainer.train(batches, judged, weights, false);
    }
    return stopwatch.imagesPerSecond();
  }

  /** Counts steps for so long, and then asks the run to stop; epochs' ends are not counted. */
  private static final class Stopwatch implements TrainingListener {

    private final double seconds;
    private int steps;
    private int counted;
    private long last;
    private double took;

    Stopwatch(double seconds) {
      this.seconds = seconds;
    }

    double imagesPerSecond() {
      return counted * BATCH / took;
    }

    @Override
    public void preparing(String what, int done, int of) {}

    @Override
    public void stepped(
        int epoch, int step, int ofEpoch, double loss, double imagesPerSecond, Duration left) {
      long now = System.nanoTime();
      steps++;
      if (steps > SETTLING && step > 1) {
        counted++;
        took += (now - last) / 1e9;
      }
      last = now;
    }

    @Override
    public void epochDone(EpochMetrics figures) {
      last = System.nanoTime();
    }

    @Override
    public boolean stopRequested() {
      return took >= seconds;
    }
  }
}
