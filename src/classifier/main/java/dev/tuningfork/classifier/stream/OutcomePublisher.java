package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Outcome.Classified;
import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.classifier.batch.Sampler.Sample;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Forwards outcomes of one task, and counts them.
 *
 * <p>Invariant: each outcome is forwarded as exactly one record, a morphology or a dead letter. A
 * morphology that cannot be written becomes a dead letter.
 *
 * <p>Belongs to the stream thread and to one life of the task.
 */
final class OutcomePublisher implements AutoCloseable {

  /** Room for what a dead letter's headers add to a record, and for Kafka's own framing. */
  static final int FRAME = 16 << 10;

  private final ProcessorContext<Object, Object> context;
  private final MessageFormat format;
  private final int largestRecord;
  private final Transactions transactions;
  private final ClassifierMetrics metrics;
  private final Sensor classified;
  private final Sensor deadLettered;
  private final Sensor tombstones;

  OutcomePublisher(
      ProcessorContext<Object, Object> context,
      MessageFormat format,
      int largestRecord,
      Transactions transactions,
      ClassifierMetrics metrics) {
    this.context = context;
    this.format = format;
    this.largestRecord = largestRecord;
    this.transactions = transactions;
    this.metrics = metrics;
    classified = sensor("classified");
    deadLettered = sensor("given-up");
    tombstones = sensor("tombstones");
  }

  /**
   * Forwards an outcome.
   *
   * @param request absent where it could not be read; then the outcome is a failure
   * @return the morphology that was published; empty where it was a dead letter
   */
  Optional<GalaxyMorphology> publish(
      @Nullable Request request, LedgerEntry entry, Outcome outcome) {
    return switch (outcome) {
      case Classified answer -> publish(Objects.requireNonNull(request), entry, answer);
      case Failed why -> deadLetter(request, entry, why);
    };
  }

  /** A record without a value asks for nothing. */
  void skipTombstone() {
    tombstones.record();
  }

  /**
   * Refuses a record that the ledger or the dead letters could not hold.
   *
   * @throws RecordTooLargeException with a sentence for the publisher
   */
  void requireWritable(LedgerEntry entry) {
    requireWritable("The record", entry.size());
  }

  @Override
  public void close() {
    List.of(classified, deadLettered, tombstones).forEach(context.metrics()::removeSensor);
  }

  private Optional<GalaxyMorphology> publish(
      Request request, LedgerEntry entry, Classified answer) {
    byte[] key = request.objectId().getBytes(StandardCharsets.UTF_8);
    GalaxyMorphology morphology;
    byte[] value;
    try {
      morphology =
          Provenance.of(answer.by())
              .answer(
                  request.objectId(),
                  request.reference(),
                  answer,
                  Instant.ofEpochMilli(entry.acceptedAt()),
                  now(),
                  new GalaxyMorphology.Source(entry.topic(), entry.partition(), entry.offset()));
      value = format.write(morphology);
      requireWritable("The answer", key.length + value.length);
    } catch (RuntimeException e) {
      return deadLetter(request, entry, new Failed(Stage.PRODUCE, FailureKind.PERMANENT, 1, e));
    }
    context.forward(
        new Record<Object, Object>(
            key, value, entry.writableTimestamp(now()), TraceContext.of(entry.headers())),
        LedgerProcessor.MORPHOLOGIES);
    classified.record();
    metrics.classified(sinceAccepted(entry));
    Sample sample = answer.sample();
    if (sample != null) {
      transactions.afterCommit(() -> sample.committed(morphology, request.origin()));
    }
    return Optional.of(morphology);
  }

  private Optional<GalaxyMorphology> deadLetter(
      @Nullable Request request, LedgerEntry entry, Failed why) {
    context.forward(
        DeadLetterRecord.of(entry, why, now(), largestRecord), LedgerProcessor.DEAD_LETTERS);
    deadLettered.record();
    metrics.deadLettered(why.stage(), why.kind(), sinceAccepted(entry));
    DeadLetterLog.write(request, entry, why);
    return Optional.empty();
  }

  private void requireWritable(String what, int size) {
    if (size > largestRecord - FRAME) {
      throw new RecordTooLargeException(
          "%s has %d bytes. The largest record that may be written has %d, of which %d are for headers."
              .formatted(what, size, largestRecord, FRAME));
    }
  }

  private long sinceAccepted(LedgerEntry entry) {
    return Math.max(0, context.currentSystemTimeMs() - entry.acceptedAt());
  }

  private Instant now() {
    return Instant.ofEpochMilli(context.currentSystemTimeMs());
  }

  private Sensor sensor(String what) {
    return context
        .metrics()
        .addRateTotalSensor(
            "tuning-fork", context.taskId().toString(), what, Sensor.RecordingLevel.INFO);
  }
}
