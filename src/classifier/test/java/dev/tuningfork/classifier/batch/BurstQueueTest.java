package dev.tuningfork.classifier.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BurstQueueTest {

  @Test
  @Timeout(30)
  void aProducerThatFillsItUpWaitsUntilItIsHalfEmpty() throws Exception {
    BurstQueue<Integer> queue = new BurstQueue<>(4, Long.MAX_VALUE, _ -> 1);
    for (int i = 0; i < 4; i++) {
      queue.put(i);
    }
    assertThat(queue.isMoreThanHalfFull()).isTrue();
    Thread late = waitToPut(queue, 4);
    assertThat(List.of(queue.take(), queue.take())).containsExactly(0, 1);
    assertThat(late.getState()).as("with more than half in it").isEqualTo(Thread.State.WAITING);
    assertThat(queue.take()).isEqualTo(2);
    late.join();
    assertThat(List.of(queue.take(), queue.take())).containsExactly(3, 4);
    assertThat(queue.isMoreThanHalfFull()).isFalse();
  }

  /** Else galaxies that are neighbours on the sky would not be cut out together. */
  @Test
  @Timeout(30)
  void anItemWhoseProducerWaitsIsOvertakenByNone() throws Exception {
    BurstQueue<Integer> queue = new BurstQueue<>(2, Long.MAX_VALUE, _ -> 1);
    queue.put(0);
    queue.put(1);
    Thread first = waitToPut(queue, 2);
    Thread second = waitToPut(queue, 3);
    assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly(0, 1, 2);
    first.join();
    queue.put(4);
    assertThat(List.of(queue.take(), queue.take())).containsExactly(3, 4);
    second.join();
  }

  @Test
  @Timeout(30)
  void bytesFillItAsItemsDo() throws Exception {
    BurstQueue<Integer> queue = new BurstQueue<>(100, 10, bytes -> bytes);
    queue.put(50); // larger than all that there may be, but alone
    assertThat(queue.isMoreThanHalfFull()).isTrue();
    Thread late = waitToPut(queue, 5);
    assertThat(queue.take()).isEqualTo(50);
    late.join();
    queue.put(5);
    assertThat(List.of(queue.take(), queue.take())).containsExactly(5, 5);
  }

  /** Whoever waits is woken in the end, and nothing is lost or doubled. */
  @Property(tries = 200)
  void everythingComesThrough(
      @ForAll @IntRange(min = 1, max = 9) int capacity,
      @ForAll @IntRange(min = 1, max = 60) int mostBytes,
      @ForAll @IntRange(min = 1, max = 12) int adding,
      @ForAll @IntRange(min = 1, max = 3) int taking)
      throws Exception {
    int each = 30;
    BurstQueue<Integer> queue = new BurstQueue<>(capacity, mostBytes, number -> number % 40);
    List<Integer> taken = Collections.synchronizedList(new ArrayList<>());
    List<Callable<Void>> work = new ArrayList<>();
    for (int i = 0; i < adding; i++) {
      int first = i * each;
      work.add(
          () -> {
            for (int n = first; n < first + each; n++) {
              queue.put(n);
            }
            return null;
          });
    }
    int all = adding * each;
    for (int i = 0; i < taking; i++) {
      int share = all * (i + 1) / taking - all * i / taking;
      work.add(
          () -> {
            for (int n = 0; n < share; n++) {
              taken.add(queue.take());
            }
            return null;
          });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    }
    assertThat(taken).containsExactlyInAnyOrderElementsOf(IntStream.range(0, all).boxed().toList());
  }

  /** A thread that waits for room for an item. */
  private static Thread waitToPut(BurstQueue<Integer> queue, int item) {
    Thread late =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    queue.put(item);
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    await().until(() -> late.getState() == Thread.State.WAITING);
    return late;
  }
}
