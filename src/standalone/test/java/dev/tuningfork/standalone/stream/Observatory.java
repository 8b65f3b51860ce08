package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.tree.DecisionTree;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * All that a test of the running stream needs: a broker, a folder of rendered galaxies, a small
 * network with random weights, and an eye on what is committed.
 */
final class Observatory implements AutoCloseable {

  private static final int PARTITIONS = 4;
  private static final int IMAGES = 20;

  /** Pixels along an edge: few, so that decoding costs a test little. */
  static final int SIDE = 106;

  /** JPEG files, rendered once for all tests of a process. */
  private static final List<byte[]> PICTURES =
      IntStream.range(0, IMAGES).mapToObj(Observatory::picture).toList();

  /** Null where Kafka runs elsewhere. */
  final EmbeddedBroker broker;

  private final String servers;
  private final Path folder;
  private final KafkaConsumer<String, byte[]> eye;

  /** How many outcomes each galaxy has, by its objectId: committed ones alone. */
  private final Map<String, Integer> outcomes = new HashMap<>();

  /** The headers of each galaxy's latest outcome, by its objectId: committed ones alone. */
  final Map<String, Headers> headers = new HashMap<>();

  Observatory(Path folder) throws IOException {
    this(EmbeddedBroker.start(), folder);
    broker.createTopic(Topics.DEFAULT.input(), PARTITIONS);
    broker.createTopic(Topics.DEFAULT.output(), PARTITIONS);
    broker.createTopic(Topics.DEFAULT.deadLetters(), 1);
  }

  /** With a broker of the test's own, which is closed with this, and without topics. */
  Observatory(EmbeddedBroker broker, Path folder) throws IOException {
    this(broker, broker.bootstrapServers(), folder);
  }

  /** With a Kafka that runs elsewhere, and without topics. */
  Observatory(String servers, Path folder) throws IOException {
    this(null, servers, folder);
  }

  private Observatory(EmbeddedBroker broker, String servers, Path folder) throws IOException {
    this.broker = broker;
    this.servers = servers;
    this.folder = folder.toRealPath();
    Topics topics = Topics.DEFAULT;
    for (int n = 0; n < IMAGES; n++) {
      Files.write(image(n), PICTURES.get(n));
    }
    tinyModel().save(bundle());
    eye =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    eye.assign(
        List.of(
            new TopicPartition(topics.output(), 0),
            new TopicPartition(topics.output(), 1),
            new TopicPartition(topics.output(), 2),
            new TopicPartition(topics.output(), 3),
            new TopicPartition(topics.deadLetters(), 0)));
  }

  private static byte[] picture(int number) {
    try {
      BufferedImage rendered =
          ImageIO.read(new ByteArrayInputStream(new MockSurvey(7).galaxy(number).jpeg()));
      BufferedImage small = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = small.createGraphics();
      graphics.drawImage(rendered, 0, 0, SIDE, SIDE, null);
      graphics.dispose();
      ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
      ImageIO.write(small, "jpeg", jpeg);
      return jpeg.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ModelBundle tinyModel() {
    ModelDescription description =
        ModelDescription.of(
            "tiny", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    return ModelBundle.of(description, Weights.initial(description.network(), 1));
  }

  Path bundle() {
    return folder.resolve("model");
  }

  private Path image(int number) {
    return folder.resolve(number + ".jpg");
  }

  /** Settings that find the broker and the images. */
  ClassifierSettings settings() {
    return ClassifierSettings.DEFAULT
        .withKafka("bootstrap.servers", servers)
        // the default folder has what another broker's classifier left
        .withKafka("state.dir", folder.resolve("kafka-streams").toString())
        .withFolders(List.of(folder));
  }

  /** The same as a file. */
  Path settingsFile() throws IOException {
    return Files.writeString(
        folder.resolve("classifier.properties"),
        """
        kafka.bootstrap.servers=%s
        model=%s
        model.device=cpu
        fetch.schemes=file
        fetch.folders=%s
        service.address=none
        # a killed process leaves a transaction open, for whose end all readers wait
        kafka.producer.transaction.timeout.ms=6000
        ledger.patience=3s
        """
            .formatted(servers, bundle(), folder));
  }

  MorphologyModel model() {
    try {
      return ModelLoader.load(ModelBundle.open(bundle()), new DeviceSetting.Cpu());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Publishes a record as it is, and returns its offset when it is stored. */
  long publishRaw(String key, String value, Header... headers) throws Exception {
    return publishRaw(Topics.DEFAULT.input(), null, key, value, headers);
  }

  /** The same to another topic, and to a partition where one is given. */
  long publishRaw(String topic, Integer partition, String key, String value, Header... headers)
      throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) servers),
            new StringSerializer(),
            new StringSerializer())) {
      return producer
          .send(new ProducerRecord<>(topic, partition, key, value, List.of(headers)))
          .get()
          .offset();
    }
  }

  /** A reference to a picture of the galaxy of this name. */
  String reference(String objectId) {
    return new String(
        GalaxyImageReference.of(objectId, image(0).toUri().toString()).toJson(),
        StandardCharsets.UTF_8);
  }

