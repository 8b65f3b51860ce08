package dev.tuningfork.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedBrokerIT {

  /** Of all tests that neither stop nor restart it; each has topics of its own. */
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void closeBroker() {
    broker.close();
  }

  @Test
  void aRecordThatIsProducedIsConsumed() throws Exception {
    broker.createTopic("galaxies", 4);
    produce(broker, "galaxies", "M51", "spiral");
    assertThat(consume(broker, "galaxies", 1)).containsExactly("M51=spiral");
  }

  /** A refusal of the first batch alone would make an idempotent producer hang for two minutes. */
  @Test
  void noPartitionOfAFreshTopicRefusesARecord() throws Exception {
    int partitions = 100;
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "retries",
            0,
            "enable.idempotence",
            false,
            "delivery.timeout.ms",
            31_000);
    try (Producer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      broker.createTopic("fresh", partitions);
      List<Future<RecordMetadata>> sent =
          IntStream.range(0, partitions)
              .mapToObj(p -> producer.send(new ProducerRecord<>("fresh", p, "M51", "spiral")))
              .toList();
      for (Future<RecordMetadata> one : sent) {
        assertThat(one.get(30, TimeUnit.SECONDS).offset()).isZero();
      }
    }
  }

  @Test
  void topicsThatAreMadeInARowAreServedEachAtOnce() throws Exception {
    for (int n = 0; n < 20; n++) {
      broker.createTopic("row-" + n, 4);
      produce(broker, "row-" + n, "M51", "spiral");
    }
  }

  @Test
  void aTransactionIsSeenOnlyOnceItIsCommitted() throws Exception {
    broker.createTopic("transactions", 1);
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "observer");
    try (Producer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("transactions", "M31", "aborted"));
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("transactions", "M31", "committed"));
      producer.commitTransaction();
    }
    assertThat(consume(broker, "transactions", 1)).containsExactly("M31=committed");
  }

  @Test
  void theStreamsGroupProtocolIsOffered() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      assertThat(
              admin
                  .describeFeatures()
                  .featureMetadata()
                  .get(30, TimeUnit.SECONDS)
                  .finalizedFeatures())
          .hasEntrySatisfying(
              "streams.version", range -> assertThat(range.maxVersionLevel()).isPositive());
    }
  }

  @Test
  void aBrokerThatIsClosedLeavesNothingInMemory() throws Exception {
    long before = serversInMemory();
    for (int n = 0; n < 3; n++) {
      EmbeddedBroker.start().close();
    }
    assertThat(serversInMemory()).isEqualTo(before);
  }

  private static long serversInMemory() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(columns -> columns.length > 3 && columns[3].equals("kafka.server.BrokerServer"))
        .mapToLong(columns -> Long.parseLong(columns[1]))
        .sum();
  }

  @Test
  void aRestartKeepsTheAddressAndTheDataInATemporaryFolderThatIsGoneAfterClosing()
      throws Exception {
    Path temporary;
    try (EmbeddedBroker restarted = EmbeddedBroker.start()) {
      restarted.createTopic("galaxies", 1);
      produce(restarted, "galaxies", "M51", "before");
      String address = restarted.bootstrapServers();

      restarted.restart();

      assertThat(restarted.bootstrapServers()).isEqualTo(address);
      produce(restarted, "galaxies", "M51", "after");
      assertThat(consume(restarted, "galaxies", 2)).containsExactly("M51=before", "M51=after");
      temporary = restarted.folder();
      assertThat(temporary).isNotEmptyDirectory();
    }
    assertThat(temporary).doesNotExist();
  }

  @Test
  void aGivenFolderOutlivesTheBroker(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("broker");
    try (EmbeddedBroker first = EmbeddedBroker.start(data)) {
      first.createTopic("galaxies", 1);
      produce(first, "galaxies", "M104", "kept");
    }
    try (EmbeddedBroker second = EmbeddedBroker.start(data)) {
      assertThat(consume(second, "galaxies", 1)).containsExactly("M104=kept");
    }
    assertThat(data).isDirectory();
  }

  private static void produce(EmbeddedBroker broker, String topic, String key, String value)
      throws Exception {
    try (Producer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get(30, TimeUnit.SECONDS);
    }
  }

  private static List<String> consume(EmbeddedBroker broker, String topic, int count) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(),
            "group.id", "reader",
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed");
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      List<String> seen = new ArrayList<>();
      while (seen.size() < count) {
        for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
          seen.add(each.key() + "=" + each.value());
        }
      }
      return seen;
    }
  }
}
