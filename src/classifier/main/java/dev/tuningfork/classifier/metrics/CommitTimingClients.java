package dev.tuningfork.classifier.metrics;

import dev.tuningfork.classifier.recording.CommitEvent;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * Kafka Streams' own clients, with an eye on transactions: how long a commit takes, of which Kafka
 * itself measures but an average and a maximum, and what is committed. It extends Kafka Streams'
 * default supplier, the one internal class of Kafka that this program uses: under the streams
 * protocol (KIP-1071), Kafka Streams logs a warning at every start about any other supplier.
 */
public final class CommitTimingClients extends DefaultKafkaClientSupplier {

  private final ClassifierMetrics metrics;
  private final TransactionListener listener;

  public CommitTimingClients(ClassifierMetrics metrics, TransactionListener listener) {
    this.metrics = metrics;
    this.listener = listener;
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
      @Override
      public void beginTransaction() {
        super.beginTransaction();
        listener.begun();
      }

      @Override
      public void commitTransaction() {
        long start = System.nanoTime();
        CommitEvent event = new CommitEvent();
        event.begin();
        super.commitTransaction();
        event.commit();
        metrics.committed(System.nanoTime() - start);
        listener.committed();
      }
    };
  }
}
