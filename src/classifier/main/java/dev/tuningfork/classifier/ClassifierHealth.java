package dev.tuningfork.classifier;

import dev.tuningfork.classifier.service.Health;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;

/**
 * How a classifier is.
 *
 * <p>Ready is about the classifier alone: the latest morphologies, where they are kept, may take
 * long to read back, and galaxies are classified meanwhile.
 */
final class ClassifierHealth implements Health {

  /**
   * What is looked at, at one moment.
   *
   * @param model which model answers, and where
   * @param predicting whether the thread that runs the model is alive
   * @param closing whether it was asked to close
   * @param failure why it ended unexpectedly
   * @param streamThreads how many of them are not dead
   * @param silence seconds since a heartbeat was last sent to Kafka, which is only done where the
   *     one before was answered; negative before the first one
   */
  record Sight(
      String model,
      boolean predicting,
      boolean closing,
      Optional<Throwable> failure,
      KafkaStreams.State streams,
      int streamThreads,
      double silence,
      int restoringLedgers,
      long recordsToRestore) {}

  /** Members send a heartbeat every few seconds, whatever work there is. */
  private static final int LONGEST_SILENCE_SECONDS = 30;

  private final Supplier<Sight> look;

  ClassifierHealth(Supplier<Sight> look) {
    this.look = look;
  }

  /** The model is loaded and warmed before a classifier is made, so it is up from the first. */
  @Override
  public Report started() {
    return Report.of(model(look.get()));
  }

  @Override
  public Report ready() {
    Sight sight = look.get();
    return Report.of(model(sight), partitions(sight));
  }

  @Override
  public Report live() {
    Sight sight = look.get();
    return Report.of(model(sight), failure(sight), streams(sight));
  }

  private static Check model(Sight sight) {
    return sight.predicting || sight.closing
        ? loaded(sight.model)
        : new Check(
            "model",
            false,
            "The thread that runs the model has ended. Restart the classifier; nothing is lost.");
  }

  static Check loaded(String model) {
    return new Check("model", true, model + " is loaded and warmed.");
  }

  private static Check partitions(Sight sight) {
    boolean silent = sight.silence > LONGEST_SILENCE_SECONDS;
    boolean up =
        !sight.closing
            && !silent
            && sight.streams == KafkaStreams.State.RUNNING
            && sight.restoringLedgers == 0;
    String reason =
        up
            ? "Partitions are assigned and ledgers restored."
            : sight.closing
                ? "The classifier is closing."
                : silent && sight.streams.isRunningOrRebalancing()
                    ? "Kafka has not answered for %.0f s. The classifier continues when it answers."
                        .formatted(sight.silence)
                    : sight.restoringLedgers > 0
                        ? "%d ledgers are being restored; %d records are left to read."
                            .formatted(sight.restoringLedgers, sight.recordsToRestore)
                        : switch (sight.streams) {
                          case CREATED -> "The classifier is starting.";
                          case REBALANCING -> "Partitions are being assigned.";
                          default -> "Kafka Streams has stopped (" + sight.streams + ").";
                        };
    return new Check("partitions", up, reason);
  }

  private static Check failure(Sight sight) {
    return sight
        .failure
        .map(
            cause ->
                new Check(
                    "classifier",
                    false,
                    "The classifier has failed: "
                        + cause.getMessage()
                        + " Nothing is lost; restart it."))
        .orElseGet(() -> new Check("classifier", true, "It has not failed."));
  }

  private static Check streams(Sight sight) {
    boolean up =
        sight.closing
            || switch (sight.streams) {
              case CREATED -> true;
              case REBALANCING, RUNNING -> sight.streamThreads > 0;
              case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR -> false;
            };
    return new Check(
        "streams",
        up,
        up
            ? "Kafka Streams is " + sight.streams + " with " + sight.streamThreads + " threads."
            : "Kafka Streams is "
                + sight.streams
                + " and has "
                + sight.streamThreads
                + " live threads. Restart the classifier; nothing is lost.");
  }
}
