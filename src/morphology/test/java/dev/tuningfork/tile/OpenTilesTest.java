package dev.tuningfork.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.image.SurveyFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class OpenTilesTest {

  private static final Cut SQUARE = new Cut(new Cut.Centre.Pixel(16, 16), new Cut.Side.Pixels(8));

  @TempDir private Path folder;
  private OpenTiles tiles;

  @BeforeEach
  void open() {
    tiles = new OpenTiles(2, new TileCache(1 << 20, folder));
  }

  @AfterEach
  void close() {
    tiles.close();
  }

  private SequencedMap<String, TileSource> tile(String name, float value) throws Exception {
    float[][] pixels = new float[32][32];
    for (int i = 0; i < 32 * 32; i++) {
      pixels[i / 32][i % 32] = value + i;
    }
    return bands(
        SurveyFiles.write(folder.resolve(name + ".fits"), pixels, SurveyFiles.grid(16, 16)));
  }

  private static SequencedMap<String, TileSource> bands(Path file) {
    SequencedMap<String, TileSource> bands = new LinkedHashMap<>();
    bands.put("r", TileSource.of(file));
    return bands;
  }

  private float lowest(SequencedMap<String, TileSource> bands) throws Exception {
    try (OpenTiles.Lease lease = tiles.lease(bands)) {
      return lease.image().cut(SQUARE).flux().values()[7 * 8];
    }
  }

  @Test
  void manyThreadsShareOneOpening() throws Exception {
    SequencedMap<String, TileSource> tile = tile("a", 0);
    CountDownLatch together = new CountDownLatch(8);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Float>> read = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        read.add(
            threads.submit(
                () -> {
                  together.countDown();
                  together.await();
                  return lowest(tile);
                }));
      }
      for (Future<Float> one : read) {
        assertThat(one.get()).isEqualTo(12 * 32 + 12f);
      }
    }
    assertThat(tiles.opened()).isEqualTo(1);
  }

  @Test
  void theLeastRecentlyUsedIsClosedFirst() throws Exception {
    List<SequencedMap<String, TileSource>> three =
        List.of(tile("a", 0), tile("b", 0), tile("c", 0));
    lowest(three.get(0));
    lowest(three.get(1));
    lowest(three.get(0));
    lowest(three.get(2)); // closes the second
    assertThat(tiles.opened()).isEqualTo(3);
    lowest(three.get(0));
    assertThat(tiles.opened()).isEqualTo(3);
    lowest(three.get(1));
    assertThat(tiles.opened()).isEqualTo(4);
  }

  @Test
  void whatIsInUseIsNotClosed() throws Exception {
    SequencedMap<String, TileSource> used = tile("a", 0);
    try (OpenTiles.Lease lease = tiles.lease(used)) {
      for (String other : List.of("b", "c", "d")) {
        lowest(tile(other, 0));
      }
      tiles.close();
      assertThat(lease.image().cut(SQUARE).flux().values()[7 * 8]).isEqualTo(12 * 32 + 12f);
    }
  }

  @Test
  void aFileThatHasChangedIsOpenedAnew() throws Exception {
    assertThat(lowest(tile("a", 0))).isEqualTo(12 * 32 + 12f);
    Path file = folder.resolve("a.fits");
    var before = Files.getLastModifiedTime(file);
    SequencedMap<String, TileSource> changed = tile("a", 1_000);
    Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 5_000));

    assertThat(lowest(changed)).isEqualTo(1_000 + 12 * 32 + 12f);
    assertThat(tiles.opened()).isEqualTo(2);
  }

  @Test
  void aFailureIsRememberedAndNamesTheBand() {
    SequencedMap<String, TileSource> missing = bands(folder.resolve("none.fits"));
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> tiles.lease(missing))
          .isInstanceOf(TileException.class)
          .hasMessageContaining("none.fits does not exist")
          .satisfies(failure -> assertThat(((TileException) failure).band()).isEqualTo("r"));
    }
    assertThat(tiles.opened()).isEqualTo(1);
  }
}