  /** Writes so many dead letters of one kind as a classifier would, with headers of their own. */
  void publishDeadLetters(int count) throws Exception {
    publish(
        Topics.DEFAULT.deadLetters(),
        0,
        count,
        _ -> "{".getBytes(StandardCharsets.UTF_8),
        List.of(
            new RecordHeader("own", new byte[] {0, 1}),
            new RecordHeader(
                DeadLetterHeaders.STAGE,
                Stage.DECODE_MESSAGE.label().getBytes(StandardCharsets.UTF_8)),
            new RecordHeader(DeadLetterHeaders.ATTEMPTS, "1".getBytes(StandardCharsets.UTF_8))));
  }

  /** Publishes references to galaxies of these numbers, and returns when all are stored. */
  void publish(int from, int to) throws Exception {
    publish(from, to, this::uri);
  }

  /** Publishes references of these numbers, each to its own address. */
  void publish(int from, int to, IntFunction<String> uris) throws Exception {
    publish(
        Topics.DEFAULT.input(),
        from,
        to,
        n -> GalaxyImageReference.of(String.valueOf(n), uris.apply(n)).toJson(),
        List.of());
  }

  /** Publishes images themselves, each a JPEG file of so many bytes. */
  void publishImages(int from, int to, int bytes) throws Exception {
    byte[] picture = Files.readAllBytes(image(0));
    ByteBuffer padded = ByteBuffer.allocate(bytes).put(picture, 0, 2);
    for (int left = bytes - picture.length;
        left > 0;
        left = bytes - picture.length - padded.position() + 2) {
      int segment = Math.min(left - 2, 65_000); // a comment's length counts itself
      padded
          .putShort((short) 0xFFFE)
          .putShort((short) segment)
          .position(padded.position() + segment - 2);
    }
    padded.put(picture, 2, picture.length - 2);
    publish(Topics.DEFAULT.input(), from, to, _ -> padded.array(), List.of());
  }

  /** Where the picture of a galaxy of this number is. */
  String uri(int number) {
    return image(number % IMAGES).toUri().toString();
  }

  private void publish(
      String topic, int from, int to, IntFunction<byte[]> values, List<Header> headers)
      throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ProducerConfig.LINGER_MS_CONFIG,
                20),
            new StringSerializer(),
            new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int n = from; n < to; n++) {
        String objectId = String.valueOf(n);
        sent.add(
            producer.send(new ProducerRecord<>(topic, null, objectId, values.apply(n), headers)));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    }
  }

  /**
   * Publishes references to galaxies from number 0 on, so many a second, until it is told to stop.
   *
   * @return how many
   */
  int publishAtRate(int perSecond, BooleanSupplier stop) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ProducerConfig.LINGER_MS_CONFIG,
                5),
            new StringSerializer(),
            new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      long start = System.nanoTime();
      while (!stop.getAsBoolean()) {
        String objectId = String.valueOf(sent.size());
        String image = image(sent.size() % IMAGES).toUri().toString();
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    Topics.DEFAULT.input(),
                    objectId,
                    GalaxyImageReference.of(objectId, image).toJson())));
        long due = start + sent.size() * 1_000_000_000L / perSecond;
        LockSupport.parkNanos(due - System.nanoTime());
      }
      for (Future<?> one : sent) {
        one.get();
      }
      return sent.size();
    }
  }

  /** Every record of a topic that is committed by now, in the order of each partition. */
  List<ConsumerRecord<String, byte[]>> records(String topic) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                (Object) servers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  /** How many references the classifier has taken, as its committed offsets say. */
  long taken() throws Exception {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) servers))) {
      return admin
          .listConsumerGroupOffsets(ClassifierSettings.DEFAULT.group().applicationId())
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  /** How many outcomes are committed so far. */
  int committed() {
    look(Duration.ofMillis(20));
    return outcomes.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Waits until this many outcomes are committed. */
  void awaitCommitted(int count, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (committed() < count) {
      assertThat(System.nanoTime())
          .as("%d of %d outcomes came within %s", committed(), count, atMost)
          .isLessThan(deadline);
    }
  }

  /** Each galaxy below this number has one outcome; call it when nothing is being classified. */
  void requireOneOutcomeEach(int galaxies) {
    while (!isAtTheEnd()) {
      look(Duration.ofMillis(100));
    }
    Set<String> lost =
        IntStream.range(0, galaxies).mapToObj(String::valueOf).collect(Collectors.toSet());
    lost.removeAll(outcomes.keySet());
    assertThat(lost).as("galaxies without an outcome").isEmpty();
    assertThat(outcomes).as("outcomes by galaxy").hasSize(galaxies);
    assertThat(outcomes.values()).as("outcomes of one galaxy").containsOnly(1);
  }

  private void look(Duration atMost) {
    eye.poll(atMost)
        .forEach(
            record -> {
              if (record.headers().lastHeader(DeadLetterHeaders.REPLAYED_OFFSET) != null) {
                return; // a note of a replay, and no outcome
              }
              outcomes.merge(record.key(), 1, Integer::sum);
              headers.put(record.key(), record.headers());
            });
  }

  private boolean isAtTheEnd() {
    return eye.endOffsets(eye.assignment()).entrySet().stream()
        .allMatch(end -> eye.position(end.getKey()) >= end.getValue());
  }

  @Override
  public void close() {
    eye.close();
    if (broker != null) {
      broker.close();
    }
  }
}
