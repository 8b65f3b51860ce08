package dev.tuningfork.standalone.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.catalogue.SeenIds;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TileFilesTest {

  @TempDir Path folder;

  private void touch(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }

  @Test
  void bandsOfATileAreMatchedByTheStarInTheirNames() throws Exception {
    touch("330/b330-r.fits.fz", "330/b330-g.fits.fz", "331/b331-r.fits.fz", "331/b331-g.fits.fz");

    List<NamedTile> tiles =
        TileFiles.find(
            List.of("r=" + folder + "/*/b*-r.fits.fz", "g=" + folder + "/*/b*-g.fits.fz"));

    assertThat(tiles.stream().map(NamedTile::name)).containsExactly("330", "331");
    assertThat(tiles.getFirst().bands().sequencedKeySet()).containsExactly("r", "g");
    assertThat(tiles.getFirst().first().file()).isEqualTo(folder.resolve("330/b330-r.fits.fz"));
  }

  @Test
  void oneTileIsCalledByWhatItsFilesHaveInCommon() throws Exception {
    touch("sky-r.fits", "sky-g.fits", "cube.fits");

    assertThat(
            TileFiles.find(
                    List.of("r=" + folder + "/sky-r.fits[SCI]", "g=" + folder + "/sky-g.fits"))
                .getFirst()
                .name())
        .isEqualTo("sky");
    NamedTile cube =
        TileFiles.find(List.of("r=" + folder + "/cube.fits[0;1]", "g=" + folder + "/cube.fits[;2]"))
            .getFirst();
    assertThat(cube.name()).isEqualTo("cube");
    assertThat(cube.bands().get("r").hdu()).isEqualTo("0");
    assertThat(cube.bands().get("r").plane()).isEqualTo(1);
    assertThat(cube.bands().get("g").hdu()).isNull();
    assertThat(cube.bands().get("g").plane()).isEqualTo(2);
  }

  @Test
  void aTileThatLacksABandIsNamedWithTheFileThatIsMissing() throws Exception {
    touch("1-r.fits", "1-g.fits", "2-r.fits");

    assertThatThrownBy(
            () -> TileFiles.find(List.of("r=" + folder + "/*-r.fits", "g=" + folder + "/*-g.fits")))
        .hasMessage(
            "The tile 2 has no image in the band g: there is no file " + folder + "/2-g.fits.");
  }

  @Test
  void masksGoWithTheImagesOfTheirTiles() throws Exception {
    touch("1-r.fits", "2-r.fits", "1-r-mask.fits");
    List<String> images = List.of("r=" + folder + "/*-r.fits");

    assertThatThrownBy(() -> TileFiles.find(images, List.of("r=" + folder + "/*-r-mask.fits")))
        .hasMessage(
            "The tile 2 has no mask of the band r: there is no file " + folder + "/2-r-mask.fits.");
    touch("2-r-mask.fits");
    assertThat(
            TileFiles.find(images, List.of("r=" + folder + "/*-r-mask.fits[DQ]")).stream()
                .map(tile -> tile.first().maskFile() + " " + tile.first().mask()))
        .containsExactly(folder + "/1-r-mask.fits DQ", folder + "/2-r-mask.fits DQ");
    assertThatThrownBy(() -> TileFiles.find(images, List.of("g=" + folder + "/*-r-mask.fits")))
        .hasMessage("There is a mask of the band g, but no image: --image g=…");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tile.fits", "r=", "=tile.fits", "r=x.fits[0;one]"})
  void whatIsWrittenDifferentlyIsRefused(String image) throws Exception {
    assertThatThrownBy(() -> TileFiles.find(List.of(image))).isInstanceOf(Exception.class);
    touch("x.fits");
    assertThatThrownBy(() -> TileFiles.find(List.of(image.replace("x.fits", folder + "/x.fits"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void identifiersAreSeenOnce() throws Exception {
    try (SeenIds ids = new SeenIds(folder)) {
      for (int row = 1; row <= 20_000; row++) {
        assertThat(ids.firstRow("id-" + row, row)).isZero();
      }
      for (int row = 1; row <= 20_000; row += 1_999) {
        assertThat(ids.firstRow("id-" + row, 30_000)).isEqualTo(row);
      }
    }
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../etc/x", "a/b", ".hidden", "a b", "J1234+05.6", "é", "a%2Fb", "A:1"})
  void namesOfFilesAreSafeAndDiffer(String id) {
    String name = CutoutFiles.name(id);
    assertThat(name).matches("[A-Za-z0-9_+%-][A-Za-z0-9_+.%-]*");
    assertThat(URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8))
        .as("it can be read back")
        .isEqualTo(id);
  }
}
