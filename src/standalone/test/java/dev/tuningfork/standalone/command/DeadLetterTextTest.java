package dev.tuningfork.standalone.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadLetterTextTest {

  @Test
  void whatCouldCommandATerminalIsNotWritten() {
    String hostile = "a\u001b[2J\u009b31mb\u202ec\nd";
    assertThat(DeadLetterText.printable(hostile)).isEqualTo("a·[2J·31mb·c·d");
    assertThat(DeadLetterText.bytes(hostile.getBytes(UTF_8))).isEqualTo("a·[2J·31mb·c·d");
    assertThat(DeadLetterText.value("{\"a\":\"\u001b[2J\u009b\"".getBytes(UTF_8)))
        .isEqualTo("{\"a\":\"·[2J·\"");
  }

  @Test
  void jsonIsIndentedAndAlsoHarmless() {
    assertThat(DeadLetterText.value("{\"a\":[1],\"b\":\"\\u001b[2J\\u009b\"}".getBytes(UTF_8)))
        .startsWith("{\n  \"a\" :")
        .doesNotContain("\u001b", "\u009b");
  }

  @Test
  void bytesAreShownInHexAndNotWithoutEnd() {
    assertThat(DeadLetterText.bytes(new byte[] {(byte) 0xFF, (byte) 0xD8, 0}))
        .isEqualTo("ff d8 00");
    byte[] image = new byte[100_000];
    image[0] = (byte) 0xFF;
    assertThat(DeadLetterText.bytes(image)).hasSize(64 * 3 + 1).endsWith("00 …");
    assertThat(DeadLetterText.bytes(null)).isEqualTo("none");
  }

  @Test
  void aLongSentenceIsCutAtItsPlace() {
    assertThat(DeadLetterText.line("abcdef", 6)).isEqualTo("abcdef");
    assertThat(DeadLetterText.line("abcdefg", 6)).isEqualTo("abcde…");
  }
}
