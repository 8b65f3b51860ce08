package dev.tuningfork.classifier.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.message.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host that does not answer, or answers late, does to what waits for it and for others. */
@Timeout(30)
class SlowHostsTest {

  private static final Duration SILENCE = Duration.ofSeconds(60);

  /** An image of a host; of no host where the name is empty. */
  private record Wanted(String host, int number, int bytes) {
    Wanted(String host, int number) {
      this(host, number, 1);
    }
  }

  private static final Wanted MARK = new Wanted("", -1, 0);

  private final Map<Wanted, FetchException> failed = new LinkedHashMap<>();
  private long now;
  private FetchQueue<Wanted> queue = queue(100, 100, 1_000);

  private FetchQueue<Wanted> queue(int items, int heldUp, long bytes) {
    return new FetchQueue<>(
        new FetchQueue.Limits(items, heldUp, bytes, _ -> 6, SILENCE),
        wanted -> Optional.of(wanted.host).filter(host -> !host.isEmpty()),
        Wanted::bytes,
        failed::put,
        () -> now);
  }

  @Test
  void aHostHasASmallShareAtFirstThatGrowsWithAnswersAndHalvesWithFailures() throws Exception {
    offer("host", 0, 30);
    List<Wanted> taken = takeReady();
    assertThat(taken).hasSize(4);
    queue.answered(taken.removeFirst(), true);
    taken.addAll(takeReady());
    assertThat(taken).hasSize(5);
    for (int answers = 0; answers < 5; answers++) {
      queue.answered(taken.removeFirst(), true);
      taken.addAll(takeReady());
    }
    assertThat(taken).as("no more than the largest share").hasSize(6);

    queue.failed(taken.removeFirst(), silent());
    queue.done(taken.removeFirst());
    queue.done(taken.removeFirst());
    assertThat(takeReady()).as("while 3 are taken").isEmpty();
    queue.done(taken.removeFirst());
    assertThat(takeReady()).hasSize(1);
  }

  @Test
  void whatWaitsForASlowHostTakesNoRoomFromOthers() throws Exception {
    queue = queue(10, 20, 1_000);
    offer("slow", 0, 10);
    assertThat(queue.offer(new Wanted("quick", 0))).isFalse();

    queue.slow(takeReady(queue.take()).getFirst());
    assertThat(queue.slowHosts()).containsExactly("slow");
    assertThat(offer("quick", 0, 20)).as("others").isEqualTo(10);
    assertThat(offer("slow", 10, 40)).as("within the allowance").isEqualTo(14);
  }

  @Test
  void bytesAreBoundedButASingleImageMayBeAsLargeAsItLikes() throws Exception {
    queue = queue(10, 10, 100);
    assertThat(queue.offer(new Wanted("", 1, 60))).isTrue();
    assertThat(queue.offer(new Wanted("", 2, 60))).isFalse();
    assertThat(queue.offer(new Wanted("", 3, 40))).isTrue();
    queue.take();
    queue.take();
    assertThat(queue.offer(new Wanted("", 4, 500))).isTrue();
    assertThat(queue.offer(new Wanted("", 5, 1))).isFalse();
  }

  @Test
  void aHostThatAnswersPromptlyAgainIsNotSlowAndOneThatAnswersLateStaysSo() throws Exception {
    offer("host", 0, 10);
    List<Wanted> taken = takeReady();
    queue.slow(taken.get(0));
    queue.answered(taken.get(0), false);
    assertThat(queue.slowHosts()).containsExactly("host");
    queue.answered(taken.get(1), true);
    assertThat(queue.slowHosts()).isEmpty();
    queue.failed(taken.get(2), silent());
    assertThat(queue.slowHosts()).containsExactly("host");
    queue.failed(taken.get(3), new FetchException(FailureKind.PERMANENT, 1, "404.", null));
    assertThat(queue.slowHosts()).as("that there is no such image is an answer").isEmpty();
  }

