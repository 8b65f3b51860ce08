package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Onlooker.Keepsake;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Outcome.Classified;
import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each accepted record in a ledger until its outcome has been forwarded, so that nothing is
 * lost though Kafka Streams takes a record for consumed as soon as {@link #process} returns.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>The ledger's put and the input's offset are in one transaction; so are the ledger's delete
 *       and the output. At every commit each record is thus either unread, in the ledger, or
 *       answered, and exactly one of these.
 *   <li>What the ledger holds is waiting, submitted or finished, and nothing else is: {@link #init}
 *       makes it so after whatever happened, and that is all of crash recovery.
 *   <li>A task that was closed forwards nothing: outcomes that arrive later go into a queue that
 *       nobody reads.
 *   <li>What waits for slow hosts takes no room in the window: the classifier bounds it for all
 *       tasks together. Bytes are bounded for all tasks together, too. A task without a galaxy in
 *       flight takes one all the same, so that none waits for another for ever.
 *   <li>An image that is a record itself is in memory twice only while the classifier has it, or
 *       while it is the next that the classifier is offered. What waits behind it is in the ledger
 *       alone.
 *   <li>{@link #process} never blocks for long, because an open transaction times out: all tasks
 *       together wait for room at most the patience between two rounds, and once more for the first
 *       outcome. Then they take a record all the same. The overshoot is about one record a wait.
 *   <li>Beyond the overshoot a task takes records only while outcomes arrive for any task of the
 *       process, within the patience or, while hosts are slow, within the time that a host may
 *       take. It takes at most {@value #CEILING} times the window and the overshoot, or the
 *       overshoot more than what the ledgers held when the tasks opened. An instance that inherits
 *       more than its settings allow thus works it off. Where the task may not take a record, it
 *       fails, its transaction is rolled back, and nothing is lost.
 *   <li>A record whose schema the registry cannot tell now is not given up, since the record is not
 *       at fault, and all that follow would be given up after it: the task fails likewise and reads
 *       it again.
 * </ul>
 *
 * <p>Threads: everything runs on the stream thread, but for the classifier's threads, which put
 * outcomes into {@link #finished}.
 */
final class LedgerProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  static final String LEDGER = "ledger";
  static final String MORPHOLOGIES = "morphologies";
  static final String DEAD_LETTERS = "dead-letters";

  private static final Logger LOG = LoggerFactory.getLogger(LedgerProcessor.class);

  /** Room for what a dead letter's headers add to a record, and for Kafka's own framing. */
  private static final int FRAME = 16 << 10;

  /**
   * The classifier keeps up while all tasks together have less than this part of one's window in
   * flight.
   */
  private static final double KEEPS_UP = 0.5;

  /** While outcomes arrive, a task holds at most so many times its window and overshoot. */
  private static final int CEILING = 2;

  /** While the window is full, the task looks this often whether a host has become slow. */
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** While the classifier is full, it is asked again this often. */
  private static final long OFFER_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /**
   * A galaxy that the classifier has no room for yet.
   *
   * @param request absent where it is an image itself, which the ledger holds already
   */
  private record Accepted(long sequence, long acceptedAt, int bytes, @Nullable Request request) {

    /** The same without an image that the ledger holds. */
    static Accepted of(long sequence, LedgerEntry entry, Request request) {
      boolean isImage = request.origin() instanceof ImageOrigin.Carried;
      return new Accepted(sequence, entry.acceptedAt(), entry.size(), isImage ? null : request);
    }

    Accepted with(Request read) {
      return new Accepted(sequence, acceptedAt, bytes, read);
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

  /** The request is absent where it could not be read. */
  private record Finished(long sequence, @Nullable Request request, Outcome outcome) {}

  private final ImageClassifier classifier;
  private final MessageFormat format;
  private final LedgerSettings settings;
  private final OpenTasks tasks;
  private final ClassifierMetrics metrics;
  private final MorphologyListener listener;

  // set by init() for each life of the task: Kafka Streams revives a task with the same processor
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Long, LedgerEntry> ledger;
  private Deque<Accepted> waiting;

  /** By its sequence, the oldest first. */
  private SequencedMap<Long, Submitted> submitted;

  /** How many of them wait for the answer of each host. */
  private Map<String, Integer> ofHosts;

  private BlockingQueue<Finished> finished;
  private Sensor classified;
  private Sensor givenUp;
  private Sensor tombstones;
  private ClassifierMetrics.InFlight shown;
  private long nextSequence;

  /** For room, since the last round. */
  private long waitedNanos;

  private boolean settledSincePromptCommit;
  private boolean askedForCommit;
  private boolean overshooting;
  private int toldInFlight;
  private long bytesInFlight;
  private int inherited;
  private long inheritedBytes;

  /**
   * @param tasks of this process, this one among them while it is open
   */
  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init() before anything else
  LedgerProcessor(
      ImageClassifier classifier,
      MessageFormat format,
      LedgerSettings settings,
      OpenTasks tasks,
      ClassifierMetrics metrics,
      MorphologyListener listener) {
    this.classifier = classifier;
    this.format = format;
    this.settings = settings;
    this.tasks = tasks;
    this.metrics = metrics;
    this.listener = listener;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    ledger = context.getStateStore(LEDGER);
    waiting = new ArrayDeque<>();
    submitted = new LinkedHashMap<>();
    ofHosts = new HashMap<>();
    finished = new LinkedBlockingQueue<>();
    classified = sensor("classified");
    givenUp = sensor("given-up");
    tombstones = sensor("tombstones");
    shown = metrics.openTask(settings.window());
    waitedNanos = 0;
    settledSincePromptCommit = false;
    askedForCommit = false;
    overshooting = false;
    tasks.open();
    toldInFlight = 0;
    bytesInFlight = 0;
    inherited = 0;
    inheritedBytes = 0;
    // unique and increasing across restarts, though an empty ledger remembers nothing
    nextSequence = context.currentSystemTimeMs() << 20;
    try {
      resume();
    } catch (RuntimeException e) {
      close(); // Kafka Streams closes only what it could open
      throw e;
    }
    if (inFlight() > 0) {
      LOG.info("Task {}: {} galaxies from the ledger are classified again.", taskId(), inFlight());
    }
    context.schedule(settings.drainEvery(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    tasks.works();
    drain();
    if (record.value() == null) {
      tombstones.record();
      return;
    }
    LedgerEntry entry = entry(record);
    Request request;
    try {
      requireWritable(entry);
      request = Request.read(entry.key(), entry.value(), entry.headers(), format);
    } catch (RecordTooLargeException e) {
      giveUp(null, entry, new Failed(Stage.PRODUCE, FailureKind.PERMANENT, 0, e));
      return;
    } catch (MessageException e) {
      giveUp(null, entry, unreadable(e));
      return;
    }
    awaitRoom(entry.size());
    Accepted galaxy = Accepted.of(nextSequence++, entry, request);
    ledger.put(galaxy.sequence, entry);
    changeBytes(galaxy.bytes);
    if (!waiting.isEmpty() || !offer(galaxy, request)) {
      waiting.add(galaxy);
    }
  }

  @Override
  public void close() {
    tasks.close(toldInFlight, bytesInFlight, inheritedBytes);
    shown.close();
    submitted.values().forEach(galaxy -> galaxy.outcome.cancel(false));
    List.of(classified, givenUp, tombstones).forEach(context.metrics()::removeSensor);
  }

  private void punctuate(long now) {
    if (askedForCommit) { // else another task of the thread may have, in this very round
      askedForCommit = false;
      tasks.works();
    }
    waitedNanos = 0;
    drain();
    show();
    commitPromptly(now / settings.promptCommit().toMillis());
  }

  /**
   * @param period counted from the epoch
   */
  private void commitPromptly(long period) {
    boolean keepsUp = tasks.inFlight() <= KEEPS_UP * settings.window();
    if (settledSincePromptCommit && keepsUp && tasks.mayCommit(period)) {
      settledSincePromptCommit = false;
      askedForCommit = true;
      context.commit();
    }
  }

  private void show() {
    Accepted next = waiting.peek();
    long oldest =
        !submitted.isEmpty()
            ? submitted.firstEntry().getValue().acceptedAt
            : next == null ? Long.MAX_VALUE : next.acceptedAt;
    shown.are(inFlight(), oldest);
    int now = inWindow();
    tasks.changed(now - toldInFlight);
    toldInFlight = now;
  }

  private void resume() {
    try (KeyValueIterator<Long, LedgerEntry> entries = ledger.all()) {
      entries.forEachRemaining(this::resume);
    }
    inherited = inFlight();
    inheritedBytes = bytesInFlight;
    tasks.inherited(inheritedBytes);
    offerWaiting();
    show();
  }

  private void resume(KeyValue<Long, LedgerEntry> held) {
    nextSequence = Math.max(nextSequence, held.key + 1);
    LedgerEntry entry = held.value;
    try {
      Request request = Request.read(entry.key(), entry.value(), entry.headers(), format);
      waiting.add(Accepted.of(held.key, entry, request));
      changeBytes(entry.size());
    } catch (MessageException e) {
      // it was readable to the version of this program that accepted it
      finished.add(new Finished(held.key, null, unreadable(e)));
    }
  }

  private LedgerEntry entry(Record<byte[], byte[]> record) {
    RecordMetadata place =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("A record came from nowhere."));
    return new LedgerEntry(
        place.topic(),
        place.partition(),
        place.offset(),
        record.timestamp(),
        context.currentSystemTimeMs(),
        record.key(),
        record.value(),
        record.headers());
  }

  private int inFlight() {
    return waiting.size() + submitted.size();
  }

  /** In flight, but for what waits for slow hosts. */
  private int inWindow() {
    int heldUp = 0;
    for (String host : classifier.slowHosts()) {
      heldUp += ofHosts.getOrDefault(host, 0);
    }
    return inFlight() - heldUp;
  }

  private void changeBytes(int more) {
    bytesInFlight += more;
    tasks.changedBytes(more);
  }

  private void offerWaiting() {
    for (Accepted next = waiting.poll(); next != null; next = waiting.poll()) {
      Request request = next.request == null ? held(next.sequence) : next.request;
      if (!offer(next, request)) {
        waiting.addFirst(next.with(request)); // so that it is not read from the ledger each time
        return;
      }
    }
  }

  /** An image that is a record itself. */
  private Request held(long sequence) {
    LedgerEntry entry = ledger.get(sequence);
    try {
      return Request.read(entry.key(), entry.value(), entry.headers(), format);
    } catch (MessageException e) {
      throw new IllegalStateException("The ledger's entry was readable before.", e);
    }
  }

  /** Whether the classifier has room for the galaxy. */
  @SuppressWarnings("FutureReturnValueIgnored") // the outcome never arrives exceptionally
  private boolean offer(Accepted galaxy, Request request) {
    BlockingQueue<Finished> thisLife = finished;
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
          thisLife.add(new Finished(sequence, request, result));
        });
    return true;
  }

  private void drain() {
    for (Finished one = finished.poll(); one != null; one = finished.poll()) {
      settle(one);
    }
    offerWaiting();
  }

  /**
   * @param bytes that want room
   */
  private void awaitRoom(int bytes) {
    long patience = settings.patience().toNanos();
    long share = patience / tasks.count();
    long wait = Math.min(settings.roomWait().toNanos(), share) - waitedNanos;
    long start = System.nanoTime();
    if (settleUntilRoom(settings.window(), bytes, wait)) {
      if (overshooting) {
        overshooting = false;
        LOG.info("Task {}: galaxies finish again; {} are in flight.", taskId(), inFlight());
      }
      return;
    }
    waitedNanos += System.nanoTime() - start;
    if (!overshooting) {
      overshooting = true;
      LOG.warn(
          "Task {}: {} galaxies are in flight and none finished for {} ms. The model, or where the"
              + " images are fetched from, is slow or hangs.",
          taskId(),
          inFlight(),
          settings.roomWait().toMillis());
    }
    int most = settings.window() + settings.overshoot();
    // the first outcome arrives only when an image has gone all the way
    long forFirst = tasks.awaitFirstOutcome() ? patience - tasks.quietNanos() : 0;
    start = System.nanoTime();
    boolean room = settleUntilRoom(most, bytes, Math.max(forFirst, share - waitedNanos));
    waitedNanos += System.nanoTime() - start;
    if (!room) {
      requireProgress(bytes);
    }
  }

  /**
   * Fails the task where no outcomes arrive, or where it would hold too much though they do.
   *
   * @param bytes that want room
   */
  private void requireProgress(int bytes) {
    long quiet = tasks.quietNanos();
    // what waits for a slow host has its outcome in bounded time, though not within the patience
    boolean hostsAreSlow = !classifier.slowHosts().isEmpty();
    Duration longest = hostsAreSlow ? classifier.longestWait() : settings.patience();
    if (quiet >= longest.toNanos()) {
      throw tooMuch(
          "no galaxy finished for %d ms: the model, or where the images are fetched from, hangs. Nothing is lost; restart the classifier when it is mended."
              .formatted(TimeUnit.NANOSECONDS.toMillis(quiet)));
    }
    int overshoot = settings.overshoot();
    int most = Math.max(CEILING * (settings.window() + overshoot), inherited + overshoot);
    double mostBytes =
        Math.max(
            CEILING * windowBytes(settings.window() + overshoot),
            tasks.inherited() + windowBytes(overshoot));
    if (!hasRoom(most, mostBytes, bytes)) {
      throw tooMuch(
          "galaxies finish more slowly than new ones are taken: the model, or where the images are fetched from, is too slow. Nothing is lost; the classifier goes on when it is restarted.");
    }
  }

  private StreamsException tooMuch(String why) {
    return new StreamsException(
        "Task %s has %d galaxies in flight, and all tasks of this process together hold %d bytes. ledger.window, ledger.window-bytes and ledger.overshoot allow no more, and %s"
            .formatted(taskId(), inFlight(), tasks.bytes(), why));
  }

  /**
   * Whether fewer than so many are in the window, and so many bytes have room in proportion, at
   * once or within so many nanoseconds.
   */
  private boolean settleUntilRoom(int limit, int bytes, long nanos) {
    long deadline = System.nanoTime() + nanos;
    double mostBytes = windowBytes(limit);
    while (!hasRoom(limit, mostBytes, bytes)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      try {
        Finished one =
            finished.poll(
                Math.min(left, waiting.isEmpty() ? LOOK_AGAIN_NANOS : OFFER_AGAIN_NANOS),
                TimeUnit.NANOSECONDS);
        if (one != null) {
          settle(one);
        }
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
      offerWaiting();
    }
    return true;
  }

  private boolean hasRoom(int limit, double mostBytes, int bytes) {
    return inWindow() < limit && (inFlight() == 0 || tasks.bytes() + bytes <= mostBytes);
  }

  /** The bytes in proportion to so many galaxies. */
  private double windowBytes(int galaxies) {
    return (double) settings.windowBytes() * galaxies / settings.window();
  }

  /** Forwards the outcome and takes the record off the ledger, in one transaction. */
  private void settle(Finished finished) {
    settledSincePromptCommit = true;
    Submitted galaxy = submitted.remove(finished.sequence);
    if (galaxy != null) { // else it could not be read, and was never submitted
      changeBytes(-galaxy.bytes);
      galaxy.host.ifPresent(
          name -> ofHosts.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1));
    }
    LedgerEntry entry = ledger.delete(finished.sequence);
    switch (finished.outcome) {
      case Classified answer -> publish(Objects.requireNonNull(finished.request), entry, answer);
      case Failed why -> giveUp(finished.request, entry, why);
    }
  }

  private void publish(Request request, LedgerEntry entry, Classified answer) {
    byte[] key = request.objectId().getBytes(StandardCharsets.UTF_8);
    GalaxyMorphology morphology;
    byte[] value;
    try {
      morphology = Provenance.of(answer.by()).answer(request, entry, answer, now());
      value = format.write(morphology);
      requireWritable("The answer", key.length + value.length);
    } catch (RuntimeException e) {
      giveUp(request, entry, new Failed(Stage.PRODUCE, FailureKind.PERMANENT, 1, e));
      return;
    }
    context.forward(
        new Record<>(key, value, entry.writableTimestamp(now()), TraceContext.of(entry.headers())),
        MORPHOLOGIES);
    classified.record();
    metrics.classified(sinceAccepted(entry));
    Keepsake keepsake = answer.keepsake();
    if (keepsake != null) {
      listener.published(morphology, request.origin(), keepsake);
    }
  }

  /**
   * @param request absent where it could not be read
   */
  private void giveUp(@Nullable Request request, LedgerEntry entry, Failed why) {
    context.forward(DeadLetter.of(entry, why, now(), settings.largestRecord()), DEAD_LETTERS);
    givenUp.record();
    metrics.gaveUp(why.stage(), why.kind(), sinceAccepted(entry));
    GivenUpLog.write(request, entry, why);
  }

  private long sinceAccepted(LedgerEntry entry) {
    return Math.max(0, context.currentSystemTimeMs() - entry.acceptedAt());
  }

  private void requireWritable(LedgerEntry entry) {
    requireWritable("The record", entry.size());
  }

  private void requireWritable(String what, int size) {
    if (size > settings.largestRecord() - FRAME) {
      throw new RecordTooLargeException(
          "%s has %d bytes. The largest record that may be written has %d, of which %d are for headers."
              .formatted(what, size, settings.largestRecord(), FRAME));
    }
  }

  private static Failed unreadable(MessageException why) {
    return new Failed(Stage.DECODE_MESSAGE, FailureKind.PERMANENT, 1, why);
  }

  private Instant now() {
    return Instant.ofEpochMilli(context.currentSystemTimeMs());
  }

  private String taskId() {
    return context.taskId().toString();
  }

  private Sensor sensor(String what) {
    return context
        .metrics()
        .addRateTotalSensor("tuning-fork", taskId(), what, Sensor.RecordingLevel.INFO);
  }
}
