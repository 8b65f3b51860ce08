package dev.tuningfork.standalone.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Leaves out what Kafka warns of at each healthy start under the streams protocol, and that nobody
 * can act on:
 *
 * <ul>
 *   <li>a custom main consumer is not supported: the classifier supplies the producers only, for
 *       which the protocol makes no difference;
 *   <li>warm-up replicas are not supported: none are configured;
 *   <li>a member waits for the group's first assignment, or for the ledger's changelog, which it is
 *       about to create. Other reasons to wait are shown.
 * </ul>
 */
public final class StartWarnings extends Filter<ILoggingEvent> {

  /** The texts, by the class that logs them. */
  private static final Map<String, Pattern> TEXTS =
      Map.of(
          "org.apache.kafka.streams.KafkaStreams",
          Pattern.compile("A non-default kafka client supplier was supplied\\."),
          "org.apache.kafka.streams.StreamsConfig",
          Pattern.compile("^Warmup replicas are not supported yet with the streams protocol"),
          // 3: internal topics are missing; 5: the assignment is delayed
          "org.apache.kafka.clients.consumer.internals.StreamsGroupHeartbeatRequestManager",
          Pattern.compile("Membership is in the following statuses: (?!.*\\([^35]\\) )"));

  @Override
  public FilterReply decide(ILoggingEvent event) {
    Pattern text = TEXTS.get(event.getLoggerName());
    return text != null && text.matcher(event.getFormattedMessage()).find()
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
