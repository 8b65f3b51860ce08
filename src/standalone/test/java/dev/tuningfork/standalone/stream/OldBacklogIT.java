package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.TopicCreation;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * References that are older than Kafka keeps records by default. The broker deletes by a record's
 * time, so the answers to a replayed archive must not carry the archive's time where it counts.
 */
class OldBacklogIT {

  private static final int GOOD = 15;
  private static final int BAD = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A broker that looks for what it may delete all the time, instead of every five minutes. */
  private static final Map<String, String> EAGER =
      Map.of(
          "log.retention.check.interval.ms", "100",
          "log.initial.task.delay.ms", "100");

  private static final Set<String> OUTCOMES = Set.of("classified-total", "given-up-total");

  @TempDir Path folder;

  @Test
  void aReplayedArchiveKeepsItsAnswersAndDeadLetters() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(EAGER);
        Observatory observatory = new Observatory(broker, folder);
        Admin admin = Admin.create(clients(broker))) {
      create(admin, Topics.DEFAULT.input(), Map.of("retention.ms", "-1"));
      publishOld(broker, observatory);
      ClassifierSettings settings =
          observatory
              .settings()
              .with(TopicCreation.CREATE, true)
              .with(TopicCreation.PARTITIONS, 1)
              .with(TopicCreation.REPLICATION, 1);
      try (MorphologyModel model = observatory.model();
          var classifier = ClassifierApplication.start(settings, model)) {
        await("all outcomes").atMost(PATIENCE).until(() -> outcomes(classifier) == GOOD + BAD);
      }
      awaitTwoLooksOfTheBroker(admin, broker);
      assertThat(keys(observatory, Topics.DEFAULT.output())).hasSize(GOOD);
      assertThat(keys(observatory, Topics.DEFAULT.deadLetters())).hasSize(BAD);
    }
  }

  @Test
  void topicsThatWouldDeleteThemAreWarnedOfAtTheStart() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        Observatory observatory = new Observatory(broker, folder);
        Admin admin = Admin.create(clients(broker))) {
      create(admin, Topics.DEFAULT.input(), Map.of("retention.ms", "-1"));
      create(admin, Topics.DEFAULT.output(), Map.of("retention.ms", "86400000"));
      create(
          admin, Topics.DEFAULT.deadLetters(), Map.of("message.timestamp.type", "LogAppendTime"));
      create(admin, "survey-images", Map.of("retention.ms", "-1"));
      create(admin, "galaxy-survey-images", Map.of("retention.ms", "172800000"));
      ListAppender<ILoggingEvent> log = new ListAppender<>();
      Logger logger =
          (Logger) LoggerFactory.getLogger("dev.tuningfork.classifier.OutcomeRetention");
      log.start();
      logger.setLevel(Level.WARN); // commands that ran in this process before may have raised it
      logger.addAppender(log);
      try (MorphologyModel model = observatory.model();
          var _ =
              ClassifierApplication.start(
                  observatory.settings().with(SurveySettings.TOPIC, Optional.of("survey-images")),
                  model)) {
        assertThat(log.list)
            .extracting(ILoggingEvent::getFormattedMessage)
            .satisfiesExactly(
                of ->
                    assertThat(of)
                        .contains("galaxy-morphologies soon deletes", "1.00 days", "LogAppendTime"),
                of -> assertThat(of).contains("galaxy-survey-images soon deletes", "2.00 days"));
      } finally {
        logger.detachAppender(log);
      }
    }
  }

  private static Map<String, Object> clients(EmbeddedBroker broker) {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static void create(Admin admin, String topic, Map<String, String> settings)
      throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(settings))).all().get();
  }

  private static void publishOld(EmbeddedBroker broker, Observatory observatory) throws Exception {
    try (var producer =
        new KafkaProducer<>(clients(broker), new StringSerializer(), new StringSerializer())) {
      for (int n = 0; n < GOOD + BAD; n++) {
        String id = String.valueOf(n);
        String value = n < GOOD ? observatory.reference(id) : "{";
        producer.send(new ProducerRecord<>(Topics.DEFAULT.input(), 0, old(), id, value)).get();
      }
    }
  }

  private static long old() {
    return Instant.now().minus(Duration.ofDays(30)).toEpochMilli();
  }

  /** They are committed when the classifier is closed, if not before. */
  private static long outcomes(ClassifierApplication classifier) {
    return classifier.metrics().entrySet().stream()
        .filter(metric -> OUTCOMES.contains(metric.getKey().name()))
        .mapToLong(metric -> ((Number) metric.getValue().metricValue()).longValue())
        .sum();
  }

  private static long offset(Admin admin, String topic, OffsetSpec which) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    ListOffsetsResult.ListOffsetsResultInfo offset =
        admin.listOffsets(Map.of(partition, which)).partitionResult(partition).get();
    return offset.offset();
  }

  /** An old record in a topic by Kafka's defaults is gone once the broker has looked. */
  private static void awaitTwoLooksOfTheBroker(Admin admin, EmbeddedBroker broker)
      throws Exception {
    create(admin, "canary", Map.of());
    try (var producer =
        new KafkaProducer<>(
            clients(broker), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int look = 1; look <= 2; look++) {
        producer.send(new ProducerRecord<>("canary", 0, old(), null, new byte[1])).get();
        long end = look;
        await("the broker to delete what is old")
            .atMost(PATIENCE)
            .until(() -> offset(admin, "canary", OffsetSpec.earliest()) == end);
      }
    }
  }

  private static Set<String> keys(Observatory observatory, String topic) {
    Set<String> keys = new HashSet<>();
    observatory.records(topic).forEach(record -> keys.add(record.key()));
    return keys;
  }
}
