package dev.tuningfork.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.TrainingData.Member;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchLoaderTest {

  private static final InputSpec GREY =
      InputSpec.article().withStandardisation(List.of(0.12), List.of(0.14));
  private static final InputSpec COLOUR =
      new InputSpec(
          Channels.RGB,
          64,
          new Crop.Fraction(0.45),
          GREY.resampling(),
          GREY.stretch(),
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225),
          null);
  private static final Augmentation ALL = new Augmentation(true, true, 1.2, 4, 1.1, 0.02);
  private static final Augmentation GEOMETRY = new Augmentation(true, true, 1.2, 4, 1, 0);

  /** A grey level of 255, as the network sees it in a channel. */
  private static float level(InputSpec input, int channel) {
    return (float) (1 / 255.0 / input.std().get(channel));
  }

  @TempDir Path folder;

  private CutoutStore store(List<Member> members, InputSpec input, Augmentation augmentation)
      throws Exception {
    return CutoutStore.create(members, input, augmentation, folder, n -> {});
  }

  private static float[] values(LoadedBatch batch) {
    FloatBuffer images = batch.images().duplicate();
    float[] values = new float[images.remaining()];
    images.get(values);
    return values;
  }

  private static float[] prepared(InputSpec input, Member member) throws Exception {
    return input.standardised(
        new Preprocessor(input, ImageLimits.DEFAULT)
            .prepare(Files.readAllBytes(member.galaxy().image()), ImageDescription.NONE)
            .pixels());
  }

  private static void assertEqualWithin(
      double levels, float[] actual, float[] expected, InputSpec input) {
    int plane = input.size() * input.size();
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      int channel = i / plane % input.channels().count();
      assertThat(actual[i])
          .as("value %d", i)
          .isCloseTo(expected[i], within((float) levels * level(input, channel)));
    }
  }

  @Test
  void withoutAugmentationTheNetworkSeesWhatTheClassifierShowsIt() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 3, 424, "jpg");
    for (InputSpec input : List.of(GREY, COLOUR)) {
      try (CutoutStore store = store(members, input, Augmentation.NONE);
          BatchLoader loader = BatchLoader.evaluation(store, 2, 1)) {
        Iterator<LoadedBatch> epoch = loader.epoch(0, 0);
        List<Float> seen = new ArrayList<>();
        while (epoch.hasNext()) {
          LoadedBatch batch = epoch.next();
          for (float value : values(batch)) {
            seen.add(value);
          }
          batch.release();
        }
        float[] all = new float[seen.size()];
        for (int i = 0; i < all.length; i++) {
          all[i] = seen.get(i);
        }
        float[] expected = new float[all.length];
        for (int i = 0; i < members.size(); i++) {
          float[] one = prepared(input, members.get(i));
          System.arraycopy(one, 0, expected, i * one.length, one.length);
        }
        assertEqualWithin(0.51, all, expected, input);
      }
    }
  }

  /** The wide cutout holds the network's crop where it should, at the scale that it should. */
  @Test
  void aViewThatIsNotMovedIsTheCropOfTheWideCutout() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 2, 424, "jpg");
    for (InputSpec input : List.of(GREY, COLOUR, COLOUR.withSize(61), COLOUR.withSize(256))) {
      try (CutoutStore wide = store(members, input, ALL);
          BatchLoader loader = BatchLoader.evaluation(wide, 2, 1)) {
        LoadedBatch batch = loader.epoch(0, 0).next();
        float[] one = prepared(input, members.get(0));
        float[] two = prepared(input, members.get(1));
        float[] expected = new float[2 * one.length];
        System.arraycopy(one, 0, expected, 0, one.length);
        System.arraycopy(two, 0, expected, one.length, one.length);
        // a grid that does not fall on the wide cutout's own blurs edges a little
        assertEqualWithin(input.equals(GREY) ? 0.51 : 12, values(batch), expected, input);
        assertThat(meanDifference(values(batch), expected))
            .isLessThan(input.equals(GREY) ? 0.3 * level(input, 0) : 0.6 * level(input, 0));
      }
    }
  }

  private static double meanDifference(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).average().orElse(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {424, 296, 230, 150})
  void cornersHoldSkyAndNotBlack(int side) throws Exception {
    List<Member> members =
        DrawnSky.draw(folder, 4, side, "png", DrawnSky.dataSet("trimmed", 1, OptionalInt.of(140)));
    for (InputSpec input : List.of(GREY, COLOUR)) {
      try (CutoutStore store = store(members, input, GEOMETRY);
          BatchLoader loader = BatchLoader.training(store, 4, 7, 1)) {
        int plane = input.size() * input.size();
        for (int epoch = 0; epoch < 20; epoch++) {
          LoadedBatch batch = loader.epoch(epoch, 0).next();
          float[] values = values(batch);
          for (int i = 0; i < values.length; i++) {
            int channel = i / plane % input.channels().count();
            double brightness = values[i] * input.std().get(channel) + input.mean().get(channel);
            assertThat(255 * brightness).isGreaterThan(DrawnSky.SKY - 2);
          }
          batch.release();
        }
      }
    }
  }

  /** The corners of a turned view are the image's own sky, not its edges drawn out. */
  @Test
  void aTurnedViewShowsWhatLiesBesideTheCrop() throws Exception {
    Member member = DrawnSky.draw(folder, 1, 424, "png").getFirst();
    Path file = member.galaxy().image();
    BufferedImage image = ImageIO.read(file.toFile());
    for (int y = 209; y < 215; y++) {
      for (int x = 309; x < 315; x++) { // 100 right of the centre; the crop ends at 84
        image.setRGB(x, y, Color.WHITE.getRGB());
      }
    }
    ImageIO.write(image, "png", file.toFile());
    try (CutoutStore store = store(List.of(member), GREY, GEOMETRY)) {
      float[] turned =
          render(
              new Renderer(GREY, store.largest()),
              store,
              new Augmentation.View(Math.PI / 4, false, 1, 0, 0, 1, 0, 0));
      int offset = (int) Math.round(100 / Math.sqrt(2));
      float brightest = 0;
      for (int corner : List.of(-1, 1)) {
        brightest = Math.max(brightest, turned[(84 + corner * offset) * 169 + 84 + offset]);
      }
      assertThat(255 * (brightest * 0.14 + 0.12)).isGreaterThan(250);
    }
  }

  @Test
  void aQuarterTurnIsExact() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 1, 424, "png");
    try (CutoutStore store = store(members, GREY, GEOMETRY)) {
      Renderer renderer = new Renderer(GREY, store.largest());
      float[] plain = render(renderer, store, Augmentation.View.PLAIN);
      float[] turned =
          render(renderer, store, new Augmentation.View(Math.PI / 2, false, 1, 0, 0, 1, 0, 0));
      float[] mirrored = render(renderer, store, new Augmentation.View(0, true, 1, 0, 0, 1, 0, 0));
      float[] shifted = render(renderer, store, new Augmentation.View(0, false, 1, 3, -2, 1, 0, 0));
      for (int y = 0; y < 169; y++) {
        for (int x = 0; x < 169; x++) {
          float here = plain[y * 169 + x];
          assertThat(mirrored[y * 169 + 168 - x]).isCloseTo(here, within(1e-4f));
          assertThat(turned[(168 - x) * 169 + y]).isCloseTo(here, within(0.05f));
          if (x >= 3 && y < 167) {
            assertThat(shifted[(y + 2) * 169 + x - 3]).isCloseTo(here, within(1e-4f));
          }
        }
      }
    }
  }

  private static float[] render(Renderer renderer, CutoutStore store, Augmentation.View view) {
    FloatBuffer target = FloatBuffer.allocate(GREY.valueCount());
    renderer.render(store, store.cutouts().getFirst(), view, target);
    return target.array();
  }

  @Test
  void brightnessAndNoiseChangeNothingElseAndStayWithinBlackAndWhite() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 1, 424, "png");
    try (CutoutStore store = store(members, GREY, GEOMETRY)) {
      Renderer renderer = new Renderer(GREY, store.largest());
      float[] plain = render(renderer, store, Augmentation.View.PLAIN);
      float[] noisy = render(renderer, store, new Augmentation.View(0, false, 1, 0, 0, 1, 0.02, 5));
      float[] bright = render(renderer, store, new Augmentation.View(0, false, 1, 0, 0, 1.1, 0, 5));
      double mean = 0;
      double square = 0;
      for (int i = 0; i < plain.length; i++) {
        double difference = (noisy[i] - plain[i]) * 0.14;
        mean += difference / plain.length;
        square += difference * difference / plain.length;
        double white = plain[i] * 0.14 + 0.12;
        assertThat(bright[i] * 0.14 + 0.12).isCloseTo(Math.min(1, 1.1 * white), within(1e-5));
      }
      assertThat(mean).isCloseTo(0, within(0.001));
      assertThat(Math.sqrt(square)).isCloseTo(0.02, within(0.001));
    }
  }

  @Test
  void aBatchDependsOnSeedEpochAndStepAlone() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 13, 128, "png");
    InputSpec input = COLOUR.withSize(24);
    try (CutoutStore store = store(members, input, ALL)) {
      List<float[]> inOneThread = epochs(store, 1, 42);
      List<float[]> inFour = epochs(store, 4, 42);
      assertThat(inOneThread).hasSize(9);
      for (int i = 0; i < inOneThread.size(); i++) {
        assertThat(inFour.get(i)).isEqualTo(inOneThread.get(i));
      }
      try (BatchLoader resumed = BatchLoader.training(store, 4, 42, 2)) {
        Iterator<LoadedBatch> rest = resumed.epoch(1, 2);
        assertThat(values(rest.next())).isEqualTo(inOneThread.get(5));
        assertThat(rest.hasNext()).isFalse();
      }
      assertThat(epochs(store, 1, 43).getFirst()).isNotEqualTo(inOneThread.getFirst());
      assertThat(inOneThread.get(3)).isNotEqualTo(inOneThread.get(0));
    }
  }

  /** All batches of three epochs. */
  private static List<float[]> epochs(CutoutStore store, int threads, long seed) {
    List<float[]> batches = new ArrayList<>();
    try (BatchLoader loader = BatchLoader.training(store, 4, seed, threads)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        Iterator<LoadedBatch> steps = loader.epoch(epoch, 0);
        while (steps.hasNext()) {
          LoadedBatch batch = steps.next();
          batches.add(values(batch));
          batch.release();
        }
      }
    }
    return batches;
  }

  @Test
  void everyGalaxyIsJudgedOnceAndTheLastBatchIsSmaller() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 5, 64, "png");
    InputSpec input = GREY.withSize(16);
    try (CutoutStore store = store(members, input, Augmentation.NONE);
        BatchLoader loader = BatchLoader.evaluation(store, 2, 2)) {
      List<String> seen = new ArrayList<>();
      List<Integer> values = new ArrayList<>();
      Iterator<LoadedBatch> epoch = loader.epoch(0, 0);
      while (epoch.hasNext()) {
        LoadedBatch batch = epoch.next();
        batch.galaxies().stream().map(LabelledGalaxy::id).forEach(seen::add);
        values.add(batch.images().remaining());
        batch.release();
      }
      assertThat(loader.stepsPerEpoch()).isEqualTo(3);
      assertThat(seen).containsExactly("drawn-0", "drawn-1", "drawn-2", "drawn-3", "drawn-4");
      assertThat(values).containsExactly(512, 512, 256);
    }
  }

  @Test
  void galaxiesAreDrawnAsOftenAsTheirDataSetsWeigh() throws Exception {
    List<Member> members = new ArrayList<>();
    members.addAll(
        DrawnSky.draw(folder, 6, 32, "png", DrawnSky.dataSet("half", 0.5, OptionalInt.empty())));
    members.addAll(
        DrawnSky.draw(folder, 4, 32, "png", DrawnSky.dataSet("twice", 2.25, OptionalInt.empty())));
    InputSpec input = GREY.withSize(8);
    try (CutoutStore store = store(members, input, Augmentation.NONE);
        BatchLoader loader = BatchLoader.training(store, 3, 1, 1)) {
      assertThat(loader.stepsPerEpoch()).isEqualTo((3 + 9) / 3);
      Map<String, Integer> drawn = new HashMap<>();
      for (int epoch = 0; epoch < 4; epoch++) {
        Set<String> halves = new HashSet<>();
        Iterator<LoadedBatch> steps = loader.epoch(epoch, 0);
        while (steps.hasNext()) {
          LoadedBatch batch = steps.next();
          for (LabelledGalaxy galaxy : batch.galaxies()) {
            drawn.merge(galaxy.id(), 1, Integer::sum);
            if (galaxy.id().startsWith("half")) {
              assertThat(halves.add(galaxy.id())).isTrue();
            }
          }
          batch.release();
        }
        assertThat(halves).hasSize(3);
      }
      members.forEach(
          m ->
              assertThat(drawn.get(m.galaxy().id()))
                  .as(m.galaxy().id())
                  .isEqualTo(m.galaxy().id().startsWith("half") ? 2 : 9));
    }
  }

  @Test
  void buffersAreBoundedAndComeBack() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 40, 32, "png");
    InputSpec input = GREY.withSize(8);
    try (CutoutStore store = store(members, input, ALL);
        BatchLoader loader = BatchLoader.training(store, 2, 1, 1)) {
      Iterator<LoadedBatch> epoch = loader.epoch(0, 0);
      List<LoadedBatch> kept = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        kept.add(epoch.next());
      }
      assertThatThrownBy(epoch::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("release a batch");
      kept.getFirst().release();
      kept.getFirst().release();
      assertThatThrownBy(() -> kept.getFirst().images()).hasMessageContaining("was released");
      assertThat(epoch.next().galaxies()).hasSize(2);
      assertThatThrownBy(epoch::next).hasMessageContaining("release a batch");
    }
  }

  /** Early stopping leaves an epoch in its middle. */
  @Test
  void anEpochThatIsLeftGivesItsBuffersToTheNext() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 40, 32, "png");
    InputSpec input = GREY.withSize(8);
    try (CutoutStore store = store(members, input, ALL);
        BatchLoader loader = BatchLoader.training(store, 2, 1, 2)) {
      for (int epoch = 0; epoch < 50; epoch++) {
        loader.epoch(epoch, 3).next().release();
      }
      Iterator<LoadedBatch> whole = loader.epoch(50, 0);
      int steps = 0;
      while (whole.hasNext()) {
        whole.next().release();
        steps++;
      }
      assertThat(steps).isEqualTo(20);
    }
  }
}
