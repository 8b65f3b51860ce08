package dev.tuningfork.classifier.page;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

  private static final long SECOND = 1_000_000_000;

  @Property(tries = 100)
  void ofMoreSoManyASecondPassAndTheReserve(
      @ForAll @IntRange(min = 1, max = 100) int perSecond,
      @ForAll @IntRange(min = 200, max = 5_000) int offered) {
    TokenBucket pace = new TokenBucket(perSecond, 2, 0);
    int passed = 0;
    for (int i = 0; i < 10 * offered; i++) {
      passed += pace.take(i * SECOND / offered) ? 1 : 0;
    }

    assertThat(passed).isBetween(10 * perSecond, 10 * perSecond + 2);
  }

  @Test
  void fewGalaxiesAllPass() {
    TokenBucket pace = new TokenBucket(20, 1, 0);
    for (int i = 1; i <= 100; i++) {
      assertThat(pace.take(i * SECOND / 10)).isTrue();
    }
  }
}
