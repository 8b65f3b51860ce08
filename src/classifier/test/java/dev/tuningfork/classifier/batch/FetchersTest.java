package dev.tuningfork.classifier.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FetchersTest {

  private static final int FROM_A_DEAD_DISK = 100;

  private final FetchQueue<Integer> queue =
      new FetchQueue<>(
          1_000, 5, number -> number < FROM_A_DEAD_DISK ? Optional.empty() : Optional.of("disk"));
  private final List<Integer> fetched = new CopyOnWriteArrayList<>();
  private final List<Integer> givenUp = new CopyOnWriteArrayList<>();
  private final CountDownLatch repaired = new CountDownLatch(1);
  private final Fetchers<Integer> fetchers =
      new Fetchers<>(2, queue, this::fetch, Duration.ofMillis(50), givenUp::add);

  private void fetch(int number) {
    boolean interrupted = false;
    while (number >= FROM_A_DEAD_DISK && repaired.getCount() > 0) {
      try {
        repaired.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    fetched.add(number);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
  void whatHangsIsGivenUpOnceAndHoldsUpNobodyElse() {
    offer(100, 105);
    offer(0, 20);
    await().until(() -> fetched.size() == 20 && givenUp.size() == 5);
    assertThat(fetched).allMatch(number -> number < FROM_A_DEAD_DISK);
    assertThat(givenUp).doesNotHaveDuplicates().allMatch(number -> number >= FROM_A_DEAD_DISK);
  }

  @Test
  void whatIsGivenUpLeavesItsPlaceAtItsHost() {
    offer(100, 110);
    await().untilAsserted(() -> assertThat(givenUp).hasSize(10));
  }

  @Test
  void noMoreThreadsAreLeftBehindThanTheLimitAndAllComeBack() {
    offer(100, 140);
    await().until(() -> givenUp.size() == 16);
    await()
        .during(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(givenUp).as("for two threads, 8 each").hasSize(16));
    repaired.countDown();
    await().until(() -> fetched.size() == 40);
    assertThat(givenUp).doesNotHaveDuplicates();
    offer(0, 5);
    await().until(() -> fetched.size() == 45);
  }
}
