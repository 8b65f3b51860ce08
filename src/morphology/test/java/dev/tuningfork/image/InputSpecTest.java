package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class InputSpecTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Property(tries = 200)
  void everySpecificationSurvivesItsJson(@ForAll("specs") InputSpec spec) throws Exception {
    InputSpec back = JSON.readValue(JSON.writeValueAsString(spec), InputSpec.class);

    assertThat(back).isEqualTo(spec);
    assertThat(back.id()).isEqualTo(spec.id());
  }

  @Test
  void theArticlesInputIsTheCentral169PixelsOf424() {
    InputSpec article = InputSpec.article();

    assertThat(article.channels()).isEqualTo(Channels.LUMINANCE);
    assertThat(article.size()).isEqualTo(169);
    assertThat(article.valueCount()).isEqualTo(169 * 169);
    assertThat(((Crop.Fraction) article.crop()).ofShorterSide() * 424).isEqualTo(169);
  }

  @Test
  void theIdentifierTellsSpecificationsApart() {
    InputSpec article = InputSpec.article();

    assertThat(article.id()).matches("luminance-169-[0-9a-f]{8}");
    assertThat(article.withCrop(new Crop.Pixels(169)).id()).isNotEqualTo(article.id());
    assertThat(article.withSize(128).id()).isNotEqualTo(article.id());
    assertThat(article.withStandardisation(List.of(0.5), List.of(1.0)).id())
        .isNotEqualTo(article.id());
    assertThat(article.withChannels(Channels.RGB).id()).isNotEqualTo(article.id());
  }

  @Test
  void unknownKindsAreRefusedInASentence() throws Exception {
    String json = JSON.writeValueAsString(InputSpec.article());

    assertThatThrownBy(() -> JSON.readValue(json.replace("fraction", "circle"), InputSpec.class))
        .hasStackTraceContaining(
            "\"circle\" is not a kind of crop: fraction, pixels and angle are known.");
    assertThatThrownBy(() -> JSON.readValue(json.replace("LUMINANCE", "UV"), InputSpec.class))
        .hasStackTraceContaining("\"UV\" is not a kind of channels");
    assertThatThrownBy(() -> JSON.readValue(json.replace("BILINEAR", "MAGIC"), InputSpec.class))
        .hasStackTraceContaining("\"MAGIC\" is not a kind of resampling");
    assertThatThrownBy(() -> JSON.readValue(json.replace("ofShorterSide", "of"), InputSpec.class))
        .hasStackTraceContaining("A crop of kind fraction needs the number \"ofShorterSide\".");
  }

  @Test
  void aStandardisationNeedsOneNumberAChannel() {
    InputSpec rgb = InputSpec.article().withChannels(Channels.RGB);

    assertThatThrownBy(() -> rgb.withStandardisation(List.of(0.1), List.of(1.0)))
        .hasMessage("RGB needs 3 means and as many standard deviations, not 1 and 1.");
    assertThatThrownBy(
            () -> rgb.withStandardisation(List.of(0.1, 0.1, 0.1), List.of(1.0, 0.0, 1.0)))
        .hasMessageContaining("standard deviations positive");
  }

  @Provide
  Arbitrary<InputSpec> specs() {
    Arbitrary<Crop> crops =
        Arbitraries.oneOf(
            Arbitraries.doubles().between(0.01, 1).map(Crop.Fraction::new),
            Arbitraries.integers().between(1, 5000).map(Crop.Pixels::new),
            Arbitraries.doubles().between(0.1, 1000).map(a -> new Crop.Angle(a, 0.4)));
    return Combinators.combine(
            Arbitraries.of(Channels.class),
            Arbitraries.integers().between(1, 1024),
            crops,
            Arbitraries.of(Resampling.class))
        .as(
            (channels, size, crop, resampling) -> {
              InputSpec spec = InputSpec.article().withChannels(channels);
              return new InputSpec(
                  channels, size, crop, resampling, spec.stretch(), spec.mean(), spec.std(), null);
            });
  }
}
