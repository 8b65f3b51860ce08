package dev.tuningfork.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.VoteFractions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StarTableFactory;
import uk.ac.starlink.table.StarTableOutput;

class VoteTablesTest {

  private static final DecisionTree GZ2 = DecisionTree.galaxyZoo2();
  private static final DecisionTree RINGS = rings();
  private static final String HEADER = "id_str,ring-r1_yes,ring-r1_no,kind-r1_inner,kind-r1_outer";

  @TempDir private Path folder;
  private Path images = Path.of("");

  @BeforeEach
  void makeImages() throws IOException {
    images = Tables.images(folder.resolve("images"), "1", "2", "3");
  }

  @Test
  void countsAreVotesAndWhatNobodyWasAskedIsUnknown() throws IOException {
    VoteFractions votes = only(table(HEADER, "1,6,2,3,1", "2,0,9,0,0"), RINGS, "1");

    assertThat(votes.volunteers()).hasValue(8);
    assertThat(votes.fractions().conditional(RINGS.question("ring"))).containsExactly(0.75, 0.25);
    assertThat(votes.asked(RINGS.question("kind"))).isEqualTo(0.5);
    VoteFractions other = only(table(HEADER, "2,0,9,0,0"), RINGS, "2");
    assertThat(other.asked(RINGS.question("kind"))).isZero();
    assertThat(other.fractions().answers(RINGS.question("kind"))).isFalse();
  }

  @Test
  void fractionsWithTotalsAreTheSameVotes() throws IOException {
    String header =
        "iauname,ring-r1_yes_fraction,ring-r1_no_fraction,ring-r1_total-votes,kind-r1_inner_fraction,kind-r1_outer_fraction,kind-r1_total-votes";
    VoteFractions votes = only(table(header, "1,0.75,0.25,8,0.75,0.25,4"), RINGS, "1");
    VoteFractions counted = only(table(HEADER, "1,6,2,3,1"), RINGS, "1");

    assertThat(votes.volunteers()).isEqualTo(counted.volunteers());
    assertThat(votes.asked(RINGS.question("kind"))).isEqualTo(0.5);
    VoteFractions alone =
        only(table("id,ring_yes_fraction,ring_no_fraction", "1,0.75,0.25"), RINGS, "1");
    assertThat(alone.volunteers()).isEmpty();
  }

  @Test
  void aTableTeachesEachTreeWhoseColumnsItHas() throws IOException {
    String gz2 = ",smooth-or-featured-gz2_smooth,smooth-or-featured-gz2_featured-or-disk";
    Path both =
        table(
            HEADER + gz2 + ",smooth-or-featured-gz2_artifact",
            "1,6,2,3,1,0,0,0",
            "2,0,0,0,0,9,1,0");
    List<DecisionTree> trees = List.of(GZ2, RINGS, DecisionTree.byId("desi"));

    List<GalaxySource> sources = VoteTables.of(images, List.of(both), trees, Optional.empty());

    assertThat(sources).hasSize(2);
    assertThat(sources.getFirst().read().galaxies())
        .extracting(LabelledGalaxy::id, LabelledGalaxy::tree)
        .containsExactly(tuple("2", GZ2));
    assertThat(sources.getLast().read().galaxies())
        .extracting(LabelledGalaxy::id, LabelledGalaxy::tree)
        .containsExactly(tuple("1", RINGS));
  }

  @Test
  void labelsOfNoTreeOrOfTwoAtOnceAreRefused() throws IOException {
    List<DecisionTree> trees = List.of(DecisionTree.byId("desi"), DecisionTree.byId("decals-dr5"));
    Path other = table(HEADER, "1,6,2,3,1");
    assertThatThrownBy(() -> VoteTables.of(images, List.of(other), trees, Optional.empty()))
        .hasMessageContaining("no column of votes for the tree desi or decals-dr5, such as");
    Path either = table("id,bar_strong,bar_weak,bar_no", "1,6,2,3");
    assertThatThrownBy(() -> VoteTables.of(images, List.of(either), trees, Optional.empty()))
        .hasMessageContaining("may be of the tree desi or of decals-dr5: put the campaign into");
  }

  @Test
  void aColumnThatIsThereTwiceIsRefused() throws IOException {
    for (String header :
        List.of(
            "id,ring_yes,ring_no,ring_yes",
            "id,ring_yes,ring_no,Ring-Yes",
            "id,ring_yes,ring_no,ID",
            "id,file_loc,ring_yes,ring_no,file_loc")) {
      Path csv = table(header, "1,6,2,3,1".substring(0, 2 * header.split(",").length - 1));
      assertThatThrownBy(() -> VoteTables.of(images, List.of(csv), RINGS, Optional.empty()).read())
          .as(header)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("remove all but one");
    }
  }

