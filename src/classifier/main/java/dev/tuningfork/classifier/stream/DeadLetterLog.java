package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.text.Printable;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Logs which galaxies are dead-lettered, with {@code objectId}, {@code source} and {@code traceId}
 * in the log's context. Only unexpected failures are logged with a stack trace.
 */
final class DeadLetterLog {

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterLog.class);
  private static final int LONGEST_ID = 200;

  private DeadLetterLog() {}

  /**
   * @param request absent where it could not be read
   */
  static void write(@Nullable Request request, LedgerEntry entry, Failed why) {
    String objectId = objectId(request, entry);
    Map<String, String> context = new HashMap<>();
    context.put("objectId", objectId);
    context.put("source", entry.topic() + "-" + entry.partition() + "@" + entry.offset());
    TraceContext.id(entry.headers()).ifPresent(id -> context.put("traceId", id));
    MDC.setContextMap(context);
    try {
      Throwable cause = why.cause();
      boolean foreseen =
          cause instanceof RecordTooLargeException
              || !(cause instanceof RuntimeException || cause instanceof Error);
      if (foreseen) {
        LOG.info("{} is dead-lettered ({}): {}", objectId, why.stage().label(), cause.getMessage());
      } else {
        LOG.warn("{} is dead-lettered ({}).", objectId, why.stage().label(), cause);
      }
    } finally {
      MDC.clear();
    }
  }

  private static String objectId(@Nullable Request request, LedgerEntry entry) {
    String id =
        request != null
            ? request.objectId()
            : entry.key() == null ? "" : new String(entry.key(), StandardCharsets.UTF_8);
    return Printable.of(id.length() <= LONGEST_ID ? id : id.substring(0, LONGEST_ID) + "…");
  }
}
