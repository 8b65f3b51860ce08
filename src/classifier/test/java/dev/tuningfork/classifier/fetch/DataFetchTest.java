package dev.tuningfork.classifier.fetch;

import static dev.tuningfork.classifier.fetch.Fetching.assertRefused;
import static dev.tuningfork.classifier.fetch.Fetching.failure;
import static dev.tuningfork.classifier.fetch.Fetching.image;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.setting.SettingValues;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DataFetchTest {

  private final SurveyImageFetcher fetcher =
      new SurveyImageFetcher(
          Fetching.quick(
              new FetchPolicy(Set.of("data"), List.of(), List.of(), List.of(), Set.of())));

  @Property(tries = 200)
  void bytesComeBackFromBase64AndFromPercentSigns(@ForAll byte[] bytes) throws Exception {
    String base64 = Base64.getEncoder().encodeToString(bytes);
    String percent = bytes.length == 0 ? "" : "%" + HexFormat.ofDelimiter("%").formatHex(bytes);

    assertThat(fetcher.fetch(image("data:image/png;base64," + base64)).bytes()).isEqualTo(bytes);
    assertThat(fetcher.fetch(image("data:;base64," + base64.replace("+", "%2B"))).bytes())
        .isEqualTo(bytes);
    assertThat(fetcher.fetch(image("data:image/png," + percent)).bytes()).isEqualTo(bytes);
  }

  @Test
  void plainTextIsUnchanged() throws Exception {
    assertThat(fetcher.fetch(image("DATA:,SIMPLE%20+;a,b")).bytes())
        .asString()
        .isEqualTo("SIMPLE +;a,b");
  }

  @Test
  void whatIsNoDataUriIsRefused() {
    assertRefused(fetcher, "data:image/png;base64", 0, "needs a comma");
    assertRefused(fetcher, "data:image/png;base64,AA$A", 1, "not valid base64");
    assertRefused(fetcher, "data:image/png,%zz", 0, "it is not a URI");
    assertRefused(
        fetcher, "data:," + "a".repeat(Fetching.QUICK_BYTES + 1), 1, "more than the limit");
  }

  @Test
  void whatItsReferenceSaysIsChecked() throws Exception {
    String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    assertThat(fetcher.fetch(image("data:,abc", 3L, abc)).sha256()).isEqualTo(abc);
    assertThat(failure(fetcher, image("data:,abd", 3L, abc)))
        .hasMessageContaining("but its reference says " + abc);
    assertThat(failure(fetcher, image("data:,abcd", 3L, abc)))
        .hasMessageContaining("it has 4 bytes, but its reference says 3");
    assertThat(failure(fetcher, image("data:,abc", 1L << 40, abc)).attempts()).isZero();
  }

  @Test
  void aSchemeThatIsNotAllowedOrUnknownIsRefused() {
    assertRefused(fetcher, "https://images.example.org/a.jpg", 0, "https is not among the allowed");
    assertRefused(fetcher, "file:///a.jpg", 0, "file is not among the allowed");
    for (String uri : List.of("ftp://h/a", "jar:file:///a!/b", "gopher://h/a", "javascript:1")) {
      assertRefused(fetcher, uri, 0, "is not a supported scheme");
    }
  }

  @Test
  void nothingIsServedToBeginWith() {
    try (var nothing = new SurveyImageFetcher(FetchSettings.of(SettingValues.NONE))) {
      for (String uri : List.of("file:///a", "http://h/a", "https://h/a", "s3://b/a", "data:,a")) {
        assertRefused(nothing, uri, 0, "is not among the allowed schemes");
      }
    }
  }
}
