package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.stream.InFlight.Finished;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
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
 * Keeps each accepted record in a ledger until its outcome has been forwarded. Kafka Streams counts
 * a record as consumed as soon as {@link #process} returns; with the ledger nothing is lost even
 * across crashes.
 *
 * <p>A task is revived after a failure: {@link #init} is called again, and begins a new life with
 * new {@linkplain InFlight galaxies in flight}.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>The ledger's put and the input's offset are in one transaction; so are the ledger's delete
 *       and the output. At every commit each record is thus either unread, in the ledger, or
 *       answered, and exactly one of these.
 *   <li>The ledger holds exactly what is {@linkplain InFlight in flight}. {@link #init} restores
 *       this after any failure, and that is all of crash recovery.
 *   <li>A task that was closed forwards nothing.
 *   <li>What waits for slow hosts takes no room in the window: the classifier bounds it for all
 *       tasks together. Bytes are also bounded for all tasks together. A task without a galaxy in
 *       flight takes one all the same, so that no task waits for another forever.
 *   <li>{@link #process} never blocks for long, because an open transaction times out. All tasks
 *       together wait for room at most the patience between two rounds, and once more for the first
 *       outcome. Then they take a record all the same. The overshoot is about one record a wait.
 *   <li>Beyond the overshoot a task takes records only while outcomes arrive for any task of the
 *       process, within the patience or, while hosts are slow, within the time that a host may
 *       take. It takes at most {@value #CEILING} times the window and the overshoot, or the
 *       overshoot more than what the ledgers held when the tasks opened. An instance that inherits
 *       more than its settings allow thus works it off. Where the task may not take a record, it
 *       fails, its transaction is rolled back, and nothing is lost.
 *   <li>What became of galaxies of survey images is reported in the transaction of their outcomes:
 *       {@link #process} and {@link #punctuate} end with it.
 *   <li>A record whose schema the registry cannot deliver now is not dead-lettered: the record is
 *       not at fault, and all that follow would be dead-lettered as well. The task fails instead,
 *       and reads it again.
 * </ul>
 *
 * <p>Threads: everything runs on the stream thread.
 *
 * <p>Acceptance, room and outcomes are in one class, long as it is, because these invariants hold
 * only for all of them together.
 */
final class LedgerProcessor implements Processor<byte[], byte[], Object, Object> {

  static final String LEDGER = "ledger";
  static final String MORPHOLOGIES = "morphologies";
  static final String DEAD_LETTERS = "dead-letters";
  static final String PROGRESS = "survey-progress";

  private static final Logger LOG = LoggerFactory.getLogger(LedgerProcessor.class);

  /**
   * The classifier keeps up while all tasks together have less than this part of one's window in
   * flight.
   */
  private static final double KEEPS_UP = 0.5;

  /** While outcomes arrive, a task holds at most so many times its window and overshoot. */
  private static final int CEILING = 2;

  /** While the window is full, the task looks this often whether a host has become slow. */
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** While the classifier is full, the task tries again this often. */
  private static final long SUBMIT_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final ImageClassifier classifier;
  private final MessageFormat format;
  private final LedgerSettings settings;
  private final OpenTasks tasks;
  private final Transactions transactions;
  private final ClassifierMetrics metrics;
  private final Optional<SurveyImages> survey;

  // set by init() for each life of the task: Kafka Streams revives a task with the same processor
  private ProcessorContext<Object, Object> context;
  private KeyValueStore<Long, LedgerEntry> ledger;
  private InFlight inFlight;
  private OutcomePublisher outcomes;
  private SurveyProgress progress;
  private ClassifierMetrics.TaskLoad shown;
  private long nextSequence;

  /** For room, since the last round. */
  private long waitedNanos;

  private boolean settledSincePromptCommit;
  private boolean askedForCommit;
  private boolean overshooting;
  private int toldInFlight;
  private int inherited;
  private long inheritedBytes;

  /**
   * @param tasks of this process, this one among them while it is open
   * @param survey the survey images whose progress is reported; empty where there are none
   */
  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init() before anything else
  LedgerProcessor(
      ImageClassifier classifier,
      MessageFormat format,
      LedgerSettings settings,
      OpenTasks tasks,
      Transactions transactions,
      ClassifierMetrics metrics,
      Optional<SurveyImages> survey) {
    this.classifier = classifier;
    this.format = format;
    this.settings = settings;
    this.tasks = tasks;
    this.transactions = transactions;
    this.metrics = metrics;
    this.survey = survey;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    this.context = context;
    ledger = context.getStateStore(LEDGER);
    inFlight = new InFlight(classifier, tasks, this::held);
    outcomes =
        new OutcomePublisher(context, format, settings.largestRecord(), transactions, metrics);
    progress = new SurveyProgress(context, survey, transactions);
    shown = metrics.openTask(settings.window());
    waitedNanos = 0;
    settledSincePromptCommit = false;
    askedForCommit = false;
    overshooting = false;
    tasks.open();
    toldInFlight = 0;
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
    if (inFlight.count() > 0) {
      LOG.info(
          "Task {}: {} galaxies from the ledger are classified again.", taskId(), inFlight.count());
    }
    context.schedule(settings.drainEvery(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    take(record);
    progress.flush();
  }

  private void take(Record<byte[], byte[]> record) {
    transactions.works();
    drain();
    if (record.value() == null) {
      outcomes.skipTombstone();
      return;
    }
    LedgerEntry entry = entry(record);
    Request request;
    try {
      outcomes.requireWritable(entry);
      request = Request.read(entry.key(), entry.value(), entry.headers(), format);
    } catch (RecordTooLargeException e) {
      publish(null, entry, new Failed(Stage.PRODUCE, FailureKind.PERMANENT, 0, e));
      return;
    } catch (MessageException e) {
      publish(null, entry, unreadable(e));
      return;
    }
    awaitRoom(entry.size());
    long sequence = nextSequence++;
    ledger.put(sequence, entry);
    inFlight.accept(sequence, entry, request);
  }

  @Override
  public void close() {
    tasks.close(toldInFlight, inFlight.bytes(), inheritedBytes);
    shown.close();
    inFlight.cancel();
    outcomes.close();
  }

  private void punctuate(long now) {
    if (askedForCommit) { // else another task of the thread may have, in this very round
      askedForCommit = false;
      transactions.works();
    }
    waitedNanos = 0;
    drain();
    progress.flush();
    show();
    commitPromptly(now / settings.promptCommit().toMillis());
  }

  /** Periods are counted from the epoch. */
  private void commitPromptly(long period) {
    boolean keepsUp = tasks.inFlight() <= KEEPS_UP * settings.window();
    if (settledSincePromptCommit && keepsUp && transactions.mayRequestCommit(period)) {
      settledSincePromptCommit = false;
      askedForCommit = true;
      context.commit();
    }
  }

  private void show() {
    shown.are(inFlight.count(), inFlight.oldest());
    int now = inFlight.inWindow();
    tasks.changed(now - toldInFlight);
    toldInFlight = now;
  }

  private void resume() {
    try (KeyValueIterator<Long, LedgerEntry> entries = ledger.all()) {
      entries.forEachRemaining(this::resume);
    }
    inherited = inFlight.count();
    inheritedBytes = inFlight.bytes();
    tasks.inherited(inheritedBytes);
    inFlight.submitWaiting();
    show();
  }

  private void resume(KeyValue<Long, LedgerEntry> held) {
    nextSequence = Math.max(nextSequence, held.key + 1);
    LedgerEntry entry = held.value;
    try {
      Request request = Request.read(entry.key(), entry.value(), entry.headers(), format);
      inFlight.resume(held.key, entry, request);
    } catch (MessageException e) {
      // it was readable to the version of this program that accepted it
      inFlight.resumeUnreadable(held.key, unreadable(e));
    }
  }

  private LedgerEntry entry(Record<byte[], byte[]> record) {
    RecordMetadata place =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("A record has no source topic."));
    return LedgerEntry.of(record, place, context.currentSystemTimeMs());
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

  private void drain() {
    for (Finished one = inFlight.poll(); one != null; one = inFlight.poll()) {
      settle(one);
    }
    inFlight.submitWaiting();
  }

  /** Waits for room for a record of so many bytes. */
  private void awaitRoom(int bytes) {
    long patience = settings.patience().toNanos();
    long share = patience / tasks.count();
    long wait = Math.min(settings.roomWait().toNanos(), share) - waitedNanos;
    long start = System.nanoTime();
    if (settleUntilRoom(settings.window(), bytes, wait)) {
      if (overshooting) {
        overshooting = false;
        LOG.info("Task {}: galaxies finish again; {} are in flight.", taskId(), inFlight.count());
      }
      return;
    }
    waitedNanos += System.nanoTime() - start;
    if (!overshooting) {
      overshooting = true;
      LOG.warn(
          "Task {}: {} galaxies are in flight, and no galaxy has finished for {} ms. The model or the image sources are slow or hang.",
          taskId(),
          inFlight.count(),
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

  /** Fails the task where no outcomes arrive, or where it would hold too much though they do. */
  private void requireProgress(int bytes) {
    long quiet = tasks.quietNanos();
    // what waits for a slow host has its outcome in bounded time, though not within the patience
    boolean hostsAreSlow = !classifier.slowHosts().isEmpty();
    Duration longest = hostsAreSlow ? classifier.longestWait() : settings.patience();
    if (quiet >= longest.toNanos()) {
      throw tooMuch(
          "no galaxy finished for %d ms: the model or the image sources hang. Nothing is lost; fix the cause and restart the classifier."
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
          "galaxies finish more slowly than new ones arrive: the model or the image sources are too slow. Nothing is lost; a restart continues.");
    }
  }

  private StreamsException tooMuch(String why) {
    return new StreamsException(
        "Task %s has %d galaxies in flight, and all tasks of this process together use %d bytes. ledger.window, ledger.window-bytes and ledger.overshoot allow no more, and %s"
            .formatted(taskId(), inFlight.count(), tasks.bytes(), why));
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
            inFlight.poll(
                Math.min(left, inFlight.anyWaits() ? SUBMIT_AGAIN_NANOS : LOOK_AGAIN_NANOS));
        if (one != null) {
          settle(one);
        }
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
      inFlight.submitWaiting();
    }
    return true;
  }

  private boolean hasRoom(int limit, double mostBytes, int bytes) {
    return inFlight.inWindow() < limit
        && (inFlight.count() == 0 || tasks.bytes() + bytes <= mostBytes);
  }

  /** The bytes in proportion to so many galaxies. */
  private double windowBytes(int galaxies) {
    return (double) settings.windowBytes() * galaxies / settings.window();
  }

  /** Forwards the outcome and takes the record off the ledger, in one transaction. */
  private void settle(Finished finished) {
    settledSincePromptCommit = true;
    LedgerEntry entry = ledger.delete(finished.sequence());
    publish(finished.request(), entry, finished.outcome());
  }

  private void publish(@Nullable Request request, LedgerEntry entry, Outcome outcome) {
    progress.done(request, entry, outcomes.publish(request, entry, outcome));
  }

  private static Failed unreadable(MessageException why) {
    return new Failed(Stage.DECODE_MESSAGE, FailureKind.PERMANENT, 1, why);
  }

  private String taskId() {
    return context.taskId().toString();
  }
}
