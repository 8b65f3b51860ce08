package dev.tuningfork.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.data.TrainingData.Member;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real galaxies on their way to the network. */
class RealLoaderIT {

  private static final int GALAXIES = 300;
  private static final InputSpec GREY =
      InputSpec.article().withStandardisation(List.of(0.12), List.of(0.14));
  private static final InputSpec COLOUR =
      new InputSpec(
          Channels.RGB,
          128,
          GREY.crop(),
          GREY.resampling(),
          GREY.stretch(),
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225),
          null);
  private static final Augmentation ALL = new Augmentation(true, true, 1.1, 4, 1.1, 0.02);

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void findData() {
    data = Path.of(System.getProperty("tuningfork.data", ""));
    assumeTrue(
        Files.isDirectory(data.resolve("kaggle_more")),
        "The real labelled galaxies are not on this machine.");
  }

  /** Alternately whole images and such as were trimmed. */
  private List<Member> galaxies() throws Exception {
    TrainingData read =
        TrainingData.read(
            List.of(
                dataSet("kaggle", OptionalInt.empty()),
                dataSet("kaggle_more", OptionalInt.of(169))),
            new HeldOutSplit(0.2, "tuning-fork"),
            Strictness.STOP);
    int step = read.training().size() / GALAXIES;
    return IntStream.range(0, GALAXIES).mapToObj(i -> read.training().get(i * step)).toList();
  }

  private DataSet dataSet(String name, OptionalInt cropPixels) {
    Path set = data.resolve(name);
    return new DataSet(
        new KaggleTables(set.resolve("images"), List.of(set.resolve("training_solutions.csv"))),
        1,
        true,
        cropPixels);
  }

  @Test
  void aViewThatIsNotMovedIsWhatTheClassifierShows() throws Exception {
    List<Member> members = galaxies().stream().limit(100).toList();
    for (InputSpec input : List.of(GREY, COLOUR)) {
      for (Augmentation augmentation : List.of(Augmentation.NONE, ALL)) {
        try (CutoutStore store =
            CutoutStore.create(members, input, augmentation, folder, n -> {})) {
          Renderer renderer = new Renderer(input, store.largest());
          double most = 0;
          double sum = 0;
          for (int i = 0; i < members.size(); i++) {
            InputSpec own =
                members.get(i).dataSet().cropPixels().isPresent()
                    ? input.withCrop(new Crop.Pixels(169))
                    : input;
            float[] expected =
                own.standardised(
                    new Preprocessor(own, ImageLimits.DEFAULT)
                        .prepare(
                            Files.readAllBytes(members.get(i).galaxy().image()),
                            ImageDescription.NONE)
                        .pixels());
            FloatBuffer seen = FloatBuffer.allocate(expected.length);
            renderer.render(store, store.cutouts().get(i), Augmentation.View.PLAIN, seen);
            for (int v = 0; v < expected.length; v++) {
              int channel = v / (input.size() * input.size());
              double levels = 255 * input.std().get(channel) * Math.abs(seen.get(v) - expected[v]);
              most = Math.max(most, levels);
              sum += levels / expected.length / members.size();
            }
          }
          say(
              "%s, %s: %.2f grey levels apart at most, %.3f on average",
              input.id(),
              augmentation == Augmentation.NONE ? "for judging" : "for training",
              most,
              sum);
          boolean exact = augmentation == Augmentation.NONE || input.equals(GREY);
          assertThat(most).isLessThan(exact ? 0.51 : 60);
          assertThat(sum).isLessThan(exact ? 0.3 : 1);
        }
      }
    }
  }

  @Test
  void anEpochBringsEachGalaxyInBatchesOfOneSize() throws Exception {
    List<Member> members = galaxies();
    for (InputSpec input : List.of(GREY, COLOUR)) {
      try (CutoutStore store = CutoutStore.create(members, input, ALL, folder, n -> {});
          BatchLoader loader = BatchLoader.training(store, 64, 1, 1)) {
        Iterator<LoadedBatch> epoch = loader.epoch(0, 0);
        int batches = 0;
        while (epoch.hasNext()) {
          LoadedBatch batch = epoch.next();
          assertThat(batch.waitedSeconds()).isNotNegative();
          batches++;
          batch.release();
        }
        assertThat(batches).isEqualTo(loader.stepsPerEpoch()).isEqualTo(GALAXIES / 64);
      }
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
