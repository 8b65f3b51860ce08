package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.SchemaUnavailableException;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.image.ImageFacts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a task does with a ledger that an earlier life of it left behind. */
class LedgerRecoveryTest {

  private static final LedgerSettings SMALL =
      new LedgerSettings(
          10,
          20_000,
          6,
          Duration.ofMillis(1),
          Duration.ofMillis(400),
          Duration.ofMillis(5),
          Duration.ofMillis(20),
          100_000);

  private final MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
  private final KeyValueStore<Long, LedgerEntry> ledger = MemoryLedger.in(context);
  private final List<String> submitted = new ArrayList<>();
  private final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
  private final ImageClassifier classifier =
      origin -> {
        submitted.add(((ImageOrigin.Referenced) origin).image().uri());
        outcomes.add(new CompletableFuture<>());
        return Optional.of(outcomes.getLast());
      };
  private final LedgerProcessor processor =
      new LedgerProcessor(
          classifier,
          MessageFormat.JSON,
          LedgerSettings.DEFAULT,
          new OpenTasks(),
          new Transactions(ClassifierMetrics.noop(), 1),
          ClassifierMetrics.noop(),
          Optional.empty());

  @BeforeEach
  void openLedger() {
    context.setCurrentSystemTimeMs(1_000);
  }

  @Test
  void everythingInTheLedgerIsSubmittedAgainInTheOrderOfItsAcceptance() {
    ledger.put(300L, entry(reference("c")));
    ledger.put(7L, entry(reference("a")));
    ledger.put(256L, entry(reference("b")));
    processor.init(context);
    assertThat(submitted).containsExactly("file:/a", "file:/b", "file:/c");

    outcomes.forEach(
        outcome ->
            outcome.complete(
                new Outcome.Classified(
                    FakeModel.answer(),
                    FakeModel.BY,
                    "0".repeat(64),
                    1,
                    1,
                    Set.of(),
                    ImageFacts.NONE,
                    null,
                    null)));
    tick();
    assertThat(context.forwarded(LedgerProcessor.MORPHOLOGIES)).hasSize(3);
    assertThat(ledger.approximateNumEntries()).isZero();
  }

  @Test
  void newRecordsNeverTakeThePlaceOfHeldOnes() {
    long fromTheFuture = Long.MAX_VALUE / 2;
    ledger.put(fromTheFuture, entry(reference("held")));
    processor.init(context);
    accept("new");
    assertThat(ledger.approximateNumEntries()).isEqualTo(2);
    assertThat(ledger.get(fromTheFuture + 1).value()).isEqualTo(reference("new"));
  }

  @Test
  void anEmptyLedgerDoesNotMakeSequencesStartAgain() {
    processor.init(context);
    accept("a");
    outcomes
        .getFirst()
        .complete(
            new Outcome.Classified(
                FakeModel.answer(),
                FakeModel.BY,
                "0".repeat(64),
                1,
                1,
                Set.of(),
                ImageFacts.NONE,
                null,
                null));
    long first = sequence();
    tick();
    processor.close();

    context.setCurrentSystemTimeMs(1_001);
    processor.init(context);
    accept("b");
    assertThat(sequence()).isGreaterThan(first);
  }

  @Test
  void whatAnEarlierLifeSubmittedIsForwardedByTheNextAndOnlyOnce() {
    processor.init(context);
    accept("a");
    CompletableFuture<Outcome> dropped = outcomes.getFirst();
    processor.close();
    assertThat(dropped).isCancelled();

    processor.init(context);
    assertThat(submitted).containsExactly("file:/a", "file:/a");
    outcomes
        .getLast()
        .complete(
            new Outcome.Classified(
                FakeModel.answer(),
                FakeModel.BY,
                "0".repeat(64),
                1,
                1,
                Set.of(),
                ImageFacts.NONE,
                null,
                null));
    tick();
    assertThat(context.forwarded()).hasSize(1);
  }

  @Test
  void anEntryThatIsNoMessageAnyMoreIsADeadLetter() {
    ledger.put(1L, entry("{}".getBytes(UTF_8)));
    ledger.put(2L, entry(reference("good")));
    processor.init(context);
    assertThat(submitted).containsExactly("file:/good");
    tick();
    assertThat(context.forwarded(LedgerProcessor.DEAD_LETTERS))
        .singleElement()
        .satisfies(
            dead ->
                assertThat(dead.record().headers().lastHeader(DeadLetterHeaders.STAGE).value())
                    .isEqualTo("decode-message".getBytes(UTF_8)));
    assertThat(ledger.get(1L)).isNull();
  }

  @Test
  void aLedgerOfFarMoreBytesThanTheSettingsAllowIsWorkedOff() {
    for (long i = 0; i < 25; i++) {
      ledger.put(i, entry(largeReference("held-" + i)));
    }
    LedgerProcessor task = task(new OpenTasks(), new Steady());
    task.init(context);
    for (int i = 0; i < 5; i++) {
      accept(task, largeReference("new-" + i));
      tick();
    }
    outcomes.forEach(LedgerRecoveryTest::classify);
    tick();
    assertThat(context.forwarded(LedgerProcessor.MORPHOLOGIES)).hasSize(30);
    assertThat(ledger.approximateNumEntries()).isZero();
  }

