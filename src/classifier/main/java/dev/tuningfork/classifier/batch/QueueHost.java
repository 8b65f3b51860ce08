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

  /** Of those held, the ones whose threads were left behind and have not come back. */
  int leftBehind;

  /** How many may be ready and taken, those left behind not counted. */
  int share;

  /** The most that its share may be. */
  final int largestShare;

  boolean slow;

  /** When it last answered, or was first asked. */
  long answeredAt;

  /** How it last failed, where it has not answered since. */
  @Nullable FetchException failure;

  QueueHost(String name, int share, int largestShare, long now) {
    this.name = name;
    this.share = share;
    this.largestShare = largestShare;
    this.answeredAt = now;
  }
}
