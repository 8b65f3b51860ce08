package dev.tuningfork.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.Problem;
import dev.tuningfork.trainer.data.TrainingData.Member;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutoutStoreTest {

  private static final InputSpec INPUT = InputSpec.article();
  private static final Augmentation TURNED = new Augmentation(true, true, 1.1, 3, 1, 0);

  @TempDir Path folder;
  @TempDir Path temporary;

  private CutoutStore store(List<Member> members, InputSpec input, Augmentation augmentation)
      throws Exception {
    return CutoutStore.create(members, input, augmentation, temporary, n -> {});
  }

  private List<Path> leftBehind() throws Exception {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.toList();
    }
  }

  @Test
  void anImageThatCannotBeReadIsAProblemAndNoneOfTheOthers() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 5, 200, "jpg");
    Files.writeString(members.get(1).galaxy().image(), "no image");
    Files.delete(members.get(3).galaxy().image());
    AtomicInteger tried = new AtomicInteger();

    try (CutoutStore store =
        CutoutStore.create(
            members, INPUT, TURNED, temporary, n -> tried.accumulateAndGet(n, Math::max))) {
      assertThat(store.members()).containsExactly(members.get(0), members.get(2), members.get(4));
      assertThat(store.problems()).extracting(Problem::what).containsExactly("drawn-1", "drawn-3");
      assertThat(store.problems())
          .allSatisfy(
              p -> {
                assertThat(p.kind()).isEqualTo(Problem.Kind.UNREADABLE);
                assertThat(p.sentence()).startsWith("The image ").contains("cannot be read: ");
              });
      assertThat(tried).hasValue(5);
    }
  }

  @Test
  void withoutAnyImageThereIsNoStoreAndNoFileIsLeft() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 1, 200, "jpg");
    Files.writeString(members.getFirst().galaxy().image(), "no image");

    assertThatThrownBy(() -> store(members, INPUT, TURNED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("No image can be read. The image ");
    assertThatThrownBy(() -> store(List.of(), INPUT, TURNED))
        .hasMessageContaining("There is no galaxy");
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void closingLeavesNoFile() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 3, 200, "jpg");

    try (CutoutStore store = store(members, INPUT, Augmentation.NONE)) {
      assertThat(store.size()).isEqualTo(3 * 169 * 169);
    }

    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void aMissingFolderIsReported() {
    assertThatThrownBy(
            () ->
                CutoutStore.create(
                    DrawnSky.draw(folder, 1, 64, "png"),
                    INPUT,
                    TURNED,
                    temporary.resolve("absent"),
                    n -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absent is not a folder");
  }

  /** A data set may hold images of several sizes, and of several crops the other. */
  @Test
  void everyImageIsCutByItsOwnSizeAndItsDataSetsCrop() throws Exception {
    List<Member> members = new ArrayList<>();
    DataSet mixed = DrawnSky.dataSet("mixed", 1, OptionalInt.empty());
    DataSet trimmed = DrawnSky.dataSet("trimmed", 1, OptionalInt.of(169));
    for (int side : List.of(424, 300, 425, 212)) {
      Path images = Files.createDirectory(folder.resolve("" + side));
      members.addAll(DrawnSky.draw(images, 2, side, "png", mixed));
    }
    members.addAll(
        DrawnSky.draw(Files.createDirectory(folder.resolve("t")), 2, 296, "png", trimmed));
    for (Augmentation augmentation : List.of(Augmentation.NONE, TURNED)) {
      try (CutoutStore store = store(members, INPUT, augmentation)) {
        Renderer renderer = new Renderer(INPUT, store.largest());
        for (int i = 0; i < members.size(); i++) {
          Member member = members.get(i);
          InputSpec own =
              member.dataSet().equals(trimmed) ? INPUT.withCrop(new Crop.Pixels(169)) : INPUT;
          float[] expected =
              own.standardised(
                  new Preprocessor(own, ImageLimits.DEFAULT)
                      .prepare(Files.readAllBytes(member.galaxy().image()), ImageDescription.NONE)
                      .pixels());
          FloatBuffer seen = FloatBuffer.allocate(expected.length);
          renderer.render(store, store.cutouts().get(i), Augmentation.View.PLAIN, seen);
          for (int v = 0; v < expected.length; v++) {
            assertThat(seen.get(v))
                .as("%s, value %d", member.galaxy().image(), v)
                .isCloseTo(
                    expected[v], within(augmentation == Augmentation.NONE ? 0.51f / 255 : 0.04f));
          }
        }
      }
    }
  }

  @Test
  void aCropByAngleCanBeJudgedButNotTurned() throws Exception {
    List<Member> members = DrawnSky.draw(folder, 1, 200, "jpg");
    InputSpec angle = INPUT.withCrop(new Crop.Angle(60, 0.4));

    try (CutoutStore store = store(members, angle, Augmentation.NONE)) {
      assertThat(store.members()).hasSize(1);
    }
    assertThatThrownBy(() -> store(members, angle, TURNED))
        .hasMessageContaining("not an angle of 60.0 arcseconds");
  }
}
