package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.classifier.expand.GalaxyList;
import dev.tuningfork.classifier.expand.Piece;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.progress.SurveyState;
import dev.tuningfork.file.Sha256;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
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
 * Makes references to galaxies out of survey images, and writes an outcome for each survey image
 * when its last galaxy is done.
 *
 * <p>A task is revived after a failure: {@link #init} is called again, and begins a new life that
 * reads lists from their beginning.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A survey image is kept from the transaction that reads it to the one that writes its
 *       outcome. Its message is in one store, unchanged; how far it is, in another. The key of both
 *       is its offset.
 *   <li>The references of a piece, its dead letters and the cursor behind it are in one
 *       transaction. So are what became of galaxies and the record that says it, which the ledger
 *       wrote in the transaction of their outcomes. At every commit each row is thus either before
 *       the cursor, and written or a dead letter, or it will be read: each exactly once. A crash
 *       costs that the list is read again up to the cursor.
 *   <li>An outcome is written in the transaction that takes its survey image off the stores, hence
 *       once.
 *   <li>At most {@code ahead} galaxies of the task's survey images are written and not done. A
 *       piece that would make them more waits, and its list with it.
 *   <li>Survey images are listed one after the other, in the order of their offsets. The next one
 *       begins when the list before is at its end, while that one's galaxies may be under way.
 *   <li>The stream thread waits for no list: another thread reads it, and {@link #punctuate} takes
 *       what is there, at most a piece at a time.
 *   <li>A message that is byte for byte that of a survey image which is not done yet is published
 *       twice by mistake, and skipped. Every other one is work of its own, also where its
 *       identifier is the same: after it was changed, or to have it classified again, or after its
 *       list could not be read to the end.
 *   <li>A list that cannot be read becomes a dead letter of its message. What was listed before is
 *       classified, and the outcome says what failed.
 * </ul>
 *
 * <p>Threads: everything runs on the stream thread.
 */
final class ExpansionProcessor implements Processor<byte[], byte[], Object, Object> {

  static final String MESSAGES = "survey-images";
  static final String EXPANSIONS = "expansions";
  static final String GALAXIES = "survey-galaxies";
  static final String OUTCOMES = "survey-outcomes";
  static final String DEAD_LETTERS = "survey-dead-letters";

  private static final Logger LOG = LoggerFactory.getLogger(ExpansionProcessor.class);

  /** A list that is being read, and the survey image that it belongs to. */
  private record Listing(
      long offset, LedgerEntry entry, SurveyImageReference image, GalaxyList list) {}

  private final SurveyImages survey;
  private final MessageFormat format;
  private final LedgerSettings settings;
  private final Transactions transactions;
  private final ClassifierMetrics metrics;

  // set by init() for each life of the task: Kafka Streams revives a task with the same processor
  private ProcessorContext<Object, Object> context;
  private KeyValueStore<Long, LedgerEntry> messages;
  private KeyValueStore<Long, Expansion> expansions;

  /** What the store of expansions holds. */
  private NavigableMap<Long, Expansion> unfinished;

  /** Their offsets by the hashes of their messages, but for those whose lists are broken. */
  private Map<String, Long> hashes;

  /** Their outcomes before anything is counted, by their offsets. */
  private Map<Long, SurveyImageOutcome> begun;

  /** Their galaxies on their way to the classifier, or there. */
  private long inFlight;

  private @Nullable Listing listing;
  private @Nullable Piece held;
  private boolean wroteSinceCommit;
  private boolean askedForCommit;

  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init() before anything else
  ExpansionProcessor(
      SurveyImages survey,
      MessageFormat format,
      LedgerSettings settings,
      Transactions transactions,
      ClassifierMetrics metrics) {
    this.survey = survey;
    this.format = format;
    this.settings = settings;
    this.transactions = transactions;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<Object, Object> context) {
    close();
    this.context = context;
    messages = context.getStateStore(MESSAGES);
    expansions = context.getStateStore(EXPANSIONS);
    unfinished = new TreeMap<>();
    hashes = new HashMap<>();
    begun = new HashMap<>();
    inFlight = 0;
    held = null;
    wroteSinceCommit = false;
    askedForCommit = false;
    try (KeyValueIterator<Long, Expansion> all = expansions.all()) {
      all.forEachRemaining(
          one -> {
            LedgerEntry entry = messages.get(one.key);
            if (entry == null) {
              throw new IllegalStateException(
                  "The folder kafka.state.dir lacks the survey image at offset %d, because it is from another Kafka cluster or from topics that were deleted. Kafka Streams restores it. Give each cluster a folder of its own."
                      .formatted(one.key));
            }
            begun.put(one.key, begun(read(entry), entry));
            remember(one.key, one.value);
          });
    }
    if (!unfinished.isEmpty()) {
      LOG.info("Task {}: {} survey images continue.", context.taskId(), unfinished.size());
    }
    context.schedule(settings.drainEvery(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    transactions.works();
    RecordMetadata place =
        context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("A record has no source topic."));
    if (place.topic().equals(survey.topics().progress())) {
      count(Progress.fromBytes(record.value()));
    } else if (record.value() != null) {
      accept(LedgerEntry.of(record, place, context.currentSystemTimeMs()));
    }
  }

  @Override
  public void close() {
    endListing();
    if (context != null) {
      survey.board().remove(context.taskId().partition());
    }
  }

  private void endListing() {
    Listing open = listing;
    if (open != null) {
      open.list.close();
      listing = null;
    }
  }

  private void accept(LedgerEntry entry) {
    SurveyImageReference image;
    try {
      requireWritable(entry);
      image = format.surveyImage(entry.value());
    } catch (RecordTooLargeException e) {
      deadLetter(entry, new Failed(Stage.PRODUCE, FailureKind.PERMANENT, 0, e));
      return;
    } catch (MessageException e) {
      deadLetter(entry, new Failed(Stage.DECODE_MESSAGE, FailureKind.PERMANENT, 1, e));
      return;
    }
    Expansion fresh = Expansion.begin(Sha256.hex(entry.value()));
    if (hashes.containsKey(fresh.sha256())) {
      LOG.info(
          "The survey image {} at offset {} is published twice while it is not done: it is classified once.",
          image.surveyImageId(),
          entry.offset());
      return;
    }
    if (unfinished.containsKey(entry.offset())) {
      throw new StreamsException(
          "The survey image at offset %d of %s has the place of one that is not done yet, from another topic of survey images. Set survey-images.topic back until that one is done. Nothing is lost."
              .formatted(entry.offset(), entry.topic()));
    }
    messages.put(entry.offset(), entry);
    begun.put(entry.offset(), begun(image, entry));
    put(entry.offset(), fresh);
  }

  private void requireWritable(LedgerEntry entry) {
    int largest = settings.largestReference();
    if (entry.size() > largest) {
      throw new RecordTooLargeException(
          "The survey image has %d bytes; at most %d are allowed. Name a catalogue, or publish its galaxies in parts."
              .formatted(entry.size(), largest));
    }
  }

  private void punctuate(long now) {
    if (askedForCommit) { // else another task of the thread may have, in this very round
      askedForCommit = false;
      transactions.works();
    }
    advance();
    if (wroteSinceCommit
        && transactions.mayRequestCommit(now / settings.promptCommit().toMillis())) {
      wroteSinceCommit = false;
      askedForCommit = true;
      context.commit();
    }
  }

  /** Writes the next piece, if one is ready and there is room for it. */
  private void advance() {
    Listing open = listing == null ? begin() : listing;
    listing = open;
    if (open == null) {
      return;
    }
    Piece piece = held == null ? open.list.poll() : held;
    held = piece;
    if (piece == null || inFlight + piece.entries().size() > survey.settings().ahead()) {
      return;
    }
    held = null;
    write(open, piece);
    if (piece.end() != null) {
      endListing();
    }
  }

  /** Begins to list the first survey image whose list is not at its end. */
  private @Nullable Listing begin() {
    for (Map.Entry<Long, Expansion> one : unfinished.entrySet()) {
      if (!one.getValue().listed()) {
        LedgerEntry entry = Objects.requireNonNull(messages.get(one.getKey()));
        SurveyImageReference image = read(entry);
        Expansion reached = one.getValue();
        return new Listing(
            one.getKey(),
            entry,
            image,
            survey.lists().open(image, reached.cursor(), reached.list()));
      }
    }
    return null;
  }

  private SurveyImageReference read(LedgerEntry entry) {
    try {
      return format.surveyImage(entry.value());
    } catch (MessageException e) {
      throw new IllegalStateException("The survey image was readable before.", e);
    }
  }

  private void write(Listing of, Piece piece) {
    Expansion before = Objects.requireNonNull(unfinished.get(of.offset));
    long ordinal = before.written();
    for (Piece.Entry row : piece.entries()) {
      switch (row) {
        case Piece.Listed galaxy -> forward(of, galaxy, ordinal++);
        case Piece.Unusable bad ->
            deadLetter(
                of.entry.withValue(bad.rest()),
                new Failed(
                    Stage.EXPAND, FailureKind.PERMANENT, 1, new MessageException(bad.reason())));
      }
    }
    if (piece.end() instanceof Piece.Broken(var stage, var kind, var attempts, var cause)) {
      deadLetter(of.entry, new Failed(stage, kind, attempts, cause));
    }
    wroteSinceCommit = true;
    put(of.offset, before.with(piece, context.currentSystemTimeMs()));
  }

  private void forward(Listing of, Piece.Listed galaxy, long ordinal) {
    Headers headers = TraceContext.of(of.entry.headers());
    new Publication(of.entry.partition(), of.offset).addTo(headers);
    context.forward(
        new Record<>(
            new GalaxyKey(galaxy.objectId(), of.image.surveyImageId(), ordinal),
            galaxy.reference(),
            of.entry.writableTimestamp(now()),
            headers),
        GALAXIES);
  }

  private void deadLetter(LedgerEntry entry, Failed why) {
    context.forward(DeadLetterRecord.of(entry, why, now(), settings.largestRecord()), DEAD_LETTERS);
    metrics.deadLettered(
        why.stage(), why.kind(), context.currentSystemTimeMs() - entry.acceptedAt());
    DeadLetterLog.write(null, entry, why);
  }

  private void count(Progress progress) {
    long offset = progress.publication().offset();
    Expansion before = unfinished.get(offset);
    if (before == null) {
      LOG.warn("There is no survey image of offset {} whose galaxies could be done.", offset);
      return;
    }
    wroteSinceCommit = true;
    put(offset, before.with(progress));
  }

  private void put(long offset, Expansion expansion) {
    remember(offset, expansion);
    if (!expansion.isDone()) {
      expansions.put(offset, expansion);
      return;
    }
    LedgerEntry entry = Objects.requireNonNull(messages.delete(offset));
    unfinished.remove(offset);
    hashes.remove(expansion.sha256(), offset);
    expansions.delete(offset);
    SurveyImageOutcome outcome = expansion.counted(Objects.requireNonNull(begun.remove(offset)));
    survey.board().put(SurveyState.State.DONE, outcome);
    context.forward(
        new Record<Object, Object>(
            outcome.surveyImageId().getBytes(UTF_8),
            format.write(outcome),
            entry.writableTimestamp(now()),
            TraceContext.of(entry.headers())),
        OUTCOMES);
    LOG.info(
        "The survey image {} is done: {} galaxies, {} answered, {} dead letters.",
        outcome.surveyImageId(),
        outcome.galaxies(),
        outcome.answered(),
        outcome.deadLetters());
  }

  private void remember(long offset, Expansion expansion) {
    Expansion before = unfinished.put(offset, expansion);
    inFlight += expansion.inFlight() - (before == null ? 0 : before.inFlight());
    if (expansion.failure().isEmpty()) {
      hashes.put(expansion.sha256(), offset);
    } else {
      hashes.remove(expansion.sha256(), offset);
    }
    survey
        .board()
        .put(expansion.state(), expansion.counted(Objects.requireNonNull(begun.get(offset))));
  }

  private static SurveyImageOutcome begun(SurveyImageReference image, LedgerEntry entry) {
    return new SurveyImageOutcome(
        image.surveyImageId(),
        image.survey(),
        image.dataRelease(),
        0,
        0,
        0,
        0,
        null,
        image.publishedAt(),
        Instant.ofEpochMilli(entry.acceptedAt()),
        null,
        null,
        new GalaxyMorphology.Source(entry.topic(), entry.partition(), entry.offset()));
  }

  private Instant now() {
    return Instant.ofEpochMilli(context.currentSystemTimeMs());
  }
}
