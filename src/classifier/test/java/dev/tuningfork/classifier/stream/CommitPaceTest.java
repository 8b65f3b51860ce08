package dev.tuningfork.classifier.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPaceTest {

  private final CommitPace pace = new CommitPace();

  @Test
  void aThreadAsksOnceInAPeriod() {
    assertThat(pace.mayCommit(7, 1_000)).isTrue();
    pace.works(1_001);
    assertThat(pace.mayCommit(7, 5_000)).isFalse();
    assertThat(pace.mayCommit(8, 5_000)).isTrue();
  }

  @Test
  void aThreadWorksForAsLongAsItsLastCommitTook() {
    assertThat(pace.mayCommit(1, 0)).isTrue();
    pace.works(100);
    pace.works(150); // only the first record after a commit says how long it took
    assertThat(pace.mayCommit(2, 199)).isFalse();
    assertThat(pace.mayCommit(2, 200)).isTrue();
  }

  /** A rebalance may come between the request and the next record. */
  @Test
  void aThreadWorksNoLongerThanASecond() {
    assertThat(pace.mayCommit(1, 0)).isTrue();
    pace.works(60_000_000_000L);
    assertThat(pace.mayCommit(2, 60_999_999_999L)).isFalse();
    assertThat(pace.mayCommit(2, 61_000_000_000L)).isTrue();
  }

  /** {@link System#nanoTime} may be negative and may overflow. */
  @Test
  void theClockMayHaveAnyOrigin() {
    assertThat(pace.mayCommit(1, Long.MAX_VALUE - 10)).isTrue();
    pace.works(Long.MIN_VALUE + 10);
    assertThat(pace.mayCommit(2, Long.MIN_VALUE + 11)).isFalse();
    assertThat(pace.mayCommit(2, Long.MIN_VALUE + 31)).isTrue();
  }
}
