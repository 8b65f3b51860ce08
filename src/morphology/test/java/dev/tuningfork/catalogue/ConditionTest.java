package dev.tuningfork.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {

  private static final List<String> NAMES =
      List.of("mag_r", "mag_g", "type", "id", "z", "text_number", "r.90", "flag");

  private static final @Nullable Object[] ROW = {
    17.5f, 18.0, "REX", 1237648720693755918L, null, "12.5", 3, Boolean.TRUE
  };

  private static boolean holds(String condition) {
    return Condition.parse(condition).bind(ConditionTest::column).holds(i -> ROW[i]);
  }

  private static int column(String name) {
    int index = NAMES.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("no column " + name);
    }
    return index;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "mag_r < 18 ~ true",
        "mag_r<17.5 ~ false",
        "mag_r <= 17.5 ~ true",
        "18 > mag_r ~ true",
        "mag_g - mag_r > 0.4 ~ true",
        "mag_g - mag_r > 0.4 and type = 'REX' ~ true",
        "mag_g - mag_r > 0.4 && type == 'PSF' ~ false",
        "type <> 'PSF' ~ true",
        "type != 'REX' or mag_r < 10 || mag_g = 18 ~ true",
        "not type = 'PSF' ~ true",
        "!(type = 'REX') ~ false",
        "NOT (mag_r < 18 AND type = 'PSF') ~ true",
        "mag_r between 17 and 18 ~ true",
        "mag_r not between 17 and 18 ~ false",
        "type in ('PSF', 'REX') ~ true",
        "type not in ('PSF', 'DEV') ~ true",
        "z is null ~ true",
        "z is not null ~ false",
        "mag_r is not null ~ true",
        "(mag_g + mag_r) / 2 < 17.8 ~ true",
        "((mag_r)) < 18 ~ true",
        "(mag_r < 18) ~ true",
        "-mag_r < -17 ~ true",
        "mag_g - -1 = 19 ~ true",
        "mag_g-1 = 17 ~ true",
        "2 * 3 + 4 = 10 ~ true",
        "abs(mag_r - mag_g) < 0.51 ~ true",
        "log10(100) = 2 and sqrt(16) = 4 ~ true",
        "\"r.90\" = 3 ~ true",
        "r.90 = 3 ~ true",
        "text_number > 9 ~ true",
        "flag = 1 ~ true",
        "1e1 < 11 and .5 < 1 ~ true",
        "type = 'it''s' ~ false",
      })
  void isEvaluatedAsInSql(String condition, boolean expected) {
    assertThat(holds(condition)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "z < 1",
        "not z < 1",
        "z < 1 and mag_r < 18",
        "z + 1 > 0",
        "z in (1, 2)",
        "type < 5",
        "mag_r / 0 - mag_r / 0 = 0",
      })
  void whatIsMissingIsNeitherTrueNorFalse(String condition) {
    assertThat(holds(condition)).isFalse();
  }

  @Test
  void anUnknownPartDoesNotDecideWhatAnotherPartDecides() {
    assertThat(holds("z < 1 or mag_r < 18")).isTrue();
    assertThat(holds("not (z < 1 and mag_r > 18)")).isTrue();
  }

  @Test
  void longIdentifiersAreComparedToTheLastDigit() {
    assertThat(holds("id = 1237648720693755918")).isTrue();
    assertThat(holds("id = 1237648720693755919")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mag_r | a comparison such as < or = is missing",
        "mag_r < | it ends where a column or a number is expected",
        "mag_r < 18 and | it ends where a column or a number is expected",
        "mag_r < 18 mag_g | 'mag_g' is not expected, at character 12",
        "(mag_r < 18 | ')' is missing",
        "mag_r < 18) | ')' is not expected",
        "mag_r # 18 | '# 18' is not understood",
        "type = 'REX | is not understood",
        "exp(mag_r) < 1 | there is no function exp",
        "mag_r between 1 | 'and' is missing",
      })
  void whatCannotBeReadIsSaidWithItsPlace(String condition, String sentence) {
    assertThatThrownBy(() -> Condition.parse(condition))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The condition " + condition + " cannot be read")
        .hasMessageContaining(sentence);
  }
}
