package dev.tuningfork.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

  @ParameterizedTest
  @ValueSource(
      ints = {
        '\n', '\r', 0x1b, 0x7f, 0x85, 0x9b, // lines, and the beginnings of commands
        0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, // directions
        0x200e, 0x200f, 0x061c, 0x2028, 0x2029, 0x00ad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff,
        0xe0041, // without a width
        0x034f, 0x115f, 0x1160, 0x17b4, 0x180b, 0x180e, 0x180f, 0x2800, 0x3164, 0xfe0f, 0xffa0,
        0xe0100, 0xd800, 0xffff
      })
  void whatShowsNothingOrMovesOthersIsADot(int character) throws Exception {
    String text = new StringBuilder("a").appendCodePoint(character).append("b").toString();
    assertThat(Printable.of(text)).isEqualTo("a·b");
    String json = Printable.json("\"" + text + "\"");
    assertThat(json).matches("\"a(\\\\u[0-9a-f]{4}){1,2}b\"");
    assertThat(new JsonMapper().readTree(json).textValue()).isEqualTo(text);
  }

  @Test
  void lettersOfEveryScriptStay() {
    String text = "Galáxia é\tNGC 1300 (銀河) גלקסיה ∅ e\u0301 😀 \u00a0";
    assertThat(Printable.of(text)).isEqualTo(text);
    assertThat(Printable.json(text)).isEqualTo(text);
  }
}
