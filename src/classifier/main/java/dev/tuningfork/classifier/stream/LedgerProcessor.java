package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageClassifier;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
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
 *   <li>{@link #process} never blocks for long, because an open transaction times out: it waits for
 *       room in the window only so long, and then takes the record all the same. The overshoot is
 *       about one record a wait, and capped: beyond the cap the task fails, its transaction is
 *       rolled back, and nothing is lost.
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

  /** While the classifier is full, it is asked again this often. */
  private static final long OFFER_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private record Accepted(long sequence, long acceptedAt, Request request) {}

  private record Submitted(long acceptedAt, CompletableFuture<Outcome> outcome) {}

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
  private Queue<Accepted> waiting;

  /** By its sequence, the oldest first. */
  private SequencedMap<Long, Submitted> submitted;

  private BlockingQueue<Finished> finished;
  private Sensor classified;
  private Sensor givenUp;
  private Sensor tombstones;
  private ClassifierMetrics.InFlight shown;
  private long nextSequence;
  private long waitedNanos;
  private boolean settledSincePromptCommit;
  private boolean overshooting;
  private int toldInFlight;

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
    finished = new LinkedBlockingQueue<>();
    classified = sensor("classified");
    givenUp = sensor("given-up");
    tombstones = sensor("tombstones");
    shown = metrics.openTask(settings.window());
    waitedNanos = 0;
    settledSincePromptCommit = false;
    overshooting = false;
    tasks.open();
    toldInFlight = 0;
    // unique and increasing across restarts, though an empty ledger remembers nothing
    nextSequence = context.currentSystemTimeMs() << 20;
    try (KeyValueIterator<Long, LedgerEntry> entries = ledger.all()) {
      entries.forEachRemaining(this::resume);
    }
    offerWaiting();
    show();
    if (inFlight() > 0) {
      LOG.info("Task {}: {} galaxies from the ledger are classified again.", taskId(), inFlight());
    }
    context.schedule(settings.drainEvery(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
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
    awaitRoom();
    Accepted galaxy = new Accepted(nextSequence++, entry.acceptedAt(), request);
    ledger.put(galaxy.sequence, entry);
    waiting.add(galaxy);
    offerWaiting();
  }

  @Override
  public void close() {
    tasks.close(toldInFlight);
    shown.close();
    submitted.values().forEach(galaxy -> galaxy.outcome.cancel(false));
    List.of(classified, givenUp, tombstones).forEach(context.metrics()::removeSensor);
  }

  private void punctuate(long now) {
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
      context.commit();
    }
  }

  private void show() {
    Accepted next = waiting.peek();
    long oldest =
        !submitted.isEmpty()
            ? submitted.firstEntry().getValue().acceptedAt
            : next == null ? Long.MAX_VALUE : next.acceptedAt;
    int now = inFlight();
    shown.are(now, oldest);
    tasks.changed(now - toldInFlight);
    toldInFlight = now;
  }

  private void resume(KeyValue<Long, LedgerEntry> held) {
    nextSequence = Math.max(nextSequence, held.key + 1);
    LedgerEntry entry = held.value;
    try {
      Request request = Request.read(entry.key(), entry.value(), entry.headers(), format);
      waiting.add(new Accepted(held.key, entry.acceptedAt(), request));
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

  @SuppressWarnings("FutureReturnValueIgnored") // the outcome never arrives exceptionally
  private void offerWaiting() {
    BlockingQueue<Finished> thisLife = finished;
    for (Accepted next = waiting.peek(); next != null; next = waiting.peek()) {
      Accepted galaxy = next;
      CompletableFuture<Outcome> outcome = classifier.submit(galaxy.request.origin()).orElse(null);
      if (outcome == null) {
        return;
      }
      waiting.remove();
      submitted.put(galaxy.sequence, new Submitted(galaxy.acceptedAt, outcome));
      outcome.thenAccept(
          result -> thisLife.add(new Finished(galaxy.sequence, galaxy.request, result)));
    }
  }

  private void drain() {
    for (Finished one = finished.poll(); one != null; one = finished.poll()) {
      settle(one);
    }
    offerWaiting();
  }

  private void awaitRoom() {
    long patience = settings.patience().toNanos() / tasks.count();
    long wait = Math.min(settings.roomWait().toNanos(), patience) - waitedNanos;
    long start = System.nanoTime();
    if (settleUntilBelow(settings.window(), wait)) {
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
    if (!settleUntilBelow(settings.window() + settings.overshoot(), patience)) {
      throw new StreamsException(
          "Task "
              + taskId()
              + " has "
              + inFlight()
              + " galaxies in flight, the most that its settings allow, and none finished for "
              + Duration.ofNanos(patience).toSeconds()
              + " s: the model, or where the images are fetched from, hangs. Nothing is lost; restart the"
              + " classifier when it is mended.");
    }
  }

  /** Whether fewer than so many are in flight, at once or within so many nanoseconds. */
  private boolean settleUntilBelow(int limit, long nanos) {
    long deadline = System.nanoTime() + nanos;
    while (inFlight() >= limit) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      try {
        Finished one =
            finished.poll(
                waiting.isEmpty() ? left : Math.min(left, OFFER_AGAIN_NANOS), TimeUnit.NANOSECONDS);
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

  /** Forwards the outcome and takes the record off the ledger, in one transaction. */
  private void settle(Finished finished) {
    settledSincePromptCommit = true;
    submitted.remove(finished.sequence);
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
        new Record<>(key, value, entry.timestamp(), TraceContext.of(entry.headers())),
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
