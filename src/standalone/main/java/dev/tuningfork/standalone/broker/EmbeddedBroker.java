package dev.tuningfork.standalone.broker;

import com.yammer.metrics.core.MetricsRegistry;
import dev.tuningfork.classifier.NewTopics;
import dev.tuningfork.file.ScratchFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka node, broker and controller at once, in this process and on the loopback address only.
 *
 * <p>Invariants: the ports and the folder are chosen once, so that a {@link #restart()} comes back
 * under the same address with everything it had; at most one server of this object runs at a time;
 * a temporary folder is gone after {@link #close()}, a given one is kept and may be started from
 * again.
 *
 * <p>All methods are safe to call from any thread; they are serialised.
 */
public final class EmbeddedBroker implements AutoCloseable {

  /** One for every embedded broker, so that a kept folder is recognised as its own. */
  private static final String CLUSTER_ID = "tuning-fork-embedded";

  private static final int NODE_ID = 1;
  private static final Duration TOPIC_CREATION = Duration.ofMinutes(1);
  private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  /**
   * Free bytes of the disk: those that a start takes and some more, and those it must not touch.
   */
  private static final long ROOM_TO_START = 64 << 20;

  private static final long ROOM_TO_WORK = 16 << 20;

  private final Path folder;
  private final @Nullable ScratchFolder scratch;
  private final KafkaConfig config;
  private final String bootstrapServers;
  private @Nullable KafkaRaftServer server;

  private EmbeddedBroker(Path folder, @Nullable ScratchFolder scratch, Map<String, String> more) {
    this.folder = folder;
    this.scratch = scratch;
    String loopback = InetAddress.getLoopbackAddress().getHostAddress();
    int brokerPort = freePort();
    int controllerPort = freePort();
    this.bootstrapServers = loopback + ":" + brokerPort;
    Map<String, String> settings =
        new HashMap<>(
            settings(
                folder,
                bootstrapServers,
                loopback + ":" + controllerPort,
                session(scratch != null)));
    settings.putAll(more);
    this.config = new KafkaConfig(settings, false);
  }

  /** Starts a broker whose data lives in a temporary folder until it is closed. */
  public static EmbeddedBroker start() {
    return start(Map.of());
  }

  /**
   * The same with further settings.
   *
   * @param more settings of the broker, by Kafka's own names
   */
  public static EmbeddedBroker start(Map<String, String> more) {
    try {
      ScratchFolder scratch = ScratchFolder.create("broker");
      try {
        ScratchFolder.requireRoom(scratch.path(), ROOM_TO_START);
      } catch (IOException e) {
        scratch.close();
        throw e;
      }
      return started(new EmbeddedBroker(scratch.path(), scratch, more));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Starts a broker on a folder that is kept. It is created and formatted where it is new; where an
   * embedded broker used it before, its topics and offsets are there again.
   */
  public static EmbeddedBroker start(Path folder) {
    return started(new EmbeddedBroker(folder, null, Map.of()));
  }

  private static EmbeddedBroker started(EmbeddedBroker broker) {
    try {
      broker.format();
      broker.restart();
      return broker;
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /**
   * The address for a client's {@code bootstrap.servers}; the same for the whole life of this
   * object.
   */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /**
   * The broker's folder. What its clients keep in it beside the broker's own data goes when it
   * goes.
   */
  public Path folder() {
    return folder;
  }

  /**
   * Checks that the disk has room for what clients send.
   *
   * @throws IllegalStateException in a sentence, where the disk is full
   */
  public void requireRoom() {
    try {
      ScratchFolder.requireRoom(folder, ROOM_TO_WORK);
    } catch (IOException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /**
   * Creates a topic of one replica, and returns when the broker serves each partition of it.
   * Retention counts from when a record is written, not from the time that it carries.
   */
  public synchronized void createTopic(String name, int partitions) {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) bootstrapServers))) {
      NewTopic topic =
          new NewTopic(name, partitions, (short) 1)
              .configs(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));
      NewTopics.create(admin, List.of(topic), TOPIC_CREATION);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Cannot create the topic " + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while creating the topic " + name, e);
    }
  }

  /** Stops the server cleanly and keeps its data. Does nothing if it is stopped already. */
  public synchronized void stop() {
    if (server != null) {
      server.shutdown();
      server.awaitShutdown();
      server = null;
      removeMetrics();
    }
  }

  /**
   * Kafka keeps the metrics of all servers in one registry of the process. Those that are named
   * after a folder stay in it when the server has stopped, and hold all of its memory.
   */
  private void removeMetrics() {
    MetricsRegistry registry = KafkaYammerMetrics.defaultRegistry();
    String data = data(folder).toString();
    registry.allMetrics().keySet().stream()
        .filter(metric -> metric.getMBeanName().contains(data))
        .forEach(registry::removeMetric);
  }

  /** Stops the server if it runs, and starts it again on the same port and data. */
  public synchronized void restart() {
    stop();
    KafkaRaftServer fresh = new KafkaRaftServer(config, Time.SYSTEM);
    server = fresh;
    fresh.startup();
  }

  /** Stops the server, and deletes its folder where that was a temporary one. */
  @Override
  public synchronized void close() {
    stop();
    if (scratch != null) {
      try {
        scratch.close();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "Cannot delete the embedded broker's folder " + folder + ": " + e.getMessage(), e);
      }
    }
  }

  private void format() {
    try {
      Path data = Files.createDirectories(data(folder));
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setClusterId(CLUSTER_ID)
          .setNodeId(NODE_ID)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(data.toString())
          .addDirectory(data.toString())
          .setIgnoreFormatted(true)
          .run();
    } catch (Exception e) {
      throw new IllegalStateException(
          "Cannot prepare the embedded broker's folder " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Kafka takes every folder in its own for a partition, so its own is one further down. */
  private static Path data(Path folder) {
    return folder.resolve("kafka");
  }

  /**
   * How long the broker may be silent until the controller takes its partitions from it. A starved
   * process, or a laptop that slept, would be silent for longer than Kafka's 9 s, and there is
   * nobody else to take over. A broker on a kept folder that was killed has to wait for this long
   * when it is started again, so there it stays short.
   */
  private static Duration session(boolean temporary) {
    return temporary ? Duration.ofHours(1) : Duration.ofSeconds(9);
  }

  private static Map<String, String> settings(
      Path folder, String broker, String controller, Duration session) {
    return Map.ofEntries(
        Map.entry("process.roles", "broker,controller"),
        Map.entry("node.id", Integer.toString(NODE_ID)),
        Map.entry("controller.quorum.voters", NODE_ID + "@" + controller),
        Map.entry("controller.listener.names", "CONTROLLER"),
        Map.entry("listeners", "BROKER://" + broker + ",CONTROLLER://" + controller),
        Map.entry("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
        Map.entry("inter.broker.listener.name", "BROKER"),
        Map.entry("log.dirs", data(folder).toString()),
        Map.entry("broker.session.timeout.ms", Long.toString(session.toMillis())),
        Map.entry("auto.create.topics.enable", "false"),
        // sizes that grow as they are needed: Kafka's are those of one packet of the loopback
        Map.entry("socket.send.buffer.bytes", "-1"),
        Map.entry("socket.receive.buffer.bytes", "-1"),
        Map.entry("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES)),
        // alone, it can replicate to nobody; few internal partitions start and stop quickly
        Map.entry("offsets.topic.replication.factor", "1"),
        Map.entry("offsets.topic.num.partitions", "4"),
        Map.entry("transaction.state.log.replication.factor", "1"),
        Map.entry("transaction.state.log.min.isr", "1"),
        Map.entry("transaction.state.log.num.partitions", "4"),
        Map.entry("share.coordinator.state.topic.replication.factor", "1"),
        Map.entry("share.coordinator.state.topic.min.isr", "1"),
        Map.entry("share.coordinator.state.topic.num.partitions", "1"),
        // nobody else is about to join
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
        // a classifier that was killed is missed sooner than after Kafka's 45 s, and its
        // transaction is rolled back as soon as it has timed out
        Map.entry("group.streams.session.timeout.ms", "6000"),
        Map.entry("group.streams.min.session.timeout.ms", "6000"),
        Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
        // the markers of a transaction are written within a millisecond; the next one may follow
        Map.entry("add.partitions.to.txn.retry.backoff.ms", "1"),
        // members hear with a heartbeat what they are given: Kafka's 5 s is what a start waits for
        Map.entry("group.streams.heartbeat.interval.ms", "1000"),
        Map.entry("group.streams.min.heartbeat.interval.ms", "1000"),
        // Kafka's default of 128 MiB of heap suits a server, not a laptop
        Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024)));
  }

  /**
   * A free port below the range that Linux, macOS and Windows lend to outgoing connections (32768
   * and up), so that no client takes it, and no client that keeps trying connects to itself, while
   * the broker is down.
   */
  private static int freePort() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException inUse) {
        // another one, then
      }
    }
    throw new IllegalStateException(
        "Found no free port between 20000 and 32000 for the embedded broker");
  }
}
