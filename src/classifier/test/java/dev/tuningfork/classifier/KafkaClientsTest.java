package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tuningfork.classifier.deadletter.DeadLetters;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class KafkaClientsTest {

  /** There is no broker. */
  private static final ClassifierSettings SETTINGS =
      ClassifierSettings.DEFAULT
          .withKafka("bootstrap.servers", "127.0.0.1:1")
          .withKafka("state.dir", "/var/lib/tuning-fork")
          .withKafka("commit.interval.ms", "200")
          .withKafka("producer.linger.ms", "5")
          .withKafka("restore.consumer.max.poll.records", "100");

  @Test
  void aPlainClientIsMadeWithoutAWarning() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger kafka = (Logger) LoggerFactory.getLogger("org.apache.kafka");
    kafka.addAppender(log);
    log.start();
    try {
      new DeadLetters(KafkaClients.consumer(SETTINGS), "dead-letters").close();
      new KafkaProducer<>(
              KafkaClients.producer(SETTINGS), new ByteArraySerializer(), new ByteArraySerializer())
          .close(Duration.ZERO);
      try (Admin admin = KafkaClients.admin(SETTINGS)) {
        admin.close(Duration.ZERO);
      }
    } finally {
      kafka.detachAppender(log);
    }
    assertThat(log.list)
        .extracting(event -> event.getLoggerName() + ": " + event.getFormattedMessage())
        .filteredOn(
            line -> !line.contains("Connection to node") && !line.contains("Bootstrap broker"))
        .isEmpty();
  }
}
