package dev.tuningfork.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalaxySourcesTest {

  private static final ClassRules KAGGLE = ClassRules.named("kaggle");

  @TempDir Path folder;

  private KaggleTables kaggle(String header, String... rows) throws Exception {
    return new KaggleTables(
        Tables.images(folder.resolve("images"), "1", "2", "3", "4"),
        List.of(Tables.csv(folder.resolve("labels.csv"), header, rows)));
  }

  private ClassTable classes(String header, String... rows) throws Exception {
    return new ClassTable(
        Tables.images(folder.resolve("images"), "1", "2", "3"),
        Tables.csv(folder.resolve("classes.csv"), header, rows),
        KAGGLE,
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void goodRowsAreReadAndEveryBadRowIsReported() throws Exception {
    Reading reading =
        kaggle(
                Tables.HEADER,
                Tables.smooth("1", 0.75),
                "",
                Tables.smooth("2", 0.75).replace("0.25", "0.5"),
                Tables.smooth("5", 0.75),
                Tables.smooth("1", 0.5),
                "3,0.5",
                Tables.smooth("3", 0.75).replace("0.75", "many"),
                Tables.smooth("4", 0.5))
            .read();

    assertThat(reading.galaxies()).extracting(LabelledGalaxy::id).containsExactly("1", "4");
    assertThat(reading.galaxies().getFirst().image()).hasFileName("1.jpg");
    DecisionTree tree = DecisionTree.galaxyZoo2();
    assertThat(
            reading.galaxies().getFirst().votes().orElseThrow().fractions().joint(tree.root())[0])
        .isCloseTo(0.75, within(1e-9));
    assertThat(reading.problems())
        .extracting(Problem::kind, Problem::what)
        .containsExactly(
            tuple(Problem.Kind.CONTRADICTORY, "2"),
            tuple(Problem.Kind.MISSING, "5"),
            tuple(Problem.Kind.DUPLICATE, "1"),
            tuple(Problem.Kind.UNREADABLE, folder.resolve("labels.csv").toString()),
            tuple(Problem.Kind.UNREADABLE, folder.resolve("labels.csv").toString()));
    assertThat(reading.problems().stream().map(Problem::sentence).toList())
        .satisfiesExactly(
            s -> assertThat(s).contains("labels.csv", "Galaxy 2 breaks the tree at question t01"),
            s -> assertThat(s).contains("Galaxy 5", "has no image in"),
            s -> assertThat(s).contains("Galaxy 1", "named before"),
            s -> assertThat(s).contains("Line 7 of", "has 2 cells instead of 38"),
            s -> assertThat(s).contains("Line 8 of", "not a number", "many"));
  }

  @Test
  void columnsCanBeInAnyOrderAmongOthers() throws Exception {
    List<String> names = new ArrayList<>(KaggleColumns.NAMES);
    Collections.reverse(names);
    String row = ",".repeat(34) + "0,0.25,0.75,remark,1";

    Reading reading = kaggle("\uFEFF" + String.join(",", names) + ",Comment,GalaxyID", row).read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.galaxies()).extracting(LabelledGalaxy::id).containsExactly("1");
  }

  @Test
  void aTableWithoutAColumnCannotBeUsed() throws Exception {
    KaggleTables source = kaggle(Tables.HEADER.replace(",Class8.3", ""), "1");

    assertThatThrownBy(source::read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no column 'Class8.3'")
        .hasMessageContaining("GalaxyID,Class1.1");
  }

  @Test
  void emptyFoldersEmptyTablesAndMissingTablesAreReported() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path labels = Tables.csv(folder.resolve("labels.csv"), Tables.HEADER);
    Path images = Tables.images(folder.resolve("images"), "1");
    Path nothing = Files.createFile(folder.resolve("nothing.csv"));

    assertThatThrownBy(() -> new KaggleTables(empty, List.of(labels)).read())
        .hasMessageContaining("empty contains no image");
    assertThatThrownBy(() -> new KaggleTables(folder.resolve("absent"), List.of(labels)).read())
        .hasMessageContaining("is not a folder of images");
    assertThatThrownBy(() -> new KaggleTables(images, List.of(nothing)).read())
        .hasMessageContaining("nothing.csv is empty");
    assertThatThrownBy(() -> new KaggleTables(images, List.of(folder.resolve("absent.csv"))).read())
        .hasMessageContaining("There is no table");
  }

  @Test
  void aClassIsAConstraint() throws Exception {
    Reading reading =
        classes("objid,class", "1,spiral", "2,none", "3,disc", "4,spiral", "2,spiral").read();

    assertThat(reading.galaxies())
        .extracting(LabelledGalaxy::id, LabelledGalaxy::className, LabelledGalaxy::constraint)
        .containsExactly(
            tuple("1", Optional.of("spiral"), Optional.of(KAGGLE.constraint("spiral"))),
            tuple("2", Optional.of("none"), Optional.of(KAGGLE.constraint("none"))));
    assertThat(reading.problems())
        .extracting(Problem::kind)
        .containsExactly(Problem.Kind.UNREADABLE, Problem.Kind.MISSING, Problem.Kind.DUPLICATE);
    assertThat(reading.problems().getFirst().sentence())
        .contains("Line 4 of", "class 'disc'", "completely_round, in_between");
  }

  @Test
  void columnsOfIdsAndClassesCanBeNamed() throws Exception {
    ClassTable usual = classes("name,kind", "1,spiral");
    ClassTable named =
        new ClassTable(
            usual.images(), usual.table(), KAGGLE, Optional.of("name"), Optional.of("kind"));

    assertThatThrownBy(usual::read)
        .hasMessageContaining("no column of ids by a usual name (GalaxyID,")
        .hasMessageContaining("'name,kind'");
    assertThat(named.read().galaxies()).hasSize(1);
  }

  @Test
  void foldersAreNamedByClass() throws Exception {
    Tables.images(folder.resolve("spiral"), "1", "2");
    Tables.images(folder.resolve("edge_on"), "3", "2");
    Files.createDirectory(folder.resolve(".cache"));
    Files.writeString(folder.resolve("README.md"), "");

    Reading reading = new ClassFolders(folder, KAGGLE).read();

    assertThat(reading.galaxies())
        .extracting(LabelledGalaxy::id, g -> g.className().orElseThrow())
        .containsExactly(tuple("2", "edge_on"), tuple("3", "edge_on"), tuple("1", "spiral"));
    assertThat(reading.problems())
        .extracting(Problem::sentence)
        .singleElement()
        .asString()
        .contains("Galaxy 2 is in two folders", "it counts as edge_on, not as spiral");
  }

  @Test
  void aFolderOfAnotherNameIsRefused() throws Exception {
    assertThatThrownBy(() -> new ClassFolders(folder, KAGGLE).read())
        .hasMessageContaining("contains no folder with the name of a class");
    Tables.images(folder.resolve("discs"), "1");

    assertThatThrownBy(() -> new ClassFolders(folder, KAGGLE).read())
        .hasMessageContaining("discs is not named by a class of the rules kaggle");
  }

  @Test
  void aSourceSaysWhatItIsAndNotWhere() throws Exception {
    assertThat(kaggle(Tables.HEADER).describe())
        .startsWith("images of ")
        .contains("/images with ", "/labels.csv")
        .doesNotContain(folder.getParent().toString());
  }
}
