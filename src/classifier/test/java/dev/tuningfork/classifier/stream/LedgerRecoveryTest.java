package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a task does with a ledger that an earlier life of it left behind. */
class LedgerRecoveryTest {

  private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
  private final KeyValueStore<Long, LedgerEntry> ledger = MemoryLedger.in(context);
  private final List<String> submitted = new ArrayList<>();
  private final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
  private final LedgerProcessor processor =
      new LedgerProcessor(
          origin -> {
            submitted.add(((ImageOrigin.Referenced) origin).image().uri());
            outcomes.add(new CompletableFuture<>());
            return Optional.of(outcomes.getLast());
          },
          MessageFormat.JSON,
          LedgerSettings.DEFAULT,
          new OpenTasks(),
          ClassifierMetrics.unheard(),
          MorphologyListener.NOBODY);

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
                    FakeModel.answer(), FakeModel.BY, "0".repeat(64), 1, 1, Set.of(), null)));
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
                FakeModel.answer(), FakeModel.BY, "0".repeat(64), 1, 1, Set.of(), null));
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
                FakeModel.answer(), FakeModel.BY, "0".repeat(64), 1, 1, Set.of(), null));
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