  @Test
  void fitsVotableAndCsvSayTheSame() throws IOException {
    Path csv = table(HEADER, "1,6,2,3,1", "2,0,9,0,0");
    StarTable read = new StarTableFactory().makeStarTable(csv.toString(), "csv");
    for (String name : List.of("votes.fits", "votes.vot")) {
      Path file = folder.resolve(name);
      new StarTableOutput().writeStarTable(read, file.toString(), null);
      assertThat(inNumbers(file)).as(name).isEqualTo(inNumbers(csv));
    }
  }

  /** Its last rows are missing: the sentence names the file and the row. */
  @Test
  void aTableThatIsTruncatedIsRefusedInASentence() throws IOException {
    String[] rows = IntStream.range(0, 3000).mapToObj(id -> id + ",6,2,3,1").toArray(String[]::new);
    StarTable read = new StarTableFactory().makeStarTable(table(HEADER, rows).toString(), "csv");
    for (String name : List.of("torn.vot", "torn.fits")) {
      Path torn = folder.resolve(name);
      new StarTableOutput().writeStarTable(read, torn.toString(), null);
      byte[] bytes = Files.readAllBytes(torn);
      Files.write(torn, Arrays.copyOf(bytes, bytes.length * 2 / 3));
      assertThatThrownBy(() -> inNumbers(torn))
          .as(name)
          .hasMessageContaining(name)
          .hasMessageMatching("(?s)The (table|catalogue) .* cannot be read.*");
    }
  }

  private List<String> inNumbers(Path file) throws IOException {
    return VoteTables.of(images, List.of(file), RINGS, Optional.empty()).read().galaxies().stream()
        .map(galaxy -> galaxy.id() + galaxy.votes().orElseThrow().volunteers())
        .toList();
  }

  @Test
  void anImageIsFoundByThePathInTheTable() throws IOException {
    Path elsewhere = Files.createFile(folder.resolve("far.jpg"));
    Path csv =
        table(
            "file_loc,ring_yes,ring_no",
            elsewhere + ",1,0",
            "/not/here/2.jpg,1,0",
            "/not/here/99.jpg,1,0");

    Reading reading = VoteTables.of(images, List.of(csv), RINGS, Optional.empty()).read();

    assertThat(reading.galaxies())
        .extracting(LabelledGalaxy::image)
        .containsExactly(elsewhere, images.resolve("2.jpg"));
    assertThat(reading.problems()).extracting(Problem::what).containsExactly("99");
  }

  /** Galaxy Zoo 2's public table: the images have the names of the second. */
  @Test
  void ofSeveralIdsTheOneCountsByWhichThereIsAnImage() throws IOException {
    Path csv = table("objid,asset_id,ring_yes,ring_no", "587739505552785605,1,6,2", "5877,99,6,2");

    Reading reading = VoteTables.of(images, List.of(csv), RINGS, Optional.empty()).read();

    assertThat(reading.galaxies()).extracting(LabelledGalaxy::id).containsExactly("1");
    assertThat(reading.problems()).extracting(Problem::what).containsExactly("5877");
  }

  @Test
  void rowsThatCannotBeUsedAreNamedAndTheOthersAre() throws IOException {
    Path csv =
        table(
            HEADER,
            "1,6,-2,3,1",
            "2,many,1,0,0",
            "3,0,0,0,0",
            "2,3,,0,0",
            "2,1,1,1,0",
            "9,1,1,1,0");

    Reading reading = VoteTables.of(images, List.of(csv), RINGS, Optional.empty()).read();

    assertThat(reading.galaxies()).extracting(LabelledGalaxy::id).containsExactly("2");
    assertThat(reading.problems())
        .extracting(Problem::sentence)
        .satisfiesExactly(
            negative -> assertThat(negative).contains("Galaxy 1 has -2", "0 or more"),
            text -> assertThat(text).contains("Row 2", "is not a number: 'many'"),
            none ->
                assertThat(none).contains("Galaxy 3", "no vote for a question of the tree rings"),
            part -> assertThat(part).contains("some answers of question ring only"),
            missing -> assertThat(missing).contains("Galaxy 9", "no image"));
  }

  @Test
  void columnsOfAnotherTreeAreRefusedWithItsName() throws IOException {
    Path galaxyZoo2 =
        table(
            "id,smooth-or-featured-gz2_smooth,smooth-or-featured-gz2_featured-or-disk,smooth-or-featured-gz2_artifact",
            "1,1,2,3");
    refused(galaxyZoo2, RINGS, "such as ring-r1_yes", "use --tree gz2");
    assertThat(only(galaxyZoo2, GZ2, "1").fractions().conditional(GZ2.root())[2])
        .isCloseTo(0.5, within(1e-9));
    refused(
        table(HEADER + ",ring-r1_maybe", "1,6,2,3,1,0"), RINGS, "ring-r1_maybe", "no such answer");
    refused(table("id,ring_yes,ring_no,kind_inner", "1,6,2,3"), RINGS, "none for 'outer'");
    refused(
        Tables.csv(folder.resolve("k.csv"), Tables.HEADER),
        RINGS,
        "Kaggle's columns",
        "--tree gz2");
    refused(table("ring_yes,ring_no", "1,6"), RINGS, "no column of ids");
  }

