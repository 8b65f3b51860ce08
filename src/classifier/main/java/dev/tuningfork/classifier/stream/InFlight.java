package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Outcome.Failed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The galaxies that a task has in flight, from their acceptance to the moment when their outcome is
 * forwarded. Each is
 *
 * <ol>
 *   <li><em>waiting</em>, where the classifier has no room for it yet;
 *   <li><em>submitted</em>, where the classifier has it;
 *   <li><em>finished</em>, where its outcome is here.
 * </ol>
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Galaxies are submitted in the order of their acceptance.
 *   <li>The bytes are those in the ledger of what waits or is submitted. They are also counted in
 *       {@link OpenTasks}.
 *   <li>An image that is a record itself is in memory twice only while the classifier has it, or
 *       while it is the next to be submitted. What waits behind it is in the ledger alone.
 *   <li>It belongs to one life of a task. Outcomes that arrive after that life go into a queue that
 *       nobody reads.
 * </ul>
 *
 * <p>Threads: the stream thread calls everything. The classifier's threads put outcomes into {@link
 * #finished}.
 */
final class InFlight {

  /**
   * A galaxy that the classifier has no room for yet.
   *
   * @param request absent where it is an image itself, which the ledger holds already
   */
  private record Waiting(long sequence, long acceptedAt, int bytes, @Nullable Request request) {

    /** Without an image that the ledger holds. */
    static Waiting of(long sequence, LedgerEntry entry, Request request) {
      boolean isImage = request.origin() instanceof ImageOrigin.Carried;
      return new Waiting(sequence, entry.acceptedAt(), entry.size(), isImage ? null : request);
    }

    Waiting with(Request read) {
      return new Waiting(sequence, acceptedAt, bytes, read);
    }
  }

  /**
   * A galaxy that the classifier has.
   *
   * @param bytes what it takes in the ledger
   * @param host which host has to answer for it; empty where none has to
   */
  private record Submitted(
      long acceptedAt, int bytes, Optional<String> host, CompletableFuture<Outcome> outcome) {}

  /**
   * A galaxy whose outcome is here.
   *
   * @param request absent where it could not be read
   */
  record Finished(long sequence, @Nullable Request request, Outcome outcome) {}

  private final ImageClassifier classifier;
  private final OpenTasks tasks;
  private final LongFunction<Request> held;

  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** By its sequence, the oldest first. */
  private final SequencedMap<Long, Submitted> submitted = new LinkedHashMap<>();

  /** How many of them wait for the answer of each host. */
  private final Map<String, Integer> ofHosts = new HashMap<>();

  private final BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();
  private long bytes;

  /**
   * @param held reads an image that the ledger holds, by its sequence
   */
  InFlight(ImageClassifier classifier, OpenTasks tasks, LongFunction<Request> held) {
    this.classifier = classifier;
    this.tasks = tasks;
    this.held = held;
  }

  /** Galaxies that wait or are submitted. */
  int count() {
    return waiting.size() + submitted.size();
  }

  /** The same without those that wait for slow hosts. */
  int inWindow() {
    int heldUp = 0;
    for (String host : classifier.slowHosts()) {
      heldUp += ofHosts.getOrDefault(host, 0);
    }
    return count() - heldUp;
  }

  /** What they take in the ledger, bytes. */
  long bytes() {
    return bytes;
  }

  boolean anyWaits() {
    return !waiting.isEmpty();
  }

  /** When the oldest was accepted, milliseconds since 1970; {@link Long#MAX_VALUE} without any. */
  long oldest() {
    if (!submitted.isEmpty()) {
      return submitted.firstEntry().getValue().acceptedAt;
    }
    Waiting next = waiting.peek();
    return next == null ? Long.MAX_VALUE : next.acceptedAt;
  }

  /** A galaxy is in the ledger: it is submitted at once where nothing waits and there is room. */
  void accept(long sequence, LedgerEntry entry, Request request) {
    Waiting galaxy = Waiting.of(sequence, entry, request);
    changeBytes(galaxy.bytes);
    if (!waiting.isEmpty() || !submit(galaxy, request)) {
      waiting.add(galaxy);
    }
  }

  /** A galaxy was found in the ledger: it waits until {@link #submitWaiting}. */
  void resume(long sequence, LedgerEntry entry, Request request) {
    Waiting galaxy = Waiting.of(sequence, entry, request);
    changeBytes(galaxy.bytes);
    waiting.add(galaxy);
  }

  /** What was found in the ledger cannot be read. */
  void resumeUnreadable(long sequence, Failed why) {
    finished.add(new Finished(sequence, null, why));
  }

  /** Submits what waits, as far as the classifier has room. */
  void submitWaiting() {
    for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
      Request request = next.request == null ? held.apply(next.sequence) : next.request;
      if (!submit(next, request)) {
        waiting.addFirst(next.with(request)); // so that it is not read from the ledger each time
        return;
      }
    }
  }

  /** The next galaxy whose outcome is here; null where there is none. */
  @Nullable Finished poll() {
    return left(finished.poll());
  }

  /** The same, waiting for one. */
  @Nullable Finished poll(long nanos) throws InterruptedException {
    return left(finished.poll(nanos, TimeUnit.NANOSECONDS));
  }

  /** Nobody waits for the outcomes any longer. */
  void cancel() {
    submitted.values().forEach(galaxy -> galaxy.outcome.cancel(false));
  }

  private @Nullable Finished left(@Nullable Finished one) {
    Submitted galaxy = one == null ? null : submitted.remove(one.sequence);
    if (galaxy != null) { // else there is none, or it could not be read and was never submitted
      changeBytes(-galaxy.bytes);
      galaxy.host.ifPresent(
          name -> ofHosts.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1));
    }
    return one;
  }

  private void changeBytes(int more) {
    bytes += more;
    tasks.changedBytes(more);
  }

  /** Whether the classifier has room for the galaxy. */
  @SuppressWarnings("FutureReturnValueIgnored") // the outcome never arrives exceptionally
  private boolean submit(Waiting galaxy, Request request) {
    CompletableFuture<Outcome> outcome = classifier.submit(request.origin()).orElse(null);
    if (outcome == null) {
      return false;
    }
    Optional<String> host = classifier.host(request.origin());
    host.ifPresent(name -> ofHosts.merge(name, 1, Integer::sum));
    submitted.put(galaxy.sequence, new Submitted(galaxy.acceptedAt, galaxy.bytes, host, outcome));
    long sequence = galaxy.sequence;
    outcome.thenAccept(
        result -> {
          tasks.outcomeArrived();
          finished.add(new Finished(sequence, request, result));
        });
    return true;
  }
}
