package dev.tuningfork.classifier.batch;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What several threads do to the queues and to the exchange of models, in many interleavings: a
 * model checker decides at each access to shared memory which thread goes on. It also finds threads
 * that wait for each other forever.
 */
@Tag("interleavings")
class InterleavingsTest {

  private static final int INTERLEAVINGS = Integer.getInteger("tuningfork.interleavings", 200);

  /** An image of a host. */
  private record Wanted(String host, int number) {}

  private static final Wanted FIRST = new Wanted("a", 1);
  private static final FetchException HANGS =
      new FetchException(FailureKind.TRANSIENT, 1, "It hangs.", null);
  private static final Answerer ANSWERER = Answerer.of(new CountedModel());

  @Test
  void noPutIntoABurstQueueWaitsForever() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          BurstQueue<Integer> queue = new BurstQueue<>(1, Long.MAX_VALUE, _ -> 1);
          Thread one = start(() -> put(queue, 1));
          Thread two = start(() -> put(queue, 2));
          int sum = take(queue) + take(queue);
          join(one, two);
          require(sum == 3, "each item is taken once");
        });
  }

  @Test
  void aFullBurstQueueOfTwoWakesAllWaiters() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          BurstQueue<Integer> queue = new BurstQueue<>(2, Long.MAX_VALUE, _ -> 1);
          put(queue, 1);
          put(queue, 2);
          Thread one = start(() -> put(queue, 4));
          Thread two = start(() -> put(queue, 8));
          int sum = take(queue) + take(queue) + take(queue) + take(queue);
          join(one, two);
          require(sum == 15, "each item is taken once");
        });
  }

  @Test
  void whatWaitsForABusyHostIsHandedOutWhenTheHostIsFree() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          List<Wanted> failed = new ArrayList<>();
          FetchQueue<Wanted> queue = queue(1, 2, failed, new AtomicLong());
          queue.offer(new Wanted("a", 1));
          queue.offer(new Wanted("a", 2));
          AtomicInteger sum = new AtomicInteger();
          Runnable fetcher =
              () -> {
                Wanted taken = take(queue);
                sum.addAndGet(taken.number);
                queue.answered(taken, true);
              };
          Thread one = start(fetcher);
          Thread two = start(fetcher);
          join(one, two);
          require(sum.get() == 3, "each image is handed out once");
          require(failed.isEmpty(), "none fails");
          requireEmpty(queue, 2);
        });
  }

  @Test
  void anImageOfASilentHostFailsOrIsHandedOut() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          List<Wanted> failed = new ArrayList<>();
          AtomicLong now = new AtomicLong();
          FetchQueue<Wanted> queue = queue(1, 2, failed, now);
          Wanted second = behindOneThatHangs(queue);
          now.set(SECONDS.toNanos(61));
          Thread watch = start(queue::failTheSilent);
          queue.returned(FIRST);
          join(watch);
          require(failed.getFirst().equals(FIRST), "the first fails");
          if (failed.size() == 1) {
            require(take(queue).equals(second), "the second is handed out");
            queue.answered(second, true);
          } else {
            require(failed.equals(List.of(FIRST, second)), "the second fails, once");
          }
          requireEmpty(queue, 2);
        });
  }

  @Test
  void anImageThatIsNotWantedAnyMoreLeavesItsHostOrIsHandedOut() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          FetchQueue<Wanted> queue = queue(1, 2, new ArrayList<>(), new AtomicLong());
          Wanted second = behindOneThatHangs(queue);
          Wanted last = new Wanted("b", 3);
          Thread canceller = start(() -> queue.forget(second));
          queue.returned(FIRST);
          join(canceller);
          queue.offer(last);
          Wanted taken = take(queue);
          if (taken.equals(second)) {
            queue.answered(second, true);
            taken = take(queue);
          }
          require(taken.equals(last), "the last is handed out");
          queue.answered(last, true);
          requireEmpty(queue, 2);
        });
  }

  @Test
  void noModelIsClosedWhileAnImageIsOnItsWayToIt() {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          CountedModel first = new CountedModel();
          CountedModel second = new CountedModel();
          AtomicBoolean usedAfterClose = new AtomicBoolean();
          ModelExchange exchange = new ModelExchange(served(first));
          Runnable image =
              () -> {
                ServedModel served = exchange.acquire();
                if (((CountedModel) served.model).closed.get() > 0) {
                  usedAfterClose.set(true);
                }
                served.release();
              };
          Thread decoder = start(image);
          Thread watch = start(() -> exchange.serve(served(second)));
          image.run();
          join(decoder, watch);
          require(!usedAfterClose.get(), "the model is open while an image needs it");
          require(first.closed.get() == 1, "the model that was replaced is closed once");
          require(second.closed.get() == 0, "the model that serves is open");
        });
  }

  private static ServedModel served(CountedModel model) {
    return new ServedModel(
        model, InterleavingsTest::prepareNothing, ANSWERER, new CutLimit(1 << 20));
  }

  private static PreparedImage prepareNothing(byte[] bytes, ImageDescription description) {
    throw new UnsupportedOperationException();
  }

  /** An image that waits for a host whose only fetch hangs. */
  private static Wanted behindOneThatHangs(FetchQueue<Wanted> queue) {
    Wanted second = new Wanted("a", 2);
    queue.offer(FIRST);
    require(take(queue).equals(FIRST), "the first is handed out");
    queue.offer(second);
    queue.lost(FIRST, HANGS);
    return second;
  }

  /** As many items as it may hold have room, so nothing is counted that is not there. */
  private static void requireEmpty(FetchQueue<Wanted> queue, int capacity) {
    for (int i = 0; i < capacity; i++) {
      require(queue.offer(new Wanted("c", 10 + i)), "there is room for " + capacity);
    }
    require(!queue.offer(new Wanted("c", 10 + capacity)), "there is no more room");
  }

  private static FetchQueue<Wanted> queue(
      int perHost, int capacity, List<Wanted> failed, AtomicLong now) {
    return new FetchQueue<>(
        new FetchQueue.Limits(
            capacity, capacity, Long.MAX_VALUE, _ -> perHost, Duration.ofMinutes(1)),
        wanted -> Optional.of(wanted.host),
        _ -> 1,
        (wanted, _) -> failed.add(wanted),
        now::get);
  }

  private static Wanted take(FetchQueue<Wanted> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void put(BurstQueue<Integer> queue, int item) {
    try {
      queue.put(item);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int take(BurstQueue<Integer> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work);
    thread.start();
    return thread;
  }

  private static void join(Thread... threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("Does not hold: " + what + ".");
    }
  }

  /** A model that counts how often it is closed. */
  private static final class CountedModel implements MorphologyModel {

    final AtomicInteger closed = new AtomicInteger();

    @Override
    public ModelIdentity identity() {
      return new ModelIdentity("counted", "1", "0".repeat(64));
    }

    @Override
    public DecisionTree tree() {
      return DecisionTree.galaxyZoo2();
    }

    @Override
    public InputSpec input() {
      return InputSpec.article();
    }

    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public int largestBatch() {
      return 1;
    }

    @Override
    public List<AnswerProbabilities> predict(List<PreparedImage> images) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void selfTest() {}

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}