  @Test
  void whatHasWaitedTooLongForASilentHostFailsWithTheHostsLatestFailure() throws Exception {
    offer("host", 0, 6);
    List<Wanted> taken = takeReady();
    pass(Duration.ofSeconds(30));
    offer("host", 6, 7);
    queue.slow(taken.getFirst());
    pass(Duration.ofSeconds(30));
    queue.failTheSilent();
    assertThat(failed).as("before any attempt has failed").isEmpty();

    taken.forEach(one -> queue.failed(one, silent()));
    List<Wanted> probe = takeReady();
    assertThat(probe).as("one is tried").containsExactly(new Wanted("host", 4));
    failed.clear();
    queue.failTheSilent();
    assertThat(failed).containsOnlyKeys(new Wanted("host", 5));
    assertThat(failed.get(new Wanted("host", 5)))
        .hasMessage(
            "The image's host has not answered for 60 s. Its latest failure: It did not answer"
                + " in time.")
        .satisfies(why -> assertThat(why.kind()).isEqualTo(FailureKind.TRANSIENT))
        .satisfies(why -> assertThat(why.attempts()).isEqualTo(3));

    queue.answered(probe.getFirst(), true);
    pass(Duration.ofSeconds(40));
    queue.failTheSilent();
    assertThat(failed).as("the host has answered").hasSize(1);
  }

  @Test
  void aFullAllowanceDropsTheOldestOfASilentHostOnlyWhileOthersAnswer() throws Exception {
    queue = queue(10, 5, 1_000);
    offer("host", 0, 6);
    List<Wanted> taken = takeReady();
    queue.slow(taken.getFirst());
    pass(SILENCE);
    taken.forEach(one -> queue.failed(one, silent()));
    takeReady();
    failed.clear();
    assertThat(offer("host", 6, 20)).as("up to the allowance").isEqualTo(4);
    assertThat(failed).as("nobody else would gain by it").isEmpty();

    queue.offer(new Wanted("other", 0));
    queue.answered(queue.take(), true);
    assertThat(offer("host", 20, 22)).isEqualTo(2);
    assertThat(failed).containsOnlyKeys(new Wanted("host", 5), new Wanted("host", 6));
  }

  @Test
  void threadsLeftBehindTakeNoPartOfTheShareButOfTheLargestOne() throws Exception {
    offer("host", 0, 30);
    List<Wanted> taken = takeReady();
    queue.lost(taken.get(0), silent());
    assertThat(takeReady()).as("while 3 are taken, of a share of 2").isEmpty();
    queue.answered(taken.get(1), true);
    queue.answered(taken.get(2), true);
    queue.answered(taken.get(3), true);
    List<Wanted> more = takeReady();
    assertThat(more).as("6 with the lost one").hasSize(5);
    for (Wanted one : more) {
      queue.lost(one, silent());
    }
    assertThat(takeReady()).as("all that may be held are lost").isEmpty();
    assertThat(failed).hasSize(6);
    queue.returned(taken.get(0));
    assertThat(takeReady()).as("one is tried").hasSize(1);
  }

  @Test
  void whatIsNoLongerWantedLeavesItsRoom() {
    queue = queue(5, 5, 1_000);
    offer("host", 0, 5);
    assertThat(queue.offer(new Wanted("host", 5))).isFalse();
    queue.forget(new Wanted("host", 4));
    assertThat(queue.offer(new Wanted("host", 5))).isTrue();
  }

  /** How many were taken in. */
  private int offer(String host, int from, int to) {
    return (int)
        IntStream.range(from, to)
            .mapToObj(number -> new Wanted(host, number))
            .filter(queue::offer)
            .count();
  }

  /** All that is handed out at once. */
  private List<Wanted> takeReady(Wanted... before) throws InterruptedException {
    List<Wanted> ready = new ArrayList<>(List.of(before));
    queue.offer(MARK);
    for (Wanted next = queue.take(); !next.equals(MARK); next = queue.take()) {
      ready.add(next);
    }
    return ready;
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static FetchException silent() {
    return new FetchException(FailureKind.TRANSIENT, 3, "It did not answer in time.", null);
  }
}
