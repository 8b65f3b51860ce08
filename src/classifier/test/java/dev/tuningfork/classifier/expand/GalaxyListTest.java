package dev.tuningfork.classifier.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.fetch.SkyFile;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.tile.Cut;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GalaxyListTest {

  @TempDir Path folder;
  private Path scratch;
  private SurveyImageFetcher fetcher;

  @BeforeEach
  void openFetcher() throws Exception {
    scratch = Files.createDirectory(folder.resolve("scratch"));
    fetcher =
        new SurveyImageFetcher(
            FetchSettings.of(
                SettingValues.NONE
                    .with(FetchPolicy.SCHEMES, List.of("file", "data"))
                    .with(FetchPolicy.FOLDERS, List.of(folder))));
  }

  @AfterEach
  void closeFetcher() {
    fetcher.close();
  }

  @Test
  void everyRowIsInOnePieceAndPiecesAreBounded() throws Exception {
    List<Piece> pieces = all(image(table(95)), 0);

    assertThat(pieces)
        .allSatisfy(piece -> assertThat(piece.entries()).hasSizeLessThanOrEqualTo(10));
    assertThat(numbers(pieces)).isEqualTo(numbers(1, 95));
    assertThat(pieces.getLast().end()).isInstanceOf(Piece.Complete.class);
    assertThat(pieces.getLast().cursor()).isEqualTo(95);
    assertThat(reference(pieces.getFirst().entries().getFirst()).image().cutout().fieldOfView())
        .as("a radius of 1.5 arcseconds, 8.48 of them")
        .isEqualTo(1.5 * 8.48);
  }

  /** After a crash: what is behind the cursor, with the same outcome for each row. */
  @Test
  void aListThatIsReadAgainGoesOnAfterItsCursor() throws Exception {
    String rows = "id,ra,dec,radius\n1,150,2,1\n2,150,,1\n3,150,2,1\n1,150,2,1\n5,150,2,1\n";
    SurveyImageReference image = image(Files.writeString(folder.resolve("r.csv"), rows));
    List<Piece.Entry> whole = entries(all(image, 0));
    for (int cursor = 0; cursor <= 5; cursor++) {
      List<Piece.Entry> rest = entries(all(image, cursor));
      assertThat(rest.stream().map(GalaxyListTest::inWords))
          .as("after row %d", cursor)
          .isEqualTo(whole.stream().skip(cursor).map(GalaxyListTest::inWords).toList());
    }
    assertThat(whole.stream().map(GalaxyListTest::inWords))
        .containsExactly(
            "2 Row 2 of the catalogue: the column dec is empty.",
            "4 Row 4 of the catalogue (1): the identifier 1 is that of row 1.",
            "1 galaxy 1",
            "3 galaxy 3",
            "5 galaxy 5");
  }

  /** Else each galaxy of a compressed survey image would decompress its rows anew. */
  @Test
  void galaxiesFollowEachOtherFromSouthToNorthInRunsThatPiecesDoNotEnd() throws Exception {
    List<Piece> pieces = all(image(scattered(10_000)), 0);

    assertThat(numbers(pieces)).containsExactlyInAnyOrderElementsOf(numbers(1, 10_000));
    List<Double> decs = new ArrayList<>();
    for (Piece.Entry entry : entries(pieces)) {
      decs.add(reference(entry).dec());
    }
    assertThat(IntStream.range(1, decs.size()).filter(i -> decs.get(i) < decs.get(i - 1)).toArray())
        .containsExactly(4_096, 8_192);
    assertThat(pieces.stream().map(piece -> piece.entries().size()).distinct())
        .as("pieces go on over the end of a run; the last one says that this is all")
        .containsExactly(10, 0);
  }

  @Test
  void whereverItIsReadAgainNoGalaxyOfARunIsLeftOutOrListedTwice() throws Exception {
    SurveyImageReference scattered = image(scattered(9_000));
    SurveyImageReference image =
        scattered.with(
            new SurveyImageReference.Catalogue(
                uri(scattered), null, "radius < 1.9", null, null, null, null));
    List<Piece> whole = all(image, 0);
    assertThat(entries(whole)).hasSizeBetween(7_000, 8_500);
    for (int taken = 1; taken < whole.size(); taken += 97) {
      Piece last = whole.get(taken - 1);
      List<Piece> rest = all(image, last.cursor(), last.list());
      assertThat(numbers(rest))
          .as("after the piece with the cursor %d", last.cursor())
          .isEqualTo(numbers(whole.subList(taken, whole.size())));
      assertThat(excluded(rest)).isEqualTo(excluded(whole.subList(taken, whole.size())));
    }
  }

  /** Else the rows that another order puts before the cursor would be lost without a word. */
  @Test
  void aListThatHasChangedSinceItsFirstPiecesIsNotReadOn() throws Exception {
    Path table = table(95);
    SurveyImageReference image = image(table);
    Piece first = all(image, 0).getFirst();
    Files.writeString(table, "galaxy-96,150.1,2.1,1.5\n", StandardOpenOption.APPEND);

    List<Piece> rest = all(image, first.cursor(), first.list());

    assertThat(entries(rest)).isEmpty();
    assertThat(((Piece.Broken) Objects.requireNonNull(rest.getLast().end())).cause())
        .hasMessage(
            "The catalogue 95.csv is not the one whose first galaxies were listed: it has changed. Publish the survey image again.");
    assertThat(all(image, 0).getLast().end()).isInstanceOf(Piece.Complete.class);
  }

  @Test
  void aListThatChangesWhileItIsReadIsSaidToHaveChanged() throws Exception {
    Path table = table(20_000);
    Piece last = null;
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    try (GalaxyList list =
        new GalaxyLists(fetcher, scratch, 10, 50_000).open(image(table), 0, "")) {
      int pieces = 0;
      while (last == null || last.end() == null) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Piece piece = list.poll();
        if (piece == null) {
          Thread.onSpinWait();
          continue;
        }
        last = piece;
        if (++pieces == 10) {
          Files.setLastModifiedTime(table, FileTime.fromMillis(1));
        }
      }
    }
    assertThat(((Piece.Broken) Objects.requireNonNull(last.end())).cause())
        .hasMessageContaining("20000.csv has changed while it was read");
  }

  @Test
  void excludedRowsAreCountedAndMoveTheCursorOn() throws Exception {
    SurveyImageReference image = image(table(300_000));
    SurveyImageReference none =
        image.with(
            new SurveyImageReference.Catalogue(
                uri(image), null, "radius > 99", null, null, null, null));

    List<Piece> pieces = all(none, 0);

    assertThat(pieces).hasSizeGreaterThan(1);
    assertThat(pieces.stream().mapToLong(Piece::excluded).sum()).isEqualTo(300_000);
    assertThat(pieces.getFirst().cursor()).isPositive();
    assertThat(entries(pieces)).isEmpty();
  }

  @Test
  void aPartOfTheRowsIsListed() throws Exception {
    SurveyImageReference image = image(table(50));

    assertThat(numbers(all(image.with(Objects.requireNonNull(image.catalogue()).row(17)), 0)))
        .containsExactly(17L);
  }

  @Test
  void aDamagedListIsSaidToBeThat() throws Exception {
    byte[] gzipped = gzip(Files.readAllBytes(table(20_000)));
    Path cut = folder.resolve("cut.csv.gz");
    Files.write(cut, Arrays.copyOf(gzipped, gzipped.length / 2));

    Piece last = all(image(cut), 0).getLast();

    assertThat(last.end()).isInstanceOf(Piece.Broken.class);
    assertThat(((Piece.Broken) Objects.requireNonNull(last.end())).cause())
        .hasMessageContaining("cut.csv.gz cannot be read");
  }

  /** Else a full disk would cost every galaxy of the survey image. */
  @Test
  void aDiskThatFailsIsNotTakenForADamagedList() throws Exception {
    SurveyImageReference image = image(table(3));
    Files.delete(scratch);

    assertThatThrownBy(() -> all(image, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("temporary files cannot be written")
        .hasMessageContaining("The list is not the cause.");
  }

  @Test
  void aRemoteListIsCopiedAndTheCopyIsDeleted() throws Exception {
    SurveyImageReference image = image(table(1));
    SurveyImageReference carried =
        image.with(
            SurveyImageReference.Catalogue.of("data:,id%2Cra%2Cdec%2Cradius%0A1%2C150%2C2%2C1%0A"));

    List<Piece> pieces = all(carried, 0);

    assertThat(pieces.getLast().end())
        .as("the text has no name that says it is CSV")
        .isInstanceOf(Piece.Broken.class);
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
  }

  @Test
  void galaxiesInTheMessageAreListedAndBadOnesNamed() throws Exception {
    SurveyImageReference image =
        image(table(1))
            .with(
                List.of(
                    new SurveyImageReference.Galaxy("a", 150.0, 2.0, null, 64.0),
                    new SurveyImageReference.Galaxy("b", 400.0, 2.0, null, 64.0),
                    new SurveyImageReference.Galaxy("a", 150.0, 2.0, 9.0, null),
                    new SurveyImageReference.Galaxy("c", 150.0, 2.0, 9.0, null)));

    List<Piece.Entry> entries = entries(all(image, 0));

    assertThat(entries.stream().map(GalaxyListTest::inWords))
        .containsExactly(
            "2 Galaxy 2 of the survey image t: ra must lie between 0 and 360 degrees, not 400.0.",
            "3 Galaxy 3 of the survey image t: the identifier a is that of row 1.",
            "1 galaxy a",
            "4 galaxy c");
    assertThat(reference(entries.get(2)).image().cutout().side()).isEqualTo(64);
    assertThat(reference(entries.getLast()).image().cutout().fieldOfView()).isEqualTo(9);
    assertThat(
            SurveyImageReference.fromJson(((Piece.Unusable) entries.getFirst()).rest()).galaxies())
        .containsExactly(image.galaxies().get(1));
  }

  /** Radii in arcseconds, where the recipe cuts by pixels. */
  @Test
  void aSurveyImageWhosePixelScaleIsNeededIsOpenedOnce() throws Exception {
    SkyFile.write(folder.resolve("r.fits"), 300);
    AtomicInteger opened = new AtomicInteger();
    ImageFetcher counting =
        opening(
            cutout -> {
              opened.incrementAndGet();
              return fetcher.open(cutout, null);
            });

    List<Piece.Entry> entries = entries(all(inPixels(3), 0, counting));

    assertThat(opened).hasValue(1);
    assertThat(entries).hasSize(3);
    assertThat(reference(entries.getLast()).image().cutout().side())
        .as("two radii of 1.5 arcseconds, 0.5 arcseconds a pixel")
        .isCloseTo(6, within(1e-3));
  }

  /** Else its galaxies would be dead letters for good, though the host comes back. */
  @Test
  void aSurveyImageThatIsOutOfReachForNowIsNotTheFaultOfItsRows() throws Exception {
    ImageFetcher broken =
        opening(
            _ -> {
              throw new FetchException(FailureKind.TRANSIENT, 3, "The host is away.", null);
            });

    Piece only = all(inPixels(3), 0, broken).getLast();

    assertThat(only.entries()).isEmpty();
    assertThat(only.end()).isInstanceOf(Piece.Broken.class);
    assertThat(((Piece.Broken) Objects.requireNonNull(only.end())).kind())
        .isEqualTo(FailureKind.TRANSIENT);
  }

  @Test
  void aSurveyImageThatCannotBeOpenedIsTriedOnceForAllRows() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    ImageFetcher broken =
        opening(
            _ -> {
              opened.incrementAndGet();
              throw new FetchException(FailureKind.PERMANENT, 1, "It is no FITS file.", null);
            });

    List<Piece.Entry> entries = entries(all(inPixels(3), 0, broken));

    assertThat(opened).hasValue(1);
    assertThat(entries.stream().map(GalaxyListTest::inWords))
        .hasSize(3)
        .allSatisfy(row -> assertThat(row).endsWith("It is no FITS file."));
  }

  private SurveyImageReference inPixels(int rows) throws Exception {
    return new SurveyImageReference(
        "t",
        List.of(new Band("r", folder.resolve("r.fits").toUri().toString(), null)),
        List.of(),
        new SurveyImageReference.Catalogue(
            table(rows).toUri().toString(), "r_max=radius[arcsec]", null, null, null, null, null),
        "euclid-vis",
        null,
        null,
        null,
        null,
        false);
  }

  /** Opens a survey image. */
  private interface Opening {
    ImageFetcher.OpenImage open(GalaxyImageReference.Cutout cutout) throws FetchException;
  }

  private ImageFetcher opening(Opening opening) {
    return new ImageFetcher() {
      @Override
      public FetchedImage fetch(GalaxyImageReference.Image image) throws FetchException {
        return fetcher.fetch(image);
      }

      @Override
      public OpenImage open(GalaxyImageReference.Cutout cutout, Cut cut) throws FetchException {
        return opening.open(cutout);
      }

      @Override
      public LocalFile file(String uri) throws FetchException {
        return fetcher.file(uri);
      }
    };
  }

  private List<Piece> all(SurveyImageReference image, long after) throws Exception {
    return all(image, after, fetcher);
  }

  private List<Piece> all(SurveyImageReference image, long after, String begun) throws Exception {
    return all(image, after, begun, fetcher);
  }

  private List<Piece> all(SurveyImageReference image, long after, ImageFetcher by)
      throws Exception {
    return all(image, after, "", by);
  }

  private List<Piece> all(SurveyImageReference image, long after, String begun, ImageFetcher by)
      throws Exception {
    GalaxyLists lists = new GalaxyLists(by, scratch, 10, 50_000);
    List<Piece> pieces = new ArrayList<>();
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    try (GalaxyList list = lists.open(image, after, begun)) {
      while (pieces.isEmpty() || pieces.getLast().end() == null) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Piece piece = list.poll();
        if (piece == null) {
          Thread.onSpinWait();
        } else {
          pieces.add(piece);
        }
      }
    }
    return pieces;
  }

  private Path table(int rows) throws Exception {
    return Files.writeString(
        folder.resolve(rows + ".csv"),
        IntStream.rangeClosed(1, rows)
            .mapToObj("galaxy-%d,150.1,2.2,1.5\n"::formatted)
            .collect(Collectors.joining("", "id,ra,dec,radius\n", "")));
  }

  /** Declinations and radii in no order. */
  private Path scattered(int rows) throws Exception {
    Random random = new Random(3);
    return Files.writeString(
        folder.resolve("scattered.csv"),
        IntStream.rangeClosed(1, rows)
            .mapToObj(
                row ->
                    "%d,150.1,%.6f,%.2f\n"
                        .formatted(row, random.nextDouble(1, 3), random.nextDouble(1, 2)))
            .collect(Collectors.joining("", "id,ra,dec,radius\n", "")));
  }

  private static long excluded(List<Piece> pieces) {
    return pieces.stream().mapToLong(Piece::excluded).sum();
  }

  private static byte[] gzip(byte[] bytes) throws Exception {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static SurveyImageReference image(Path catalogue) {
    return new SurveyImageReference(
        "t",
        List.of(new Band("r", "file:/r.fits", null)),
        List.of(),
        SurveyImageReference.Catalogue.of(catalogue.toUri().toString()),
        null,
        null,
        null,
        null,
        null,
        false);
  }

  private static String uri(SurveyImageReference image) {
    return Objects.requireNonNull(image.catalogue()).uri();
  }

  private static List<Piece.Entry> entries(List<Piece> pieces) {
    return pieces.stream().flatMap(piece -> piece.entries().stream()).toList();
  }

  private static List<Long> numbers(List<Piece> pieces) {
    return entries(pieces).stream().map(Piece.Entry::number).toList();
  }

  private static List<Long> numbers(long from, long to) {
    return Stream.iterate(from, number -> number <= to, number -> number + 1).toList();
  }

  private static GalaxyImageReference reference(Piece.Entry entry) throws Exception {
    return GalaxyImageReference.fromJson(((Piece.Listed) entry).reference());
  }

  private static String inWords(Piece.Entry entry) {
    return switch (entry) {
      case Piece.Listed(long number, String objectId, _) -> number + " galaxy " + objectId;
      case Piece.Unusable(long number, String reason, _) -> number + " " + reason;
    };
  }
}