  @Test
  void aTaskGoesOnWhileOutcomesArriveForAnotherOneThatHoldsTheBytes() {
    OpenTasks tasks = new OpenTasks();
    Steady classifier = new Steady();
    for (long i = 0; i < 25; i++) {
      ledger.put(i, entry(largeReference("held-" + i)));
    }
    task(tasks, classifier).init(context);

    var otherContext = new MockProcessorContext<Object, Object>();
    otherContext.setCurrentSystemTimeMs(1_000);
    var otherLedger = MemoryLedger.in(otherContext);
    otherLedger.put(1L, entry(largeReference("other")));
    LedgerProcessor other = task(tasks, classifier);
    other.init(otherContext);
    otherContext.setRecordMetadata("galaxy-images", 1, 0);
    other.process(new Record<>(null, largeReference("new"), 0, new RecordHeaders()));
    assertThat(otherLedger.approximateNumEntries()).isEqualTo(2);
  }

  @Test
  void aLedgerOfFarTooManyBytesFailsTheTaskWhereNoOutcomeArrives() {
    for (long i = 0; i < 25; i++) {
      ledger.put(i, entry(largeReference("held-" + i)));
    }
    OpenTasks tasks = new OpenTasks();
    for (int i = 0; i < 9; i++) {
      tasks.open();
    }
    LedgerProcessor task = task(tasks, classifier);
    task.init(context);
    assertThatThrownBy(() -> accept(task, largeReference("new")))
        .isInstanceOf(StreamsException.class)
        .hasMessageContaining("25 galaxies in flight")
        .hasMessageMatching("(?s).*no galaxy finished for [1-9]\\d* ms.*");
    assertThat(ledger.approximateNumEntries()).isEqualTo(25);
  }

  @Test
  void aTaskThatCannotOpenLeavesNothingBehind() {
    ledger.put(1L, entry(reference("good")));
    ledger.put(2L, entry(GalaxyImageReference.of("2", "file:/2").toAvro(7)));
    OpenTasks tasks = new OpenTasks();
    var measures = new SimpleMeterRegistry();
    MessageFormat silentRegistry =
        MessageFormat.jsonReadingAvro(
            _ -> {
              throw new SchemaUnavailableException("The registry is silent.");
            });
    LedgerProcessor task =
        new LedgerProcessor(
            classifier,
            silentRegistry,
            LedgerSettings.DEFAULT,
            tasks,
            new Transactions(ClassifierMetrics.noop(), 1),
            new ClassifierMetrics(measures),
            Optional.empty());
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> task.init(context)).isInstanceOf(SchemaUnavailableException.class);
    }
    assertThat(tasks.bytes()).isZero();
    assertThat(measures.get("tuning.fork.ledger.window").gauge().value()).isZero();
    tasks.open();
    assertThat(tasks.count()).isEqualTo(1);
  }

  /** Answers one image whenever the hosts are looked at twice: now and then while a task waits. */
  private final class Steady implements ImageClassifier {
    private int looks;
    private int answered;

    @Override
    public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
      return classifier.submit(origin);
    }

    @Override
    public Set<String> slowHosts() {
      if (looks++ % 2 == 1 && answered < outcomes.size()) {
        classify(outcomes.get(answered++));
      }
      return Set.of();
    }
  }

  private static LedgerProcessor task(OpenTasks tasks, ImageClassifier classifier) {
    return new LedgerProcessor(
        classifier,
        MessageFormat.JSON,
        SMALL,
        tasks,
        new Transactions(ClassifierMetrics.noop(), 1),
        ClassifierMetrics.noop(),
        Optional.empty());
  }

  private static void classify(CompletableFuture<Outcome> outcome) {
    outcome.complete(
        new Outcome.Classified(
            FakeModel.answer(),
            FakeModel.BY,
            "0".repeat(64),
            1,
            1,
            Set.of(),
            ImageFacts.NONE,
            null,
            null));
  }

  private void accept(LedgerProcessor task, byte[] value) {
    context.setRecordMetadata("galaxy-images", 0, 0);
    task.process(new Record<>(null, value, 0, new RecordHeaders()));
  }

  /** A fifth of what {@link #SMALL} allows. */
  private static byte[] largeReference(String name) {
    return GalaxyImageReference.of(name, "file:/" + "x".repeat(3_800)).toJson();
  }

  private void accept(String name) {
    context.setRecordMetadata("galaxy-images", 0, 0);
    processor.process(new Record<>(null, reference(name), 0, new RecordHeaders()));
  }

  private void tick() {
    context
        .scheduledPunctuators()
        .getLast()
        .getPunctuator()
        .punctuate(context.currentSystemTimeMs());
  }

  private long sequence() {
    try (var entries = ledger.all()) {
      return entries.next().key;
    }
  }

  private static byte[] reference(String name) {
    return GalaxyImageReference.of(name, "file:/" + name).toJson();
  }

  private static LedgerEntry entry(byte[] value) {
    return new LedgerEntry("galaxy-images", 0, 5, 0, 0, null, value, new RecordHeaders());
  }
}
