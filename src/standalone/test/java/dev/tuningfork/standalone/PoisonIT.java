package dev.tuningfork.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.TopicCreation;
import dev.tuningfork.classifier.fetch.FetchLimits;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.Retries;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.tree.DecisionTree;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is published, each bad record ends as its dead letter and takes no good one with it. */
@Timeout(300)
class PoisonIT {

  private static final int GOOD = 1_000;

  /**
   * A record that must be given up.
   *
   * @param name also its key
   * @param words of the sentence that its publisher reads
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Poison(
      String name, byte[] value, String stage, String kind, int attempts, String... words) {}

  @TempDir private Path folder;
  private HttpServer survey;
  private ServerSocket hangs;

  @BeforeEach
  void startHosts() throws IOException {
    survey = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    survey.start(); // it has no pages: whatever it is asked for is not found
    hangs = new ServerSocket(); // accepts, by its backlog, and never answers
    hangs.bind(new InetSocketAddress("127.0.0.1", 0));
  }

  @AfterEach
  void stopHosts() throws IOException {
    survey.stop(0);
    hangs.close();
  }

  @Test
  void eachBadRecordEndsAsItsDeadLetterAndAllGoodGalaxiesAreClassified() throws Exception {
    List<Poison> poisons = poisons();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(good());
    for (int i = 0; i < poisons.size(); i++) {
      // among the good ones, all over
      records.add(i * records.size() / poisons.size(), record(poisons.get(i)));
    }
    Path bundle = folder.resolve("model");
    ModelDescription description =
        ModelDescription.of(
            "random", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    ModelBundle.of(description, Weights.initial(description.network(), 1)).save(bundle);

    try (EmbeddedBroker broker = EmbeddedBroker.start();
        MorphologyModel model =
            ModelLoader.load(ModelBundle.open(bundle), new DeviceSetting.Cpu());
        ClassifierApplication classifier = ClassifierApplication.start(settings(broker), model)) {
      assertThat(classifier.awaitRunning(Duration.ofSeconds(60))).isTrue();
      publish(broker, records);

      List<ConsumerRecord<byte[], byte[]>> outcomes = outcomes(broker, records.size());

      assertThat(
              outcomes.stream()
                  .filter(r -> r.topic().equals(Topics.DEFAULT.output()))
                  .map(PoisonIT::key))
          .containsExactlyInAnyOrderElementsOf(goodIds());
      Map<String, ConsumerRecord<byte[], byte[]>> deadLetters =
          outcomes.stream()
              .filter(r -> r.topic().equals(Topics.DEFAULT.deadLetters()))
              .collect(toMap(PoisonIT::key, r -> r));
      assertThat(deadLetters).containsOnlyKeys(poisons.stream().map(Poison::name).toList());
      for (Poison poison : poisons) {
        assertDeadLetter(poison, deadLetters.get(poison.name));
      }
      assertThat(classifier.state()).isEqualTo(ClassifierApplication.State.RUNNING);
    }
  }

  private static void assertDeadLetter(Poison poison, ConsumerRecord<byte[], byte[]> letter) {
    assertThat(letter.value()).as(poison.name).isEqualTo(poison.value);
    assertThat(header(letter, "trace")).as(poison.name).isEqualTo("of " + poison.name);
    assertThat(header(letter, DeadLetterHeaders.MESSAGE))
        .as(poison.name)
        .contains(poison.words)
        .endsWith(".");
    assertThat(header(letter, DeadLetterHeaders.STAGE)).as(poison.name).isEqualTo(poison.stage);
    assertThat(header(letter, DeadLetterHeaders.KIND)).as(poison.name).isEqualTo(poison.kind);
    // a fetch that a busy machine does not finish within the two seconds of an attempt is tried
    // again
    boolean again = poison.stage.equals("fetch") && poison.attempts > 0;
    assertThat(Integer.parseInt(header(letter, DeadLetterHeaders.ATTEMPTS)))
        .as(poison.name)
        .isBetween(poison.attempts, again ? 2 : poison.attempts);
    assertThat(header(letter, DeadLetterHeaders.TOPIC)).isEqualTo(Topics.DEFAULT.input());
  }

  // ---- what is published

  private List<Poison> poisons() throws IOException {
    String fetch = "fetch";
    String image = "decode-image";
    String message = "decode-message";
    byte[] jpeg = jpeg(64, 0);
    return List.of(
        new Poison(
            "not json", "{\"objectId\": oops".getBytes(UTF_8), message, "permanent", 1, "JSON"),
        new Poison(
            "no uri",
            "{\"objectId\":\"1\",\"image\":{}}".getBytes(UTF_8),
            message,
            "permanent",
            1,
            "image.uri is missing"),
        new Poison(
            "no object",
            "{\"image\":{\"uri\":\"data:,\"}}".getBytes(UTF_8),
            message,
            "permanent",
            1,
            "objectId is missing"),
        reference(
            "not found",
            page(survey.getAddress().getPort()),
            fetch,
            "permanent",
            1,
            "the server answered 404"),
        reference("hangs", page(hangs.getLocalPort()), fetch, "transient", 2, "after 2 attempts"),
        reference(
            "refused host",
            "http://evil.example.org/a.jpg",
            fetch,
            "permanent",
            0,
            "not among the allowed hosts"),
        reference(
            "refused address",
            "http://127.0.0.2:" + hangs.getLocalPort() + "/a.jpg",
            fetch,
            "permanent",
            1,
            "which is a loopback address"),
        reference(
            "refused file",
            "file:///etc/passwd",
            fetch,
            "permanent",
            0,
            "outside the allowed folders"),
        reference(
            "missing file",
            folder.resolve("missing.jpg").toUri().toString(),
            fetch,
            "permanent",
            1,
            "there is no such file"),
        hashed("wrong hash", file("hashed.jpg", jpeg)),
        reference(
            "truncated jpeg",
            file("truncated.jpg", Arrays.copyOf(jpeg, jpeg.length / 2)),
            image,
            "permanent",
            1,
            "truncated"),
        reference("png bomb", file("bomb.png", pngBomb()), image, "permanent", 1, "60000×60000"),
        reference(
            "lying fits",
            file("lying.fits", fits(2_000, new byte[2880])),
            image,
            "permanent",
            1,
            "declares"),
        reference(
            "nan pixels",
            file("nan.fits", fits(64, nan(64))),
            image,
            "permanent",
            1,
            "no defined pixel"),
        reference("one pixel", file("one.jpg", jpeg(1, 0)), image, "permanent", 1, "1×1"),
        reference(
            "text",
            file("text.jpg", "Not a galaxy.\n".getBytes(UTF_8)),
            image,
            "permanent",
            1,
            "not an image"),
        reference("empty", file("empty.jpg", new byte[0]), image, "permanent", 1, "not an image"));
  }

  private static Poison reference(
      String name, String uri, String stage, String kind, int attempts, String... words) {
    return new Poison(
        name, GalaxyImageReference.of(name, uri).toJson(), stage, kind, attempts, words);
  }

  private static Poison hashed(String name, String uri) {
    var image =
        new GalaxyImageReference.Image(
            uri, null, null, "0".repeat(64), null, null, List.of(), null, null);
    var reference =
        new GalaxyImageReference(
            name, image, null, null, null, null, null, null, null, null, null, false);
    return new Poison(
        name, reference.toJson(), "fetch", "permanent", 1, "but its reference says 0000");
  }

  private static String page(int port) {
    return "http://127.0.0.1:" + port + "/a.jpg";
  }

  private String file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content).toUri().toString();
  }

  private List<ProducerRecord<byte[], byte[]>> good() throws IOException {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String id : goodIds()) {
      String uri = file(id + ".jpg", jpeg(64, id.hashCode()));
      records.add(
          new ProducerRecord<>(
              Topics.DEFAULT.input(),
              id.getBytes(UTF_8),
              GalaxyImageReference.of(id, uri).toJson()));
    }
    return records;
  }

  private static List<String> goodIds() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < GOOD; i++) {
      ids.add("good-" + i);
    }
    return ids;
  }

  private static ProducerRecord<byte[], byte[]> record(Poison poison) {
    return new ProducerRecord<>(
        Topics.DEFAULT.input(),
        null,
        poison.name.getBytes(UTF_8),
        poison.value,
        List.of(new RecordHeader("trace", ("of " + poison.name).getBytes(UTF_8))));
  }

  // ---- images

  private static byte[] jpeg(int side, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        double radius = Math.hypot(x - side / 2.0, y - side / 2.0) / side;
        int grey = (int) (200 * Math.exp(-8 * radius)) + random.nextInt(40);
        image.setRGB(x, y, grey << 16 | grey << 8 | grey);
      }
    }
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", jpeg);
    return jpeg.toByteArray();
  }

  /** 60,000 × 60,000 pixels of three bytes, in a file of some dozens. */
  private static byte[] pngBomb() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(60_000).putInt(60_000);
    header.put(new byte[] {8, 2, 0, 0, 0});
    chunk(png, "IHDR", header.array());
    chunk(png, "IDAT", new byte[] {0x78, (byte) 0x9C, 3, 0, 0, 0, 0, 1});
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data)
      throws IOException {
    CRC32 sum = new CRC32();
    sum.update(type.getBytes(US_ASCII));
    sum.update(data);
    png.write(ByteBuffer.allocate(4).putInt(data.length).array());
    png.write(type.getBytes(US_ASCII));
    png.write(data);
    png.write(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }

  /** A FITS file whose header says that it is a square image of so many floats a side. */
  private static byte[] fits(int side, byte[] data) throws IOException {
    StringBuilder header = new StringBuilder();
    List.of(
            "SIMPLE  =                    T",
            "BITPIX  =                  -32",
            "NAXIS   =                    2",
            "NAXIS1  = %20d".formatted(side),
            "NAXIS2  = %20d".formatted(side),
            "END")
        .forEach(card -> header.append("%-80s".formatted(card)));
    ByteArrayOutputStream fits = new ByteArrayOutputStream();
    fits.write("%-2880s".formatted(header).getBytes(US_ASCII));
    fits.write(data);
    return fits.toByteArray();
  }

  private static byte[] nan(int side) {
    int blocks = (side * side * Float.BYTES + 2879) / 2880;
    ByteBuffer data = ByteBuffer.allocate(blocks * 2880);
    for (int i = 0; i < side * side; i++) {
      data.putFloat(Float.NaN);
    }
    return data.array();
  }

  // ---- Kafka

  private ClassifierSettings settings(EmbeddedBroker broker) {
    return ClassifierSettings.DEFAULT
        .withKafka("bootstrap.servers", broker.bootstrapServers())
        .withKafka("state.dir", folder.resolve("state").toString())
        .with(TopicCreation.CREATE, true)
        .with(TopicCreation.PARTITIONS, 2)
        .with(TopicCreation.REPLICATION, 1)
        .with(FetchPolicy.SCHEMES, List.of("file", "http"))
        .with(FetchPolicy.HOSTS, List.of("127.0.0.1:*", "127.0.0.2:*"))
        .with(FetchPolicy.NETWORKS, List.of("127.0.0.1"))
        .with(FetchPolicy.FOLDERS, List.of(folder))
        .with(FetchLimits.ATTEMPT_TIME, Duration.ofSeconds(2))
        .with(FetchLimits.TOTAL_TIME, Duration.ofSeconds(10))
        .with(Retries.ATTEMPTS, 2)
        .with(Retries.FIRST_PAUSE, Duration.ofMillis(100))
        .with(Retries.LONGEST_PAUSE, Duration.ofSeconds(1));
  }

  private static void publish(EmbeddedBroker broker, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      var sent = records.stream().map(producer::send).toList();
      producer.flush();
      for (var one : sent) {
        one.get();
      }
    }
  }

  /** All outcomes there are once there are so many, and whatever comes in the second after. */
  private static List<ConsumerRecord<byte[], byte[]>> outcomes(
      EmbeddedBroker broker, int expected) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(),
            "group.id", "reader",
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed");
    List<ConsumerRecord<byte[], byte[]>> outcomes = new ArrayList<>();
    Instant giveUp = Instant.now().plusSeconds(120);
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(Set.of(Topics.DEFAULT.output(), Topics.DEFAULT.deadLetters()));
      while (outcomes.size() < expected && Instant.now().isBefore(giveUp)) {
        consumer.poll(Duration.ofMillis(200)).forEach(outcomes::add);
      }
      consumer.poll(Duration.ofSeconds(1)).forEach(outcomes::add);
    }
    return outcomes;
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), UTF_8);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), UTF_8);
  }
}
