package dev.tuningfork.classifier.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionsTest {

  private final Transactions transactions = new Transactions(ClassifierMetrics.noop(), 3);
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  @Test
  void anActionIsDoneOnceWhenItsTransactionIsCommitted() {
    transactions.begun();
    afterCommit("first");
    afterCommit("second");
    assertThat(done).isEmpty();

    transactions.committed();
    assertThat(done).containsExactly("first", "second");

    transactions.begun();
    transactions.committed();
    assertThat(done).containsExactly("first", "second");
  }

  @Test
  void whatIsRolledBackIsForgotten() {
    transactions.begun();
    afterCommit("rolled back");
    transactions.begun();
    afterCommit("committed");
    transactions.committed();

    assertThat(done).containsExactly("committed");
  }

  @Test
  void anotherThreadsTransactionIsItsOwn() throws Exception {
    transactions.begun();
    afterCommit("of this thread");
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  transactions.begun();
                  transactions.committed();
                });
    other.join();
    assertThat(done).isEmpty();

    transactions.committed();
    assertThat(done).containsExactly("of this thread");
  }

  @Test
  void aTransactionRemembersTheLatestActions() {
    transactions.begun();
    for (int i = 0; i < 10; i++) {
      afterCommit("action " + i);
    }
    transactions.committed();

    assertThat(done).containsExactly("action 7", "action 8", "action 9");
  }

  @Test
  void oneTaskOfEachThreadMayRequestACommitInAPeriod() throws Exception {
    assertThat(transactions.mayRequestCommit(1)).isTrue();
    assertThat(transactions.mayRequestCommit(1)).isFalse();
    assertThat(transactions.mayRequestCommit(2)).isTrue();
    List<Boolean> ofAnotherThread = new ArrayList<>();
    Thread.ofPlatform().start(() -> ofAnotherThread.add(transactions.mayRequestCommit(2))).join();
    assertThat(ofAnotherThread).containsExactly(true);
  }

  private void afterCommit(String name) {
    transactions.afterCommit(() -> done.add(name));
  }
}
