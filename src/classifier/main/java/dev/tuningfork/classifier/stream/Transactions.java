package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.recording.CommitEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The transactions of the stream threads: when one may be committed early, how long a commit takes,
 * and what is done after it. Kafka Streams offers no callback for a commit and measures only its
 * average and maximum, so this supplies the producers.
 *
 * <p>Under {@code exactly_once_v2} a stream thread has one producer, whose open transaction holds
 * the output of all tasks of that thread. Everything here therefore belongs to the calling thread.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What a task does {@linkplain #afterCommit after the commit} is done once, on its thread,
 *       when the transaction that was open then is committed. It is never done where that
 *       transaction is rolled back: then the next one begins, or the thread ends.
 *   <li>A transaction remembers a bounded number of actions, the latest.
 * </ul>
 *
 * <p>Safe for use by many threads at once.
 */
public final class Transactions implements KafkaClientSupplier {

  /** The transactions of one stream thread; at most one is open. */
  private static final class Transaction {
    final Deque<Runnable> afterCommit = new ArrayDeque<>();
    final CommitPace pace = new CommitPace();
  }

  private final ClassifierMetrics metrics;
  private final int mostActions;
  private final LongSupplier nanoTime;
  private final ThreadLocal<Transaction> open = ThreadLocal.withInitial(Transaction::new);

  /**
   * @param mostActions how many actions a transaction remembers
   */
  public Transactions(ClassifierMetrics metrics, int mostActions) {
    this(metrics, mostActions, System::nanoTime);
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Transactions(ClassifierMetrics metrics, int mostActions, LongSupplier nanoTime) {
    this.metrics = metrics;
    this.mostActions = mostActions;
    this.nanoTime = nanoTime;
  }

  /** Does something when the transaction that is open on this thread is committed. */
  void afterCommit(Runnable action) {
    Deque<Runnable> actions = open.get().afterCommit;
    if (actions.size() == mostActions) {
      actions.removeFirst();
    }
    actions.addLast(action);
  }

  /**
   * Whether a task may request a commit now; it then does. One commit serves all tasks of the
   * thread.
   *
   * @param period counted from the epoch
   */
  boolean mayRequestCommit(long period) {
    return open.get().pace.mayCommit(period, nanoTime.getAsLong());
  }

  /** The commit that a task of this thread requested is over. */
  void works() {
    open.get().pace.works(nanoTime.getAsLong());
  }

  /** The transaction of this thread begins. One that was open before was rolled back. */
  void begun() {
    open.get().afterCommit.clear();
  }

  /** The transaction of this thread is committed. */
  void committed() {
    Deque<Runnable> actions = open.get().afterCommit;
    for (Runnable next = actions.pollFirst(); next != null; next = actions.pollFirst()) {
      next.run();
    }
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
      @Override
      public void beginTransaction() {
        super.beginTransaction();
        begun();
      }

      @Override
      public void commitTransaction() {
        long start = System.nanoTime();
        CommitEvent event = new CommitEvent();
        event.begin();
        super.commitTransaction();
        event.commit();
        metrics.committed(System.nanoTime() - start);
        committed();
      }
    };
  }

  /** For the classic protocol only: under the streams protocol Kafka Streams makes its own. */
  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
