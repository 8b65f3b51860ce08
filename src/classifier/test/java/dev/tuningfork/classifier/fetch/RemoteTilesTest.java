package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.GalaxyImageReference.Cutout;
import dev.tuningfork.file.Sha256;
import dev.tuningfork.tile.Cut;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Survey images on a server. */
@Timeout(120)
class RemoteTilesTest {

  /** Of an image of 300 MB. */
  private static final int LARGE = 8_660;

  /** Of an image of 8 MB. */
  private static final int MEDIUM = 1_448;

  private static final FetchPolicy POLICY = policy(List.of("127.0.0.1:*"));

  @TempDir Path folder;
  @TempDir Path copies;
  private RangeServer server;

  @BeforeEach
  void open() throws Exception {
    server = new RangeServer(folder, true);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static FetchPolicy policy(List<String> hosts) {
    return new FetchPolicy(Set.of("http"), hosts, List.of("127.0.0.1"), List.of(), Set.of());
  }

  private SurveyImageFetcher fetcher(FetchPolicy policy, long disk) {
    FetchSettings usual = Fetching.quick(policy);
    return new SurveyImageFetcher(
        new FetchSettings(
            policy,
            usual.limits(),
            usual.retries(),
            usual.s3(),
            new TileSettings(4, 1 << 20, copies, disk, 4, Duration.ofSeconds(30)),
            usual.userAgent()));
  }

  private Path tile(String name, int side) throws Exception {
    Path file = folder.resolve(name);
    SkyFile.write(file, side);
    return file;
  }

  /** The pixel at the centre of a galaxy of 128 pixels around this column. */
  private static float pixel(SurveyImageFetcher fetcher, String uri, int side, int x)
      throws Exception {
    return pixel(fetcher, uri, side, x, 128);
  }

  private static float pixel(SurveyImageFetcher fetcher, String uri, int side, int x, int width)
      throws Exception {
    return pixel(fetcher, new Band("r", uri, null), side, x, width);
  }

  private static float pixel(SurveyImageFetcher fetcher, Band band, int side, int x, int width)
      throws Exception {
    Cutout cutout = new Cutout("5428", List.of(band), null, (double) width, null, false);
    Cut cut = new Cut(SkyFile.position(side, x, side / 2), new Cut.Side.Pixels(width));
    try (ImageFetcher.OpenImage open = fetcher.open(cutout, cut)) {
      float[] pixels = open.image().cut(cut).flux().values();
      return pixels[(width / 2 - 1) * width + width / 2]; // rows count from the top
    }
  }

  @Test
  void oneGalaxyOfALargeTileCostsAFewParts() throws Exception {
    Path file = tile("large.fits", LARGE);
    int x = LARGE / 2 + 500;
    SkyFile.set(file, LARGE, x, LARGE / 2, 7);
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30)) {
      assertThat(pixel(fetcher, server.uri("large.fits"), LARGE, x)).isEqualTo(7);
      assertThat(Files.size(file)).isGreaterThan(299_000_000);
      assertThat(server.sent()).isLessThan(1_500_000);
      assertThat(fetcher.tileFigures().bytes()).isEqualTo(server.sent());
      assertThat(fetcher.tileFigures().held()).isEqualTo(server.sent());
    }
    assertThat(copies).isEmptyDirectory();
  }

  @Test
  void manyGalaxiesCostOneTransferHoweverManyAskAtOnce() throws Exception {
    Path file = tile("medium.fits", MEDIUM);
    SkyFile.cover(file, MEDIUM);
    for (int x = 0; x < 500; x++) {
      SkyFile.set(file, MEDIUM, 400 + x, MEDIUM / 2, x);
    }
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30);
        ExecutorService threads = Executors.newFixedThreadPool(10)) {
      List<Future<Float>> read = new ArrayList<>();
      for (int n = 0; n < 2_000; n++) {
        int x = 400 + n % 500;
        read.add(threads.submit(() -> pixel(fetcher, server.uri("medium.fits"), MEDIUM, x, 16)));
      }
      for (int n = 0; n < 2_000; n++) {
        assertThat(read.get(n).get()).isEqualTo(n % 500);
      }
      String end = "-" + (Files.size(file) - 1);
      assertThat(server.requests().stream().filter(range -> range.endsWith(end)))
          .as("requests for all that is missing")
          .hasSize(1);
      assertThat(server.sent()).isBetween(Files.size(file), Files.size(file) * 11 / 10);
      assertThat(fetcher.tileFigures().cutouts()).isEqualTo(2_000);
      assertThat(fetcher.tileFigures().hits()).isGreaterThan(1_900);
    }
  }

  /** Both have the same folder, and copies of their own in it. */
  @Test
  void twoInstancesWithTenTasksEachFetchATileOnceEach() throws Exception {
    Path file = tile("medium.fits", MEDIUM);
    SkyFile.cover(file, MEDIUM);
    try (SurveyImageFetcher one = fetcher(POLICY, 1L << 30);
        SurveyImageFetcher two = fetcher(POLICY, 1L << 30);
        ExecutorService threads = Executors.newFixedThreadPool(20)) {
      List<Future<Float>> read = new ArrayList<>();
      for (int n = 0; n < 400; n++) {
        int x = 400 + n;
        SurveyImageFetcher instance = n % 2 == 0 ? one : two;
        read.add(threads.submit(() -> pixel(instance, server.uri("medium.fits"), MEDIUM, x, 16)));
      }
      for (Future<Float> pixel : read) {
        pixel.get();
      }
      String end = "-" + (Files.size(file) - 1);
      assertThat(server.requests().stream().filter(range -> range.endsWith(end)))
          .as("requests for all that is missing")
          .hasSize(2);
      assertThat(server.sent()).isBetween(2 * Files.size(file), 2 * Files.size(file) * 11 / 10);
    }
  }

  @Test
  void aTileThatCannotBeHadIsNotAskedForAgainForEachGalaxy() throws Exception {
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30)) {
      for (int n = 0; n < 50; n++) {
        assertThatThrownBy(() -> pixel(fetcher, server.uri("none.fits"), MEDIUM, 700))
            .isInstanceOfSatisfying(
                FetchException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.PERMANENT))
            .hasMessageStartingWith(
                "Cannot open the band r of the survey image 5428: Cannot fetch ")
            .hasMessageContaining("the server answered 404");
      }
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aTileThatChangesBetweenTwoPartsIsReadAnew() throws Exception {
    Path file = tile("large.fits", LARGE);
    int first = LARGE / 2;
    int second = LARGE / 2 + 2_000;
    SkyFile.set(file, LARGE, first, LARGE / 2, 1);
    SkyFile.set(file, LARGE, second, LARGE / 2, 1);
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30)) {
      String uri = server.uri("large.fits");
      assertThat(pixel(fetcher, uri, LARGE, first)).isEqualTo(1);

      SkyFile.set(file, LARGE, first, LARGE / 2, 2);
      SkyFile.set(file, LARGE, second, LARGE / 2, 2);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));

      assertThat(pixel(fetcher, uri, LARGE, second)).isEqualTo(2);
      assertThat(pixel(fetcher, uri, LARGE, first)).isEqualTo(2);
    }
  }

  /**
   * An interrupted write closes the copy's channel for good, so the next galaxy needs a new copy.
   */
  @Test
  @SuppressWarnings("NullAway") // neither is used for bytes that are given
  void aCopyWhoseWritingWasInterruptedIsNotUsedAgain() throws Exception {
    try (RemoteTile tile =
        RemoteTile.begin(
            server.uri("any"),
            null,
            new FilePart.Version(null, null, 1 << 20),
            copies.resolve("1.fits"),
            null,
            null,
            stored -> {})) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> tile.store(new ByteArrayInputStream(new byte[1 << 20]), 1 << 20))
          .hasMessageContaining("cannot be written");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(tile.isCurrent()).isFalse();
    }
  }

  @Test
  void aFileWithAnotherHashIsRefusedAndFetchedOnceForAllGalaxies() throws Exception {
    Path file = tile("medium.fits", MEDIUM);
    SkyFile.set(file, MEDIUM, 700, MEDIUM / 2, 3);
    String before = Sha256.hex(Files.readAllBytes(file));
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30)) {
      for (int galaxy = 0; galaxy < 3; galaxy++) {
        assertThatThrownBy(() -> hashed(fetcher, server.uri("medium.fits"), "0".repeat(64)))
            .hasMessageStartingWith("Cannot open the band r of the survey image 5428")
            .hasMessageContaining("its SHA-256 is " + before + ", and 0000")
            .extracting(e -> ((FetchException) e).kind())
            .isEqualTo(FailureKind.PERMANENT);
      }
      assertThat(hashed(fetcher, server.uri("medium.fits"), before)).isEqualTo(3);
      assertThat(server.sent()).isLessThan(Files.size(file) * 11 / 10);

      // published again, while the copy of the earlier one is young
      SkyFile.set(file, MEDIUM, 700, MEDIUM / 2, 5);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
      String after = Sha256.hex(Files.readAllBytes(file));
      assertThat(hashed(fetcher, server.uri("medium.fits"), after.toUpperCase(Locale.ROOT)))
          .isEqualTo(5);
    }
    try (SurveyImageFetcher small = fetcher(POLICY, 1 << 20)) {
      assertThatThrownBy(() -> hashed(small, server.uri("medium.fits"), before))
          .hasMessageContaining("no room for all 8,392,320 bytes in tiles.folder");
    }
  }

  private static float hashed(SurveyImageFetcher fetcher, String uri, String sha256)
      throws Exception {
    return pixel(fetcher, new Band("r", uri, null, sha256, null), MEDIUM, 700, 128);
  }

  @Test
  void aFileWithAnotherETagIsRefused() throws Exception {
    Path file = tile("medium.fits", MEDIUM);
    SkyFile.set(file, MEDIUM, 700, MEDIUM / 2, 3);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    String tag = Files.size(file) + "-1000";
    String uri = server.uri("medium.fits");
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30)) {
      for (String right : List.of(tag, "\"" + tag + "\"")) {
        assertThat(pixel(fetcher, new Band("r", uri, null, null, right), MEDIUM, 700, 128))
            .isEqualTo(3);
      }
      assertThatThrownBy(
              () -> pixel(fetcher, new Band("r", uri, null, null, "other"), MEDIUM, 700, 128))
          .hasMessageContaining("its ETag is \"" + tag + "\", and other in the message");
      assertThat(server.sent()).as("no hash is needed, hence not all of it").isLessThan(1_500_000);
    }
  }

  @Test
  void aFileOfThisMachineIsCheckedToo() throws Exception {
    Path file = tile("medium.fits", MEDIUM);
    SkyFile.set(file, MEDIUM, 700, MEDIUM / 2, 3);
    String uri = file.toUri().toString();
    FetchPolicy files =
        new FetchPolicy(Set.of("file"), List.of(), List.of(), List.of(folder), Set.of());
    try (SurveyImageFetcher fetcher = fetcher(files, 1 << 20)) {
      assertThat(hashed(fetcher, uri, Sha256.hex(Files.readAllBytes(file)))).isEqualTo(3);
      assertThatThrownBy(() -> hashed(fetcher, uri, "0".repeat(64)))
          .hasMessageContaining("its SHA-256 is");
      assertThatThrownBy(
              () -> pixel(fetcher, new Band("r", uri, null, null, "a"), MEDIUM, 700, 128))
          .hasMessageContaining("give its sha256 instead");
    }
  }

  @Test
  void eachBandOfASurveyImageElsewhereHasItsTime() throws Exception {
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30)) {
      Duration one = fetcher.longest(image("r"));
      assertThat(fetcher.longest(image("g", "r", "i")).minus(one))
          .isEqualTo(Duration.ofSeconds(30).multipliedBy(2));
    }
  }

  private GalaxyImageReference.Image image(String... names) {
    List<Band> bands =
        Stream.of(names).map(name -> new Band(name, server.uri(name), null)).toList();
    return GalaxyImageReference.Image.of(new Cutout("5428", bands, null, 128.0, null, false));
  }

  @Test
  void theFolderIsBoundedAndTheLeastRecentlyUsedIsDeletedFirst() throws Exception {
    long disk = 20_000_000;
    for (String name : List.of("a", "b", "c")) {
      SkyFile.set(tile(name, MEDIUM), MEDIUM, 700, MEDIUM / 2, name.charAt(0));
    }
    try (SurveyImageFetcher fetcher = fetcher(POLICY, disk)) {
      for (String name : List.of("a", "b", "a", "c", "a", "b")) {
        for (int galaxy = 0; galaxy < 4; galaxy++) {
          assertThat(pixel(fetcher, server.uri(name), MEDIUM, 700)).isEqualTo(name.charAt(0));
          assertThat(fetcher.tileFigures().held()).isLessThanOrEqualTo(disk);
        }
      }
      assertThat(server.requests().stream().filter(range -> range.equals("bytes=0-65535")).count())
          .as("a once, since it was always used before; b twice, since c took its place")
          .isEqualTo(4);
    }
  }

  @Test
  void aServerWithoutRangesSendsTheWholeFileOnce() throws Exception {
    SkyFile.set(tile("medium.fits", MEDIUM), MEDIUM, 700, MEDIUM / 2, 3);
    try (RangeServer simple = new RangeServer(folder, false);
        SurveyImageFetcher fetcher = fetcher(POLICY, 1L << 30);
        SurveyImageFetcher small = fetcher(POLICY, 1 << 20)) {
      for (int galaxy = 0; galaxy < 3; galaxy++) {
        assertThat(pixel(fetcher, simple.uri("medium.fits"), MEDIUM, 700)).isEqualTo(3);
      }
      assertThat(simple.requests()).hasSize(1);
      assertThatThrownBy(() -> pixel(small, simple.uri("medium.fits"), MEDIUM, 700))
          .hasMessageContaining("tiles.disk");
    }
  }

  @Test
  void whatIsTooLargeForTheFolderIsReadInParts() throws Exception {
    SkyFile.set(tile("medium.fits", MEDIUM), MEDIUM, 700, MEDIUM / 2, 3);
    try (SurveyImageFetcher fetcher = fetcher(POLICY, 2 << 20)) {
      for (int galaxy = 0; galaxy < 10; galaxy++) {
        assertThat(pixel(fetcher, server.uri("medium.fits"), MEDIUM, 700)).isEqualTo(3);
      }
      assertThat(server.sent()).isLessThan(1_500_000);
    }
  }

  @Test
  void aHostThatIsNotListedIsNotAsked() throws Exception {
    try (SurveyImageFetcher fetcher = fetcher(policy(List.of("survey.test")), 1L << 30)) {
      assertThatThrownBy(() -> pixel(fetcher, server.uri("a.fits"), MEDIUM, 700))
          .hasMessageContaining("is not among the allowed hosts");
      assertThat(server.requests()).isEmpty();
    }
  }
}
