package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadDeathPolicyTest {

  private static final Throwable BROKEN = new IllegalStateException("broken");

  private Instant now = Instant.EPOCH;
  private final ThreadDeathPolicy policy = new ThreadDeathPolicy(() -> now);

  @Test
  void theSixthDeathWithinTenMinutesIsTheLast() {
    for (int i = 0; i < 5; i++) {
      assertThat(policy.mayReplace(BROKEN)).isTrue();
      now = now.plus(Duration.ofMinutes(2));
    }
    assertThat(policy.mayReplace(BROKEN)).isFalse();
  }

  @Test
  void deathsThatAreFarApartAreForgotten() {
    for (int i = 0; i < 50; i++) {
      assertThat(policy.mayReplace(BROKEN)).isTrue();
      now = now.plus(Duration.ofMinutes(2).plusSeconds(1));
    }
  }

  /** Of eight threads, eight die when Kafka has been away for five minutes. */
  @Test
  void deathsOfKafkasSilenceDoNotEndTheClassifier() {
    var silence =
        new StreamsException("no progress within 300000 ms", new TimeoutException("no answer"));
    for (int i = 0; i < 50; i++) {
      assertThat(policy.mayReplace(silence)).isTrue();
    }
    assertThat(policy.mayReplace(BROKEN)).isTrue();
  }
}
