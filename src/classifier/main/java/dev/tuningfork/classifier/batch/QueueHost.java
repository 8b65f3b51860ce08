package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** What a {@link FetchQueue} knows of a host. Guarded by the queue's lock. */
final class QueueHost<T> {

  final String name;

  /** Ready and waiting. */
  final QueueLoad queued = new QueueLoad();

  /** By the time at which they began to wait, the oldest first. */
  final SequencedMap<T, Long> waiting = new LinkedHashMap<>();

  /** Ready and taken. */
  int held;

  /** How many may be ready and taken. */
  int share;

  boolean slow;

  /** When it last answered, or was first asked. */
  long answeredAt;

  /** How it last failed, where it has not answered since. */
  @Nullable FetchException failure;

  QueueHost(String name, int share, long now) {
    this.name = name;
    this.share = share;
    this.answeredAt = now;
  }
}
