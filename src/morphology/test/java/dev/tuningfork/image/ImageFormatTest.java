package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFormatTest {

  @ParameterizedTest
  @CsvSource({
    "a.jpg, a",
    "a.JPEG, a",
    "a.png, a",
    "a.Fits, a",
    "a.fit, a",
    "a.fts, a",
    "a.fits.gz, a",
    "a.FIT.GZ, a",
    "a.fts.gz, a",
    "a.fits.fz, a",
    "a.fit.fz, a",
    "J1230.5+12.jpg, J1230.5+12",
    ".jpg, .jpg",
    "a.csv, a.csv",
    "a.gz, a.gz",
  })
  void aNameLosesTheSuffixOfAnImageAndNoOther(String name, String stem) {
    assertThat(ImageFormat.withoutSuffix(name)).isEqualTo(stem);
  }

  @Test
  void aFileIsWhatItsFirstBytesSay() {
    assertThat(ImageFormat.of(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, 1}))
        .contains(ImageFormat.JPEG);
    assertThat(ImageFormat.of(new byte[] {0x1f, (byte) 0x8b, 8}))
        .contains(ImageFormat.GZIPPED_FITS);
    assertThat(ImageFormat.of(new byte[] {'P', 'K', 3, 4})).isEmpty();
    assertThat(ImageFormat.of(new byte[0])).isEmpty();
  }

  /** On a system whose names are UTF-8, the byte e1 alone is no letter. */
  @Test
  void aNameThatCannotBeSpelledIsGivenAsInAUri() {
    Path latin = Path.of(URI.create("file:///survey/Gal%E1xia.jpg"));
    assertThat(ImageFormat.spelled(latin)).isEqualTo("/survey/Gal%E1xia.jpg");
    assertThat(ImageFormat.spelled(latin.getFileName())).isEqualTo("Gal%E1xia.jpg");
    assertThat(ImageFormat.spelled(Path.of("survey/a b.jpg"))).isEqualTo("survey/a b.jpg");
  }
}
