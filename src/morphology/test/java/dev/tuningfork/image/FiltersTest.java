package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiltersTest {

  @ParameterizedTest
  @CsvSource({
    "g r z, 0 1 2",
    "z r g, 2 1 0",
    "g r i z y, 0 1 2",
    "HSC-Y HSC-Z HSC-I HSC-R HSC-G, 4 3 2",
    "u g r z, 1 2 3",
    "F814W F435W F606W, 1 2 0",
    "F160W F606W F105W, 1 2 0",
    "F435W F606W F814W F105W F160W, 0 2 4",
    "F444W F277W F115W, 2 1 0",
    "F2100W F770W F1130W, 1 2 0",
    "F115W F150W F277W F356W F410M F444W, 0 3 5",
    "F200W F090W F814W, 2 1 0",
    "R G B, 2 1 0",
    "one two three, 0 1 2",
    "a b c d e, 0 2 4",
    "g i, 0 1",
  })
  void pictureBandsGoFromBlueToRed(String names, String expected) {
    List<String> bands = Arrays.asList(names.split(" "));
    List<Integer> all = IntStream.range(0, bands.size()).boxed().toList();

    assertThat(Filters.forPicture(bands, all))
        .containsExactlyElementsOf(
            Arrays.stream(expected.split(" ")).map(Integer::valueOf).toList());
  }
}
