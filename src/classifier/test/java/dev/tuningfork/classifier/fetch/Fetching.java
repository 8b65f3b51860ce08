package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference.Image;
import dev.tuningfork.classifier.setting.SettingValues;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

/** What the tests of fetching share. */
final class Fetching {

  static final int QUICK_BYTES = 100_000;

  private Fetching() {}

  /** A small limit of bytes and short pauses, and time enough for a machine that is busy. */
  static FetchSettings quick(FetchPolicy policy) {
    return settings(policy, Duration.ofSeconds(10));
  }

  /** The same, but an attempt's time is over almost at once. */
  static FetchSettings hasty(FetchPolicy policy) {
    return settings(policy, Duration.ofMillis(300));
  }

  /** The defaults. */
  static FetchSettings patient(FetchPolicy policy) {
    return new FetchSettings(
        policy,
        FetchLimits.DEFAULT,
        Retries.DEFAULT,
        S3Settings.DEFAULT,
        TileSettings.of(SettingValues.NONE),
        "tuning-fork-test");
  }

  private static FetchSettings settings(FetchPolicy policy, Duration attemptTime) {
    return new FetchSettings(
        policy,
        new FetchLimits(
            QUICK_BYTES, Duration.ofSeconds(5), attemptTime, Duration.ofSeconds(20), 3, 8),
        new Retries(3, Duration.ofMillis(20), Duration.ofMillis(200)),
        S3Settings.DEFAULT,
        TileSettings.of(SettingValues.NONE),
        "tuning-fork-test");
  }

  static Image image(String uri) {
    return Image.of(uri);
  }

  static Image image(String uri, Long sizeBytes, String sha256) {
    return new Image(uri, null, sizeBytes, sha256, null, null, List.of(), null, null);
  }

  /** A port of the loopback address that nobody listens on. */
  static int closedPort() throws IOException {
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return unused.getLocalPort();
    }
  }

  static FetchException failure(ImageFetcher fetcher, Image image) {
    FetchException failure = catchThrowableOfType(FetchException.class, () -> fetcher.fetch(image));
    assertThat(failure).as("the failure to fetch %s", image.uri()).isNotNull();
    return failure;
  }

  /**
   * Asserts that an image is refused for good, after so many attempts, with a sentence that says
   * it.
   */
  static void assertRefused(ImageFetcher fetcher, String uri, int attempts, String... words) {
    FetchException failure = failure(fetcher, image(uri));

    assertThat(failure).hasMessageStartingWith("Cannot fetch ").hasMessageEndingWith(".");
    assertThat(failure).hasMessageContainingAll(words);
    assertThat(failure.kind()).isEqualTo(FailureKind.PERMANENT);
    assertThat(failure.attempts()).isEqualTo(attempts);
  }

  /** Asserts that an image was tried as often as is allowed and might come another day. */
  static void assertGivenUp(ImageFetcher fetcher, String uri, int attempts, String... words) {
    FetchException failure = failure(fetcher, image(uri));

    assertThat(failure).hasMessageStartingWith("Cannot fetch ").hasMessageEndingWith(".");
    assertThat(failure).hasMessageContainingAll(words);
    assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
    assertThat(failure.attempts()).isEqualTo(attempts);
  }
}
