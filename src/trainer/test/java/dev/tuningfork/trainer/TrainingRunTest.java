package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.Precision;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.EpochMetrics;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.learn.TrainingListener;
import dev.tuningfork.trainer.learn.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class TrainingRunTest {

  @TempDir private Path folder;

  /** In float32 and in bfloat16 to compare them, as blocks to publish it, and as it serves. */
  @Test
  void aTrainedModelIsLoadedOnceForEachThingThatItHasToShow() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    DrawnGalaxies.draw(images, 60);
    ListAppender<ILoggingEvent> loads = new ListAppender<>();
    loads.start();
    Logger loader = (Logger) LoggerFactory.getLogger(ModelLoader.class);
    Level before = loader.getLevel();
    loader.setLevel(Level.INFO);
    loader.addAppender(loads);
    TrainingRun.Trained trained;
    try {
      trained = run(images).run(false, new Silent(), message -> {}).orElseThrow();
    } finally {
      loader.detachAppender(loads);
      loader.setLevel(before);
    }

    boolean bfloat16 = Forms.on(new DeviceSetting.Auto()).failure(Form.BFLOAT16).isEmpty();
    assertThat(loads.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(message -> message.contains(" computes as "))
        .hasSize(bfloat16 ? 4 : 3);
    assertThat(trained.bundle().description().training())
        .containsKeys("data", "heldOut", "losses", "intervalFactors")
        .containsKey(
            bfloat16 ? ModelDescription.BFLOAT16_ERROR : ModelDescription.BFLOAT16_UNTRIED);
    assertThat(trained.bundle().description().metrics()).isEqualTo(trained.evaluation().byName());
    assertThat(trained.bundle().files())
        .contains("MODEL_CARD.md", "training.jsonl", "reference.png", "reference.json");
  }

  /** What a bundle says of its training is what an evaluation reads from it. */
  @Test
  void theManifestSaysWhichGalaxiesTheModelHasSeen() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    DrawnGalaxies.draw(images, 60);

    ModelDescription model =
        run(images).run(false, new Silent(), message -> {}).orElseThrow().bundle().description();

    assertThat(TrainingManifest.split(model)).contains(HeldOutSplit.DEFAULT);
    assertThat(TrainingManifest.seen(model, images)).isEqualTo(TrainingManifest.Seen.SOME);
    assertThat(TrainingManifest.seen(model, folder)).isEqualTo(TrainingManifest.Seen.NONE);
  }

  /** A random one would say something else of each galaxy, which few labels do not correct. */
  @Test
  void aHeadThatIsLearntAnewBeginsWithZeros() {
    TrainingSettings usual = TrainingSettings.DEFAULT;
    Network network = usual.network();
    Weights random = usual.firstWeights(network);
    SequencedMap<String, Weights.Array> trunk = new LinkedHashMap<>(random.arrays());
    trunk.keySet().removeIf(name -> name.startsWith(Network.ANSWERS));
    String head = Network.ANSWERS + ".weight";

    Weights fromTrunk = new Pretrained(new Weights(trunk), "", 0).over(random, network);
    Weights fromAll = new Pretrained(random, "", 0).over(random, network);

    assertThat(fromTrunk.array(head).values()).containsOnly(0);
    assertThat(fromTrunk.array(Network.ANSWERS + ".bias"))
        .isEqualTo(random.array(Network.ANSWERS + ".bias"));
    assertThat(fromAll.array(head)).isEqualTo(random.array(head));
  }

  private TrainingRun run(Path images) {
    TrainingSettings usual = TrainingSettings.DEFAULT;
    return new TrainingRun(
        List.of(
            new DataSet(
                new KaggleTables(images, List.of(DrawnGalaxies.labels(images))),
                1,
                true,
                OptionalInt.empty())),
        HeldOutSplit.DEFAULT,
        Optional.empty(),
        Strictness.SKIP,
        new TrainingSettings(
            usual.campaigns(),
            usual.architecture(),
            usual.input().withSize(32),
            usual.losses(),
            usual.augmentation(),
            1,
            16,
            usual.descent(),
            usual.frozenEpochs(),
            usual.patience(),
            usual.seed()),
        Optional.empty(),
        Optional.empty(),
        "small",
        "1.0.0",
        Precision.SINGLE,
        Devices.named(List.of(Devices.AUTO)),
        new RunFolder(folder.resolve("run")));
  }

  private static final class Silent implements TrainingListener {
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
