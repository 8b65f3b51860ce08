package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {

  @ParameterizedTest
  @CsvSource({
    "images.example.org,      images.example.org,      443,  true",
    "IMAGES.example.org,      images.example.org,      443,  true",
    "images.example.org,      images.example.org,      8443, false",
    "images.example.org:8443, images.example.org,      8443, true",
    "images.example.org:8443, images.example.org,      443,  false",
    "images.example.org:*,    images.example.org,      22,   true",
    "images.example.org,      a.images.example.org,    443,  false",
    "images.example.org,      images.example.org.evil, 443,  false",
    "*.example.org,           images.example.org,      443,  true",
    "*.example.org,           a.b.example.org,         443,  true",
    "*.example.org,           example.org,             443,  false",
    "*.example.org,           evilexample.org,         443,  false",
    "*.example.org,           images.example.org,      444,  false",
    "*,                       anything.at.all,         443,  true",
    "*,                       anything.at.all,         22,   false",
    "192.0.2.7,               192.0.2.7,               443,  true",
    "[2001:db8::7],           2001:db8::7,             443,  true",
    "[2001:db8::7]:8080,      2001:db8::7,             8080, true",
  })
  void aPatternMatchesAsItsDocumentationSays(String text, String host, int port, boolean matches) {
    assertThat(HostPattern.parse(text).matches(host, port, 443)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*example.org",
        "a.*.org",
        "https://example.org",
        "example.org/",
        "a:b",
        "::1"
      })
  void whatNamesNoHostIsRefusedByName(String text) {
    assertThatThrownBy(() -> HostPattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\" does not name a host");
  }
}
