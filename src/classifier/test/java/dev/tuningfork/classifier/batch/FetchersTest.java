package dev.tuningfork.classifier.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.message.FailureKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FetchersTest {

  private static final int FROM_A_DEAD_DISK = 100;
  private static final Duration LONGEST = Duration.ofMillis(50);

  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final AtomicLong now = new AtomicLong();
  private final List<Integer> givenUp = new CopyOnWriteArrayList<>();
  private final FetchQueue<Integer> queue =
      new FetchQueue<>(
          new FetchQueue.Limits(1_000, 1_000, Long.MAX_VALUE, _ -> 5, SILENCE),
          FetchersTest::disk,
          _ -> 1,
          this::failed,
          now::get);
  private final List<Integer> fetched = new CopyOnWriteArrayList<>();
  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final CountDownLatch repaired = new CountDownLatch(1);
  private final Fetchers<Integer, Integer> fetchers =
      new Fetchers<>(
          2,
          queue,
          this::fetch,
          fetched::add,
          LONGEST,
          LONGEST,
          _ -> LONGEST,
          FetchersTest::heldTooLong,
          defects::add);

  /** Ten images lie on each dead disk. */
  private static Optional<String> disk(int number) {
    return number < FROM_A_DEAD_DISK ? Optional.empty() : Optional.of("disk-" + number / 10);
  }

  private void failed(int number, FetchException why) {
    assertThat(why.kind()).isEqualTo(FailureKind.TRANSIENT);
    givenUp.add(number);
  }

  private static FetchException heldTooLong() {
    return new FetchException(FailureKind.TRANSIENT, 1, "Does the disk hang?", null);
  }

  private Optional<Integer> fetch(int number) {
    boolean interrupted = false;
    while (number >= FROM_A_DEAD_DISK && repaired.getCount() > 0) {
      try {
        repaired.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Optional.of(number);
  }

  @AfterEach
  void close() {
    fetchers.close();
    repaired.countDown();
  }

  private void offer(int from, int to) {
    IntStream.range(from, to).forEach(queue::offer);
  }

  @Test
  void aHangingFetchFailsOnceAndDoesNotDelayOthers() {
    offer(100, 105);
    offer(0, 20);
    await().until(() -> fetched.size() == 20 && givenUp.size() == 5);
    assertThat(fetched).allMatch(number -> number < FROM_A_DEAD_DISK);
    assertThat(givenUp).doesNotHaveDuplicates().allMatch(number -> number >= FROM_A_DEAD_DISK);
  }

  @Test
  void aHostHoldsNoMoreThreadsThanItsLargestShareAndWhatWaitsForItFails() {
    offer(100, 110);
    await().untilAsserted(() -> assertThat(givenUp).hasSize(5));
    assertThat(queue.slowHosts()).containsExactly("disk-10");
    await()
        .during(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(givenUp).as("what waits").hasSize(5));
    now.addAndGet(SILENCE.toNanos());
    await().untilAsserted(() -> assertThat(givenUp).hasSize(10).doesNotHaveDuplicates());
    offer(0, 20);
    await().until(() -> fetched.size() == 20);
  }

  @Test
  void aHostThatWorksAgainIsAskedAgain() {
    offer(100, 110);
    await().untilAsserted(() -> assertThat(givenUp).hasSize(5));
    repaired.countDown();
    await().until(() -> fetched.size() == 5);
    assertThat(fetched).doesNotContainAnyElementsOf(givenUp);
    await().untilAsserted(() -> assertThat(queue.slowHosts()).isEmpty());
    offer(110, 120);
    offer(100, 110);
    await().until(() -> fetched.size() == 25);
  }

  @Test
  void noMoreThreadsAreLeftBehindThanTheLimitAndAllComeBack() {
    offer(100, 140);
    await().until(() -> givenUp.size() == 16);
    await()
        .during(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(givenUp).as("for two threads, 8 each").hasSize(16));
    repaired.countDown();
    await().until(() -> fetched.size() + givenUp.size() == 40);
    assertThat(fetched).doesNotHaveDuplicates().doesNotContainAnyElementsOf(givenUp);
    offer(0, 5);
    await().until(() -> fetched.containsAll(List.of(0, 1, 2, 3, 4)));
  }

  @Test
  void aSlowFetchWithoutAHostDoesNotDelayOthers() throws Exception {
    fetchers.close();
    CountDownLatch slow = new CountDownLatch(1);
    try (var _ =
        new Fetchers<Integer, Integer>(
            2,
            queue,
            number -> {
              if (number < 10) {
                try {
                  slow.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
              return Optional.of(number);
            },
            fetched::add,
            LONGEST,
            LONGEST,
            _ -> Duration.ofMinutes(10),
            FetchersTest::heldTooLong,
            defects::add)) {
      offer(0, 30);
      await().until(() -> fetched.size() == 20);
      slow.countDown();
      await().until(() -> fetched.size() == 30);
    }
    assertThat(fetched).doesNotHaveDuplicates();
    assertThat(givenUp).isEmpty();
  }

  @Test
  void aDefectOfAFetchIsReported() {
    fetchers.close();
    AssertionError mistake = new AssertionError("a mistake");
    try (var _ =
        new Fetchers<Integer, Integer>(
            1,
            queue,
            _ -> {
              throw mistake;
            },
            fetched::add,
            LONGEST,
            LONGEST,
            _ -> LONGEST,
            FetchersTest::heldTooLong,
            defects::add)) {
      offer(0, 1);
      await().until(() -> defects.contains(mistake));
    }
  }

  @Test
  void anImageThatWaitsForTheDecoderDoesNotTimeOut() throws Exception {
    fetchers.close();
    SynchronousQueue<Integer> next = new SynchronousQueue<>();
    try (var _ =
        new Fetchers<>(
            2,
            queue,
            this::fetch,
            next::put,
            LONGEST,
            LONGEST,
            _ -> LONGEST,
            FetchersTest::heldTooLong,
            defects::add)) {
      offer(0, 4);
      await().during(LONGEST.multipliedBy(6)).until(givenUp::isEmpty);
      assertThat(List.of(next.take(), next.take(), next.take(), next.take()))
          .containsExactlyInAnyOrder(0, 1, 2, 3);
    }
  }
}
