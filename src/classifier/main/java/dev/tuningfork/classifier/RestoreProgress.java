package dev.tuningfork.classifier;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** Which ledgers are being restored. Told by Kafka Streams' threads, asked by others. */
final class RestoreProgress implements StateRestoreListener {

  /** How many records are still to be read, by the changelog's partition. */
  private final Map<TopicPartition, Long> left = new ConcurrentHashMap<>();

  int ledgers() {
    return left.size();
  }

  long records() {
    return left.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void onRestoreStart(TopicPartition changelog, String store, long first, long end) {
    left.put(changelog, Math.max(0, end - first));
  }

  @Override
  public void onBatchRestored(TopicPartition changelog, String store, long end, long count) {
    left.computeIfPresent(changelog, (_, records) -> Math.max(0, records - count));
  }

  @Override
  public void onRestoreEnd(TopicPartition changelog, String store, long total) {
    left.remove(changelog);
  }

  @Override
  public void onRestoreSuspended(TopicPartition changelog, String store, long total) {
    left.remove(changelog);
  }
}
