package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactedUriTest {

  @ParameterizedTest
  @CsvSource({
    "https://h/a.jpg?ra=1.5&dec=-3, https://h/a.jpg?ra=1.5&dec=-3",
    "https://me:secret@h/a.jpg, https://***@h/a.jpg",
    "https://me:se@cret@h/a@b.jpg, https://***@h/a@b.jpg",
    "//me:secret@h/a.jpg, //***@h/a.jpg",
    "https://h/a?X-Amz-Date=20261122&X-Amz-Signature=0badcafe, https://h/a?X-Amz-Date=20261122&X-Amz-Signature=***",
    "https://h/a?X-Amz-Credential=AKIA%2F2026&x-amz-security-token=t, https://h/a?X-Amz-Credential=***&x-amz-security-token=***",
    "https://h/a?X%2DAmz%2DSignature=0badcafe, https://h/a?X%2DAmz%2DSignature=***",
    "https://h/a?AWSAccessKeyId=A&Signature=b&Expires=1, https://h/a?AWSAccessKeyId=***&Signature=***&Expires=1",
    "https://h/a?GoogleAccessId=me&sv=1&sig=b, https://h/a?GoogleAccessId=***&sv=1&sig=***",
    "https://h/a#access_token=b, https://h/a#access_token=***",
    "https://h/a?size=1&token=b c|{}, https://h/a?size=1&token=***",
  })
  void secretsGoAndTheRestStays(String uri, String redacted) {
    assertThat(RedactedUri.of(uri)).isEqualTo(redacted);
  }

  @Test
  void itStaysOnOneLineAndShort() {
    assertThat(RedactedUri.of("https://h/\r\nSet-Cookie: x"))
        .isEqualTo("https://h/??Set-Cookie: x");
    assertThat(RedactedUri.of("https://h/" + "a".repeat(5_000))).hasSizeLessThan(400);
    assertThat(RedactedUri.of("DATA:image/png;base64," + "A".repeat(5_000))).hasSizeLessThan(60);
  }

  @Property
  void aPasswordIsNeverShown(@ForAll @AlphaChars @StringLength(min = 1, max = 20) String user) {
    assertThat(RedactedUri.of("https://" + user + ":pa55w0rd@h/a.jpg")).doesNotContain("pa55w0rd");
  }
}
