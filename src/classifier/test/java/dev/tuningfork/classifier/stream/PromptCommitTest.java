package dev.tuningfork.classifier.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.image.ImageFacts;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a task asks for a commit before the interval is over. */
class PromptCommitTest {

  private static final long START = 1_800_000_000_000L;

  private final Deque<CompletableFuture<Outcome>> submitted = new ArrayDeque<>();
  private final MockProcessorContext<Object, Object> context =
      new MockProcessorContext<>(new Properties());
  private final LedgerProcessor processor =
      new LedgerProcessor(
          image -> {
            submitted.add(new CompletableFuture<>());
            return Optional.of(submitted.getLast());
          },
          MessageFormat.JSON,
          LedgerSettings.DEFAULT,
          new OpenTasks(),
          new Transactions(ClassifierMetrics.noop(), 1, () -> 0), // commits take no time
          ClassifierMetrics.noop(),
          Optional.empty());

  private final KeyValueStore<Long, LedgerEntry> ledger = MemoryLedger.in(context);

  @BeforeEach
  void start() {
    context.setRecordMetadata("galaxy-images", 0, 0);
    context.setCurrentSystemTimeMs(START);
    processor.init(context);
  }

  @AfterEach
  void stop() {
    processor.close();
    ledger.close();
  }

  @Test
  void aTaskThatKeepsUpAsksForACommitInEachPeriodThatHadAnAnswer() {
    publish();
    tick(5);
    assertThat(context.committed()).as("nothing is answered").isFalse();
    answer();
    tick(10);
    assertThat(context.forwarded()).hasSize(1);
    assertThat(context.committed()).isTrue();

    context.resetCommit();
    publish();
    answer();
    tick(19);
    assertThat(context.forwarded()).hasSize(2);
    assertThat(context.committed()).as("asked for in this period already").isFalse();
    tick(20);
    assertThat(context.committed()).isTrue();

    context.resetCommit();
    tick(500);
    assertThat(context.committed()).as("there is nothing new to commit").isFalse();
  }

  @Test
  void whileTheClassifierIsBehindTheCommitIntervalDecides() {
    int keepsUpWith = LedgerSettings.DEFAULT.window() / 2;
    for (int i = 0; i <= keepsUpWith + 1; i++) {
      publish();
    }
    answer();
    tick(500);
    assertThat(context.forwarded()).hasSize(1);
    assertThat(context.committed()).isFalse();
    answer();
    tick(505);
    assertThat(context.committed()).isTrue();
  }

  private void publish() {
    byte[] reference = GalaxyImageReference.of("1", "file:/1.jpg").toJson();
    processor.process(new Record<>("1".getBytes(UTF_8), reference, START));
  }

  private void answer() {
    submitted
        .remove()
        .complete(
            new Outcome.Classified(
                FakeModel.answer(),
                FakeModel.BY,
                "ab".repeat(32),
                1,
                1,
                Set.of(),
                ImageFacts.NONE,
                null,
                null));
  }

  private void tick(long millisAfterStart) {
    context.setCurrentSystemTimeMs(START + millisAfterStart);
    context.scheduledPunctuators().getFirst().getPunctuator().punctuate(START + millisAfterStart);
  }
}
