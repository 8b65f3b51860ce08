package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ThreadDeathPolicyTest {

  private Instant now = Instant.EPOCH;
  private final ThreadDeathPolicy policy = new ThreadDeathPolicy(() -> now);

  @Test
  void theSixthDeathWithinTenMinutesIsTheLast() {
    for (int i = 0; i < 5; i++) {
      assertThat(policy.mayReplace()).isTrue();
      now = now.plus(Duration.ofMinutes(2));
    }
    assertThat(policy.mayReplace()).isFalse();
  }

  @Test
  void deathsThatAreFarApartAreForgotten() {
    for (int i = 0; i < 50; i++) {
      assertThat(policy.mayReplace()).isTrue();
      now = now.plus(Duration.ofMinutes(2).plusSeconds(1));
    }
  }
}
