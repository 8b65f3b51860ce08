package dev.tuningfork.standalone.session;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.page.SteeredSurvey;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * An embedded broker and the classifier on it: what production runs, within this process.
 *
 * <p>Publishing and polling may happen on two threads, one each; the backlog between them lies on
 * disk, in the broker's temporary folder. The model is the caller's to close, after the session.
 */
public final class ClassifierSession implements AutoCloseable {

  private static final int PARTITIONS = 4;
  private static final Duration START = Duration.ofSeconds(60);

  private final Topics topics;
  private final EmbeddedBroker broker;
  private final ClassifierApplication application;
  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> consumer;
  private volatile @Nullable Exception lost;

  private ClassifierSession(
      Topics topics, EmbeddedBroker broker, ClassifierApplication application) {
    this.topics = topics;
    this.broker = broker;
    this.application = application;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 5),
            new StringSerializer(),
            new ByteArraySerializer());
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "receive.buffer.bytes",
                -1),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> replies =
        Stream.of(topics.output(), topics.deadLetters())
            .flatMap(
                topic -> IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)))
            .toList();
    consumer.assign(replies);
    consumer.seekToBeginning(replies);
  }

  /**
   * Starts broker and classifier, and returns once it runs.
   *
   * @param wanted the classifier's settings; those of Kafka are added here
   * @param commitInterval how often answers become visible
   * @param survey what its page may steer
   */
  public static ClassifierSession start(
      MorphologyModel model,
      ClassifierSettings wanted,
      Duration commitInterval,
      SteeredSurvey survey) {
    return start(
        model,
        wanted.withKafka("commit.interval.ms", Long.toString(commitInterval.toMillis())),
        Optional.of(survey));
  }

  /** The same with nothing to steer. */
  public static ClassifierSession start(MorphologyModel model, ClassifierSettings wanted) {
    return start(model, wanted, Optional.empty());
  }

  private static ClassifierSession start(
      MorphologyModel model, ClassifierSettings wanted, Optional<SteeredSurvey> survey) {
    EmbeddedBroker broker = EmbeddedBroker.start();
    try {
      Topics topics = wanted.topics();
      Stream.of(topics.input(), topics.output(), topics.deadLetters())
          .forEach(topic -> broker.createTopic(topic, PARTITIONS));
      wanted
          .surveyTopics()
          .ifPresent(
              images -> {
                broker.createTopic(images.input(), 1);
                broker.createTopic(images.outcomes(), 1);
              });
      ClassifierSettings settings =
          wanted
              .withKafka("bootstrap.servers", broker.bootstrapServers())
              .withKafka("replication.factor", "1")
              .withKafka("state.dir", broker.folder().resolve("streams").toString());
      ClassifierApplication application = ClassifierApplication.start(settings, model, survey);
      try {
        if (!application.awaitRunning(START)) {
          throw new IllegalStateException(
              "The classifier did not start within " + START.toSeconds() + " s.");
        }
        return new ClassifierSession(topics, broker, application);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        application.close();
        throw new IllegalStateException("The start of the classifier was interrupted.", e);
      } catch (RuntimeException e) {
        application.close();
        throw e;
      }
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Where the embedded broker is, for a client's {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** The port of the service endpoints, where there are some. */
  public OptionalInt servicePort() {
    return application.servicePort();
  }

  /**
   * Publishes an image, as alert streams carry their stamps; waits while the producer's buffer is
   * full.
   */
  public void publishImage(String objectId, String mediaType, byte[] image) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topics.input(), objectId, image);
    record.headers().add("content-type", mediaType.getBytes(StandardCharsets.UTF_8));
    send(record);
  }

  /** Publishes a reference, likewise. */
  public void publish(GalaxyImageReference reference) {
    send(new ProducerRecord<>(topics.input(), reference.objectId(), reference.toJson()));
  }

  private void send(ProducerRecord<String, byte[]> record) {
    var _ =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure != null) {
                lost = failure;
              }
            });
  }

  /**
   * The replies that have arrived since the last call.
   *
   * @param atMost how long to wait for the first
   * @throws IllegalStateException where the classifier has failed, or an image could not be
   *     published, so that a reply would never come; or where the disk is full
   */
  public List<ImageResult> poll(Duration atMost) {
    broker.requireRoom();
    Optional<Throwable> failure = application.failure().or(() -> Optional.ofNullable(lost));
    if (failure.isPresent()) {
      throw new IllegalStateException(
          "The classifier has failed: " + failure.get().getMessage(), failure.get());
    }
    List<ImageResult> results = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : consumer.poll(atMost)) {
      if (record.topic().equals(topics.output())) {
        results.add(classified(record));
      } else if (record.headers().lastHeader(DeadLetterHeaders.REPLAYED_OFFSET) == null) {
        results.add(failed(record));
      } // else it marks a dead letter that was replayed
    }
    return results;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    consumer.close();
    application.close();
    broker.close();
  }

  private static ImageResult classified(ConsumerRecord<String, byte[]> record) {
    try {
      return new ImageResult.Classified(GalaxyMorphology.fromJson(record.value()));
    } catch (MessageException e) {
      throw new IllegalStateException(
          "The classifier published what it cannot read: " + e.getMessage(), e);
    }
  }

  private static ImageResult failed(ConsumerRecord<String, byte[]> record) {
    return new ImageResult.Failed(
        String.valueOf(record.key()), header(record, DeadLetterHeaders.MESSAGE));
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }
}
