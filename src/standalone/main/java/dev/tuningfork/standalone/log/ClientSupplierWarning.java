package dev.tuningfork.standalone.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Leaves out what Kafka Streams warns of at each start under the streams protocol: that a custom
 * main consumer is not supported. The classifier supplies the producers only, for which the
 * protocol makes no difference.
 */
public final class ClientSupplierWarning extends Filter<ILoggingEvent> {

  private static final String LOGGER = "org.apache.kafka.streams.KafkaStreams";
  private static final String TEXT = "A non-default kafka client supplier was supplied.";

  @Override
  public FilterReply decide(ILoggingEvent event) {
    return event.getLoggerName().equals(LOGGER) && event.getMessage().contains(TEXT)
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