  private void refused(Path table, DecisionTree tree, String... parts) {
    assertThatThrownBy(() -> VoteTables.of(images, List.of(table), tree, Optional.empty()).read())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
  }

  /** Hart et al. 2016 have weighted and debiased fractions side by side. */
  @Test
  void ofGalaxyZoo2sPublicTableTheKindIsTheUsersChoice() throws IOException {
    String prefix = "t01_smooth_or_features_";
    String header =
        Stream.of("a01_smooth", "a02_features_or_disk", "a03_star_or_artifact")
            .map(answer -> prefix + answer + "_weighted_fraction," + prefix + answer + "_debiased")
            .reduce("asset_id,total_classifications", (a, b) -> a + "," + b);
    Path csv = table(header, "1,40,0.7,0.4,0.3,0.6,0,0");

    refused(csv, GZ2, "choose with --label-kind weighted-fraction or debiased");
    GalaxySource debiased =
        VoteTables.of(images, List.of(csv), GZ2, Optional.of(LabelKind.DEBIASED));
    VoteFractions votes = debiased.read().galaxies().getFirst().votes().orElseThrow();
    assertThat(votes.fractions().conditional(GZ2.root())[0]).isCloseTo(0.4, within(1e-9));
    assertThat(votes.volunteers()).hasValue(40);
    assertThat(debiased.describe()).contains("debiased vote fractions (gz2) of");
    assertThatThrownBy(() -> VoteTables.of(images, List.of(csv), GZ2, Optional.of(LabelKind.COUNT)))
        .hasMessageContaining("--label-kind may be weighted-fraction, debiased");
  }

  /** Nobody is asked what the answers do not lead to, and the table is one of labels again. */
  @Test
  void simulatedVolunteersWalkDownTheTree() throws IOException {
    Path csv = table("id,ring_yes,ring_no,kind_inner,kind_outer", "1,1,3,1,0", "2,0,1,,");
    Reading fractions = VoteTables.of(images, List.of(csv), RINGS, Optional.empty()).read();
    Path mock = folder.resolve("mock.csv");
    try (OutputStream out = Files.newOutputStream(mock)) {
      new MockVotes(RINGS, 400, 400, 1).write(fractions.galaxies(), out);
    }

    VoteFractions votes = only(mock, RINGS, "1");
    assertThat(votes.volunteers()).hasValue(400);
    assertThat(votes.fractions().conditional(RINGS.root())[0]).isCloseTo(0.25, within(0.06));
    assertThat(votes.asked(RINGS.question("kind")))
        .isCloseTo(votes.fractions().conditional(RINGS.root())[0], within(1e-9));
    assertThat(votes.fractions().conditional(RINGS.question("kind"))[0]).isEqualTo(1);
    assertThat(only(mock, RINGS, "2").asked(RINGS.question("kind"))).isZero();
    assertThat(Files.readString(mock))
        .contains("ring-r1_yes,ring-r1_yes_fraction")
        .contains("2,0,0.0,400,1.0,0,,0,");
    GalaxySource form =
        VoteTables.of(images, List.of(mock), RINGS, Optional.of(LabelKind.FRACTION));
    assertThat(form.read().galaxies().getFirst().votes().orElseThrow().volunteers()).isEmpty();
    assertThatThrownBy(() -> new MockVotes(RINGS, 80, 5, 1)).hasMessageContaining("80-5");
  }

  private VoteFractions only(Path table, DecisionTree tree, String id) throws IOException {
    return VoteTables.of(images, List.of(table), tree, Optional.empty()).read().galaxies().stream()
        .filter(galaxy -> galaxy.id().equals(id))
        .findFirst()
        .orElseThrow()
        .votes()
        .orElseThrow();
  }

  private Path table(String header, String... rows) throws IOException {
    return Tables.csv(folder.resolve("votes.csv"), header, rows);
  }

  private static DecisionTree rings() {
    try {
      return DecisionTree.read(
          new ByteArrayInputStream(
              """
              {"id": "rings", "version": "1", "campaign": "r1", "questions": [
                {"key": "ring", "answers": [{"key": "yes", "next": "kind"}, {"key": "no"}]},
                {"key": "kind", "answers": [{"key": "inner"}, {"key": "outer"}]}]}
              """
                  .getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
