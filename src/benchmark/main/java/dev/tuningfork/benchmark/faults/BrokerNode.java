package dev.tuningfork.benchmark.faults;

import dev.tuningfork.standalone.command.Logging;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * What runs in the process of one of several brokers, each a controller too: it serves until its
 * standard input ends, and then stops cleanly. Clients and other brokers reach it at the address
 * that it advertises, where a proxy listens.
 */
final class BrokerNode {

  private static final String CLUSTER_ID = "tuning-fork-faults";

  private BrokerNode() {}

  /** Its number from 1, its folder, and of each broker the ports as {@link Ports#toString} has. */
  public static void main(String[] arguments) throws Exception {
    Logging.errorsOnly();
    int id = Integer.parseInt(arguments[0]);
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    List<Ports> all =
        IntStream.range(2, arguments.length).mapToObj(n -> Ports.parse(arguments[n])).toList();
    format(id, folder);
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(settings(id, folder, all), false), Time.SYSTEM);
    server.startup();
    System.out.println("serving");
    awaitEndOfInput();
    server.shutdown();
    server.awaitShutdown();
    System.exit(0);
  }

  /** The ports of one broker: what it listens on, and where its proxy listens for it. */
  record Ports(int clients, int controller, int advertised) {

    static Ports parse(String text) {
      String[] ports = text.split(",", -1);
      return new Ports(
          Integer.parseInt(ports[0]), Integer.parseInt(ports[1]), Integer.parseInt(ports[2]));
    }

    @Override
    public String toString() {
      return clients + "," + controller + "," + advertised;
    }
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // nothing is said to it
    }
  }

  private static void format(int id, Path folder) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(CLUSTER_ID)
        .setNodeId(id)
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(folder.toString())
        .addDirectory(folder.toString())
        .setIgnoreFormatted(true)
        .run();
  }

  private static Map<String, String> settings(int id, Path folder, List<Ports> all) {
    Ports own = all.get(id - 1);
    String voters =
        IntStream.range(0, all.size())
            .mapToObj(n -> (n + 1) + "@127.0.0.1:" + all.get(n).controller())
            .collect(Collectors.joining(","));
    return Map.ofEntries(
        Map.entry("process.roles", "broker,controller"),
        Map.entry("node.id", String.valueOf(id)),
        Map.entry("controller.quorum.voters", voters),
        Map.entry("controller.listener.names", "CONTROLLER"),
        Map.entry(
            "listeners",
            "BROKER://127.0.0.1:" + own.clients() + ",CONTROLLER://127.0.0.1:" + own.controller()),
        Map.entry("advertised.listeners", "BROKER://127.0.0.1:" + own.advertised()),
        Map.entry("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT"),
        Map.entry("inter.broker.listener.name", "BROKER"),
        Map.entry("log.dirs", folder.toString()),
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("default.replication.factor", "3"),
        Map.entry("min.insync.replicas", "2"),
        Map.entry("offsets.topic.replication.factor", "3"),
        Map.entry("offsets.topic.num.partitions", "6"),
        Map.entry("transaction.state.log.replication.factor", "3"),
        Map.entry("transaction.state.log.min.isr", "2"),
        Map.entry("transaction.state.log.num.partitions", "6"),
        Map.entry("share.coordinator.state.topic.num.partitions", "1"),
        Map.entry("group.streams.session.timeout.ms", Cluster.SESSION_MILLIS),
        Map.entry("group.streams.min.session.timeout.ms", Cluster.SESSION_MILLIS),
        Map.entry("group.streams.heartbeat.interval.ms", "1000"),
        Map.entry("group.streams.min.heartbeat.interval.ms", "1000"),
        // Kafka's own sizes of 64 and 100 KiB are about one packet of the loopback interface: it
        // drops
        // packets, and each one sent again delays a commit by 40 ms or more
        Map.entry("socket.send.buffer.bytes", "-1"),
        Map.entry("socket.receive.buffer.bytes", "-1"),
        Map.entry("replica.socket.receive.buffer.bytes", "-1"),
        // three brokers share a machine's memory
        Map.entry("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20)));
  }
}
