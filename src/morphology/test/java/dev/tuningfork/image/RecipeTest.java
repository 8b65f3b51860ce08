package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pictures are those that {@code recipe_pictures.py} makes with numpy of the published formulas.
 */
class RecipeTest {

  static Stream<JsonNode> pictures() throws IOException {
    try (InputStream in = RecipeTest.class.getResourceAsStream("recipe-pictures.json")) {
      return StreamSupport.stream(new JsonMapper().readTree(in).spliterator(), false)
          .toList()
          .stream();
    }
  }

  private static LinearFlux flux(JsonNode picture) {
    List<String> bands = new ArrayList<>();
    picture.path("bands").forEach(band -> bands.add(band.asText()));
    float[] values = new float[picture.path("flux").size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) picture.path("flux").get(i).asDouble();
    }
    return new LinearFlux(bands, picture.path("side").asInt(), values);
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void picturesAreThoseOfNumpyWithinALevel(JsonNode picture) throws Exception {
    Recipe recipe = Recipe.named(picture.path("recipe").asText());
    LinearFlux flux = flux(picture);
    int planes = picture.path("levels").size() / (flux.side() * flux.side());
    Channels channels = planes == 1 ? Channels.LUMINANCE : Channels.RGB;

    byte[] levels = recipe.picture(flux, channels).values();

    int plane = flux.side() * flux.side();
    int worst = 0;
    int brightest = 0;
    for (int i = 0; i < levels.length; i++) {
      int due = picture.path("levels").get(i % planes * plane + i / planes).asInt();
      worst = Math.max(worst, Math.abs(due - Byte.toUnsignedInt(levels[i])));
      brightest = Math.max(brightest, due);
    }
    assertThat(worst).isLessThanOrEqualTo(1);
    assertThat(brightest).isGreaterThan(150);
  }

  @Test
  void everyRecipeIsHeldToNumpy() throws Exception {
    assertThat(pictures().map(picture -> picture.path("recipe").asText()))
        .containsExactlyInAnyOrderElementsOf(Recipe.all().stream().map(Recipe::name).toList());
  }

  @Test
  void anIdIsFoundAgainAndChangesWithTheNumbers() {
    Recipe legacy = Recipe.named("legacy-grz");
    Recipe other =
        new Recipe(
            legacy.name(),
            legacy.version(),
            legacy.source(),
            legacy.bands(),
            new Tone.Range(List.of(52.6, 71.4, 125.0), -0.5, 300, true),
            legacy.size());

    assertThat(legacy.id()).matches("legacy-grz-1-[0-9a-f]{8}");
    assertThat(Recipe.named(legacy.id())).isEqualTo(legacy);
    assertThat(other.id()).isNotEqualTo(legacy.id());
    assertThatThrownBy(() -> Recipe.named(other.id())).hasMessageContaining(legacy.id());
  }

  @ParameterizedTest
  @CsvSource({
    "g;r;z, legacy-grz, 2;1;0",
    "decam_z;decam_r;decam_g, legacy-grz, 0;1;2",
    "HSC-G;HSC-R;HSC-I;HSC-Z;HSC-Y, hsc-gri, 2;1;0",
    "VIS;NIR_Y, euclid-composite, 1;0",
    "g;r;i, asinh, 2;1;0",
    "F115W;F277W;F444W, asinh, 2;1;0",
  })
  void bandsAreFoundByTheirNames(String available, String recipe, String chosen) throws Exception {
    assertThat(Recipe.named(recipe).choose(List.of(available.split(";"))))
        .containsExactlyElementsOf(Stream.of(chosen.split(";")).map(Integer::valueOf).toList());
  }

  @Test
  void aMissingBandIsNamed() {
    assertThatThrownBy(() -> Recipe.named("legacy-grz").choose(List.of("g", "r", "i")))
        .isInstanceOf(ImageException.class)
        .hasMessage("The recipe legacy-grz needs the bands z, r, g, but the image has g, r, i.");
  }

  @Test
  void sizesAreThoseOfTheSurveys() {
    Recipe.Size decals = Recipe.named("legacy-grz").size();

    assertThat(Recipe.named("sdss-gri").size().of(Map.of("petroR90_r", 5.0)).orElseThrow().side())
        .isCloseTo(42.4, within(1e-9));
    assertThat(decals.of(Map.of("PETROTH50", 4.0, "PETROTH90", 10.0)).orElseThrow())
        .isEqualTo(new Recipe.Sized(4 * 16.96, false));
    assertThat(decals.of(Map.of("PETROTH50", 1.0, "PETROTH90", 2.0)).orElseThrow().side())
        .isEqualTo(42.4);
    assertThat(decals.of(Map.of("PETROTH90", 10.0, "PETROTHETA", 27.6537)).orElseThrow().suspect())
        .isTrue();
    assertThat(decals.of(Map.of("PETROTH90", -9999.0, "PETROTH50", Double.NaN))).isEmpty();
  }

  @Test
  void undefinedPixelsAreShownAsNoFlux() throws Exception {
    float[] values = new float[3 * 4];
    Arrays.fill(values, 0.5f);
    values[0] = Float.NaN;
    float[] filled = values.clone();
    filled[0] = 0;
    Recipe recipe = Recipe.named("sdss-gri");
    List<String> bands = List.of("g", "r", "i");

    assertThat(recipe.picture(new LinearFlux(bands, 2, values), Channels.RGB).values())
        .isEqualTo(recipe.picture(new LinearFlux(bands, 2, filled), Channels.RGB).values());
  }

  private static float asinh(float x) {
    float[] one = {x};
    Asinh.of(one, 0, 1, 1);
    return one[0];
  }

  @Test
  void asinhIsThatOfDoublePrecision() {
    Random random = new Random(5);
    for (int i = 0; i < 200_000; i++) {
      float x = (float) (Math.signum(random.nextGaussian()) * Math.exp(random.nextDouble(-30, 27)));
      double due = Math.signum(x) * Math.log(Math.abs(x) + Math.sqrt((double) x * x + 1));
      assertThat((double) asinh(x)).isCloseTo(due, within(4e-6 * Math.max(1, Math.abs(due))));
    }
    for (int i = 0; i <= 1000; i++) {
      float[] share = {i / 1000f};
      Asinh.ofShares(share, 0, 1, Asinh.MOST);
      double x = i / 100.0;
      assertThat((double) share[0]).isCloseTo(Math.log(x + Math.sqrt(x * x + 1)), within(4e-6));
    }
    assertThat(asinh(0)).isZero();
    assertThat(asinh(Float.MAX_VALUE)).isBetween(28f, 29f);
  }

  @Test
  void percentilesAreThoseOfASort() {
    Random random = new Random(6);
    for (int count : new int[] {1, 2, 7, 1000, 16_384}) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) (i % 3 == 0 ? random.nextGaussian() * 1e-3 : random.nextInt(-5, 5));
      }
      float[] sorted = values.clone();
      Arrays.sort(sorted);
      for (double percent : new double[] {0, 0.25, 50, 99.85, 100}) {
        double place = percent / 100 * (count - 1);
        int lower = (int) place;
        int upper = Math.min(count - 1, lower + 1);
        double due = sorted[lower] + (place - lower) * ((double) sorted[upper] - sorted[lower]);

        assertThat(new Percentiles().over(values, 0, count).at(percent)).isEqualTo((float) due);
      }
    }
  }
}
