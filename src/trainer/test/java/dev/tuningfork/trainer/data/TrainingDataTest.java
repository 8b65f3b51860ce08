package dev.tuningfork.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.DecisionTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingDataTest {

  private static final HeldOutSplit SPLIT = new HeldOutSplit(0.2, "tuning-fork");
  private static final ClassRules KAGGLE = ClassRules.named("kaggle");

  @TempDir Path folder;

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }

  private static Set<String> ids(List<Member> members) {
    return members.stream().map(m -> m.galaxy().id()).collect(Collectors.toSet());
  }

  private static TrainingData read(DataSet... dataSets) throws Exception {
    return TrainingData.read(List.of(dataSets), SPLIT, Strictness.SKIP);
  }

  @Test
  void aGalaxyStaysOnItsSideWhenDataIsAddedOrReordered() throws Exception {
    List<String> some = ids(100, 300);
    List<String> more = new ArrayList<>(ids(100, 500));
    Collections.shuffle(more, new Random(1));
    TrainingData before = read(Tables.judged(Tables.kaggle(folder.resolve("some"), some)));
    TrainingData after =
        read(
            Tables.judged(Tables.kaggle(folder.resolve("other"), ids(1000, 1100))),
            Tables.judged(Tables.kaggle(folder.resolve("more"), more)));

    assertThat(ids(before.heldOut())).hasSizeBetween(25, 55);
    assertThat(ids(after.heldOut())).containsAll(ids(before.heldOut()));
    assertThat(ids(after.training())).containsAll(ids(before.training()));
    assertThat(after.training()).hasSize(500 - after.heldOut().size());
  }

  /** A galaxy that two campaigns asked about is learnt once for each, or judged on for each. */
  @Test
  void aGalaxyOfTwoCampaignsIsOnOneSideForBoth() throws Exception {
    List<String> ids = ids(100, 200);
    DataSet kaggle = Tables.unjudged(Tables.kaggle(folder.resolve("kaggle"), ids));
    DecisionTree desi = DecisionTree.byId("desi");
    Path images = kaggle.source().images();
    Path table =
        Files.write(
            folder.resolve("desi.csv"),
            Stream.concat(
                    Stream.of("id,bar-dr8_strong,bar-dr8_weak,bar-dr8_no"),
                    ids.stream().map(id -> id + ",1,2,3"))
                .toList());
    DataSet other = Tables.judged(VoteTables.of(images, List.of(table), desi, Optional.empty()));

    TrainingData data = read(kaggle, other);

    Set<String> heldOut = ids(data.heldOut());
    assertThat(heldOut).isEqualTo(ids.stream().filter(SPLIT::holdsOut).collect(Collectors.toSet()));
    assertThat(TrainingData.of(data.heldOut(), desi)).hasSize(data.heldOut().size());
    assertThat(data.training()).hasSize(2 * (100 - heldOut.size()));
    assertThat(ids(data.training())).doesNotContainAnyElementsOf(heldOut);
    assertThat(TrainingData.of(data.training(), desi)).hasSize(100 - heldOut.size());
  }

  @Test
  void whatIsHeldOutOfOneIsLearntFromNone() throws Exception {
    DataSet biased = Tables.unjudged(Tables.kaggle(folder.resolve("biased"), ids(100, 200)));
    DataSet judged = Tables.judged(Tables.kaggle(folder.resolve("judged"), ids(150, 250)));
    for (TrainingData data : List.of(read(biased, judged), read(judged, biased))) {
      Set<String> heldOut = ids(data.heldOut());
      assertThat(heldOut)
          .containsExactlyInAnyOrderElementsOf(
              ids(150, 250).stream().filter(SPLIT::holdsOut).toList())
          .doesNotContainAnyElementsOf(ids(data.training()));
      assertThat(ids(data.training())).containsAll(ids(100, 150));
      assertThat(data.training()).hasSize(150 - heldOut.size()).doesNotHaveDuplicates();
      assertThat(data.heldOut())
          .allSatisfy(m -> assertThat(m.galaxy().image()).hasParent(folder.resolve("judged")));
      assertThat(data.sources())
          .filteredOn(s -> s.dataSet().equals(judged))
          .singleElement()
          .satisfies(
              s -> {
                assertThat(s.named()).isEqualTo(100);
                assertThat(s.training() + s.heldOut()).isEqualTo(100);
                assertThat(s.heldOut()).isEqualTo(heldOut.size());
              });
    }
  }

  /** Of a biased sample, which holds out nothing, no more is learnt from than of the others. */
  @Test
  void aPortionIsOfAllGalaxiesThatAreLearntFrom() throws Exception {
    DataSet biased = Tables.unjudged(Tables.kaggle(folder.resolve("biased"), ids(100, 500)));
    DataSet judged = Tables.judged(Tables.kaggle(folder.resolve("judged"), ids(500, 600)));
    TrainingData all = read(biased, judged);

    TrainingData quarter = all.learningFrom(new Portion(0.25));
    TrainingData sixty = all.learningFrom(new Portion(60));

    assertThat(quarter.training()).hasSize(Math.round(all.training().size() / 4f));
    assertThat(ids(quarter.training())).containsAll(ids(sixty.training()));
    assertThat(sixty.training()).hasSize(60).isSubsetOf(all.training());
    assertThat(sixty.heldOut()).isEqualTo(all.heldOut());
    assertThat(sixty.sources())
        .extracting(TrainingData.Source::training)
        .satisfies(
            numbers -> {
              assertThat(numbers.get(0) + numbers.get(1)).isEqualTo(60);
              assertThat(numbers.get(1)).isBetween(1, 25);
            });
    assertThatThrownBy(() -> all.learningFrom(new Portion(1000)))
        .hasMessageContaining("galaxies to learn from, not 1,000");
    assertThatThrownBy(() -> new Portion(1.5)).hasMessageContaining("whole number");
  }

  private DataSet classes(Path images, String... rows) throws Exception {
    return Tables.unjudged(
        new ClassTable(
            images,
            Tables.csv(Files.createTempFile(folder, "classes", ".csv"), "GalaxyID,class", rows),
            KAGGLE,
            Optional.empty(),
            Optional.empty()));
  }

  @Test
  void whatSeveralSourcesSayIsJoined() throws Exception {
    KaggleTables votes = Tables.kaggle(folder.resolve("votes"), List.of("1", "2", "3"));
    DataSet classes = classes(votes.images(), "1,completely_round", "2,edge_on");

    TrainingData data = read(Tables.unjudged(votes), classes);

    assertThat(data.training()).hasSize(3);
    // smooth by 0.75: its shape is not known, so the one class is possible and the other is not
    LabelledGalaxy round = data.training().get(0).galaxy();
    assertThat(round.votes()).isPresent();
    assertThat(round.constraint()).contains(KAGGLE.constraint("completely_round"));
    LabelledGalaxy edgeOn = data.training().get(1).galaxy();
    assertThat(edgeOn.votes()).isPresent();
    assertThat(edgeOn.constraint()).isEmpty();
    assertThat(data.problems())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.kind()).isEqualTo(Problem.Kind.CONTRADICTORY);
              assertThat(p.sentence())
                  .contains("Galaxy 2 has vote fractions that break", "edge_on", "a02 >= 0.43");
            });
    assertThat(data.sources()).extracting(TrainingData.Source::problems).containsExactly(0, 1);
  }

  @Test
  void twoContradictoryTablesAreReported() throws Exception {
    Path images = Tables.images(folder.resolve("images"), "1", "2");
    DataSet one =
        Tables.unjudged(
            new KaggleTables(
                images,
                List.of(
                    Tables.csv(
                        folder.resolve("one.csv"), Tables.HEADER, Tables.smooth("1", 0.75)))));
    DataSet other =
        Tables.unjudged(
            new KaggleTables(
                images,
                List.of(
                    Tables.csv(
                        folder.resolve("other.csv"), Tables.HEADER, Tables.smooth("1", 0.25)))));

    TrainingData data = read(one, other, classes(images, "2,spiral"), classes(images, "2,edge_on"));

    assertThat(data.problems())
        .extracting(Problem::sentence)
        .satisfiesExactly(
            s -> assertThat(s).contains("Galaxy 1 has other vote fractions for question t01"),
            s -> assertThat(s).contains("Galaxy 2 is of class spiral", "and of class edge_on"));
    DecisionTree tree = DecisionTree.galaxyZoo2();
    assertThat(
            data.training().get(0).galaxy().votes().orElseThrow().fractions().joint(tree.root())[0])
        .isCloseTo(0.75, within(1e-9));
    assertThat(data.training().get(1).galaxy().className()).contains("spiral");
  }

  @Test
  void problemsAreListedOrStopIt() throws Exception {
    KaggleTables source = Tables.kaggle(folder.resolve("votes"), ids(1, 30));
    for (int id = 1; id < 20; id++) {
      Files.delete(source.images().resolve(id + ".jpg"));
    }
    DataSet dataSet = Tables.unjudged(source);

    assertThat(read(dataSet).problems()).hasSize(19);
    assertThat(read(dataSet).training()).hasSize(10);
    assertThatThrownBy(() -> TrainingData.read(List.of(dataSet), SPLIT, Strictness.STOP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The data has 19 problems: Galaxy 1 of ")
        .hasMessageContaining("Galaxy 10 of ")
        .hasMessageEndingWith(" … and 9 more.");
  }

  @Test
  void withoutAGalaxyThereIsNothingToRead() throws Exception {
    KaggleTables source =
        new KaggleTables(
            Tables.images(folder.resolve("images"), "1"),
            List.of(Tables.csv(folder.resolve("l.csv"), Tables.HEADER, Tables.smooth("2", 0.5))));

    assertThatThrownBy(() -> read(Tables.unjudged(source)))
        .hasMessageStartingWith("No galaxy can be used: Galaxy 2 of ");
    assertThatThrownBy(() -> read(Tables.unjudged(source), Tables.unjudged(source)))
        .hasMessageContaining("given twice");
  }

  /** The galaxies that the first shipped models were judged on. */
  @Test
  void theSameRealGalaxiesAreHeldOutWhateverIsMixedIn() throws Exception {
    Path data = Path.of(System.getProperty("tuningfork.data", ""));
    assumeTrue(
        Files.isDirectory(data.resolve("kaggle_more")),
        "The real labelled galaxies are not on this machine.");
    DataSet kaggle = Tables.judged(real(data.resolve("kaggle")));
    DataSet more = new DataSet(real(data.resolve("kaggle_more")), 1, false, OptionalInt.of(169));
    DataSet partial =
        new DataSet(
            new ClassTable(
                data.resolve("kaggle/images"),
                data.resolve("kaggle/partial_labels.csv"),
                KAGGLE,
                Optional.empty(),
                Optional.empty()),
            0.5,
            false,
            OptionalInt.empty());
    DataSet gz1 =
        Tables.unjudged(
            new ClassTable(
                data.resolve("gz1/images"),
                data.resolve("gz1/labels.csv"),
                ClassRules.named("gz1"),
                Optional.empty(),
                Optional.empty()));

    TrainingData alone = read(kaggle);
    TrainingData all = read(gz1, more, partial, kaggle);

    assertThat(alone.heldOut()).hasSize(728);
    assertThat(ids(all.heldOut())).isEqualTo(ids(alone.heldOut()));
    assertThat(all.problems()).isEmpty();
    Set<String> unique = new HashSet<>(ids(all.training()));
    assertThat(all.training()).hasSize(unique.size());
    assertThat(all.sources())
        .extracting(TrainingData.Source::named)
        .containsExactly(5007, 7901, 5321, 3695);
    assertThat(all.heldOut()).allSatisfy(m -> assertThat(m.galaxy().className()).isPresent());
  }

  private static KaggleTables real(Path folder) {
    return new KaggleTables(
        folder.resolve("images"),
        List.of(
            folder.resolve("training_solutions.csv"),
            folder.resolve("training_solutions_some_questions.csv")));
  }
}
