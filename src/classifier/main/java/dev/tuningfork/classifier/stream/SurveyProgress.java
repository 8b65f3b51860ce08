package dev.tuningfork.classifier.stream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Reports which galaxies of survey images are done to the task that listed them.
 *
 * <p>Invariant: what was {@linkplain #done done} is in a record once {@link #flush} returns. Kafka
 * Streams commits between calls of a processor alone. A processor whose every call ends with a
 * flush thus reports a galaxy in the transaction of its outcome.
 *
 * <p>Belongs to the stream thread and to one life of the task.
 */
final class SurveyProgress {

  private final ProcessorContext<Object, Object> context;
  private final Optional<String> galaxies;
  private final Map<Publication, Progress> done = new LinkedHashMap<>();

  /**
   * @param galaxies the topic of their references; those of other topics belong to no survey image,
   *     whatever their headers say
   */
  SurveyProgress(ProcessorContext<Object, Object> context, Optional<String> galaxies) {
    this.context = context;
    this.galaxies = galaxies;
  }

  /** An outcome was forwarded. */
  void done(LedgerEntry entry, boolean answered) {
    if (galaxies.filter(entry.topic()::equals).isPresent()) {
      Publication.of(entry.headers())
          .ifPresent(
              of ->
                  done.merge(
                      of, Progress.of(of, answered, context.currentSystemTimeMs()), Progress::and));
    }
  }

  void flush() {
    if (!done.isEmpty()) {
      done.values()
          .forEach(
              one ->
                  context.forward(
                      new Record<Object, Object>(
                          one.publication(), one, context.currentSystemTimeMs()),
                      LedgerProcessor.PROGRESS));
      done.clear();
    }
  }
}
