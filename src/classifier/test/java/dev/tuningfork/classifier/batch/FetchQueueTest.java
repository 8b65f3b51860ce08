package dev.tuningfork.classifier.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FetchQueueTest {

  /** An image of a host; of none where the name is empty. */
  private record Wanted(String host, int number) {
    Optional<String> asked() {
      return host.isEmpty() ? Optional.empty() : Optional.of(host);
    }
  }

  private static FetchQueue<Wanted> queue(int capacity, int mostPerHost) {
    return new FetchQueue<>(
        new FetchQueue.Limits(
            capacity, 10, Long.MAX_VALUE, _ -> mostPerHost, Duration.ofMinutes(1)),
        Wanted::asked,
        _ -> 1,
        (_, why) -> {
          throw new AssertionError(why);
        },
        System::nanoTime);
  }

  @Test
  @Timeout(30)
  void whatWaitsForABusyHostIsPassedAndHasItsTurnWhenTheHostIsFree() throws Exception {
    FetchQueue<Wanted> queue = queue(10, 1);
    Wanted first = new Wanted("slow", 0);
    Wanted second = new Wanted("slow", 1);
    Wanted other = new Wanted("quick", 2);
    Wanted ofNobody = new Wanted("", 3);
    List.of(first, second, other, ofNobody).forEach(queue::offer);

    assertThat(queue.take()).isEqualTo(first);
    assertThat(queue.take()).isEqualTo(other);
    assertThat(queue.take()).isEqualTo(ofNobody);
    queue.done(first);
    assertThat(queue.take()).isEqualTo(second);
  }

  @Test
  @Timeout(30)
  void whatIsPassedTakesUpRoom() throws Exception {
    FetchQueue<Wanted> queue = queue(2, 1);
    queue.offer(new Wanted("slow", 0));
    queue.take();

    assertThat(queue.offer(new Wanted("slow", 1))).isTrue();
    assertThat(queue.offer(new Wanted("slow", 2))).isTrue();
    assertThat(queue.offer(new Wanted("quick", 3))).isFalse();
  }

  /**
   * An empty step takes and one of a host offers; what was taken first is done before the fifth.
   */
  @Property(tries = 200)
  void everyHostIsServedInOrderAndNoneBeyondItsShare(@ForAll("steps") List<String> steps)
      throws Exception {
    FetchQueue<Wanted> queue = queue(8, 2);
    Map<String, Queue<Integer>> expected = new HashMap<>();
    Deque<Wanted> taken = new ArrayDeque<>();
    int held = 0;
    for (int number = 0; number < steps.size(); number++) {
      String host = steps.get(number);
      assertThat(queue.offer(new Wanted(host, number))).isEqualTo(held < 8);
      if (held < 8) {
        held++;
        expected.computeIfAbsent(host, _ -> new ArrayDeque<>()).add(number);
      }
      if (taken.size() == 4) {
        queue.done(taken.remove());
      }
      if (number % 3 != 0 && anyIsReady(expected, taken)) {
        Wanted next = queue.take();
        held--;
        assertThat(next.number).isEqualTo(expected.get(next.host).remove());
        taken.add(next);
        assertThat(taken.stream().filter(one -> one.host.equals(next.host) && !one.host.isEmpty()))
            .hasSizeLessThanOrEqualTo(2);
      }
    }
    while (held > 0 || !taken.isEmpty()) {
      if (anyIsReady(expected, taken)) {
        Wanted next = queue.take();
        held--;
        assertThat(next.number).isEqualTo(expected.get(next.host).remove());
        taken.add(next);
      } else {
        queue.done(taken.remove());
      }
    }
  }

  private static boolean anyIsReady(Map<String, Queue<Integer>> waiting, Deque<Wanted> taken) {
    return waiting.entrySet().stream()
        .anyMatch(
            host ->
                !host.getValue().isEmpty()
                    && (host.getKey().isEmpty()
                        || taken.stream().filter(one -> one.host.equals(host.getKey())).count()
                            < 2));
  }

  @Provide
  Arbitrary<List<String>> steps() {
    return Arbitraries.of("a", "a", "a", "b", "").list().ofMaxSize(60);
  }
}
