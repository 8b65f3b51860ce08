package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.URISyntaxException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTargetTest {

  @ParameterizedTest
  @CsvSource({
    "http://Images.Example.ORG/a.jpg, images.example.org, 80, http://images.example.org/a.jpg",
    "HTTPS://images.example.org., images.example.org, 443, https://images.example.org/",
    "https://images.example.org:443/?ra=1&dec=2#top, images.example.org, 443, https://images.example.org/?ra=1&dec=2",
    "http://images.example.org:8080/a%2Fb, images.example.org, 8080, http://images.example.org:8080/a%2Fb",
    "http://127.0.0.1/, 127.0.0.1, 80, http://127.0.0.1/",
    "http://[::1]:8080/a, ::1, 8080, http://[::1]:8080/a",
    "http://[::FFFF:7f00:1]/a, ::ffff:7f00:1, 80, http://[::ffff:7f00:1]/a",
    "http://images.example.org/é, images.example.org, 80, http://images.example.org/%C3%A9",
  })
  void theHostThatIsCheckedIsTheHostThatIsAsked(String uri, String host, int port, URI asked)
      throws Exception {
    HttpTarget target = HttpTarget.of(new URI(uri));

    assertThat(target.host().getHostName()).isEqualTo(host);
    assertThat(target.host().getPort()).isEqualTo(port);
    assertThat(target.uri()).isEqualTo(asked);
  }

  /**
   * Each of these is 127.0.0.1 for some browser, library or shell, or another host than it seems.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://2130706433/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.0.0.1./",
        "http://127.000.000.001/",
        "http://0/",
        "http://0300.0250.0.1/",
        "http://127.0.0.1%2F@images.example.org/",
        "http://images.example.org@127.0.0.1/",
        "http://images.example.org%40127.0.0.1/",
        "http://user:password@images.example.org/",
        "http://@127.0.0.1/",
        "http://127.0.0.1%00.example.org/",
        "http://images.example.org\\@127.0.0.1/",
        "http://images.example.org:99999/",
        "http://images.example.org:0/",
        "http://images.example.org:80:80/",
        "http://[fe80::1%25lo]:80/",
        "http://[::1%lo]/",
        "http://[::1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http:///a.jpg",
        "http:a.jpg",
        "http://",
        "http://images..example.org/",
        "http://.example.org/",
        "http://\u0131mages.example.org/",
      })
  void aHostInDisguiseIsRefused(String uri) {
    assertThatThrownBy(() -> HttpTarget.of(new URI(uri)))
        .isInstanceOfAny(SourceException.class, URISyntaxException.class);
  }
}
