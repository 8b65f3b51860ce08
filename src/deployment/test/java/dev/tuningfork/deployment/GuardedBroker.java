package dev.tuningfork.deployment;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.metadata.storage.Formatter;

/** A Kafka node in this process that asks for a password and allows nothing that no ACL allows. */
final class GuardedBroker implements AutoCloseable {

  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\"";
  static final String SUPER_USER = "admin";
  static final String SUPER_PASSWORD = "all of the sky";

  private final String address;
  private final KafkaRaftServer server;

  private GuardedBroker(String address, KafkaRaftServer server) {
    this.address = address;
    this.server = server;
  }

  /**
   * @param users passwords by name
   */
  static GuardedBroker start(Path folder, Map<String, String> users) throws Exception {
    String loopback = InetAddress.getLoopbackAddress().getHostAddress();
    String address = loopback + ":" + freePort();
    String controller = loopback + ":" + freePort();
    Path data = Files.createDirectories(folder.resolve("kafka"));
    String passwords =
        users.entrySet().stream()
            .map(user -> " user_%s=\"%s\"".formatted(user.getKey(), user.getValue()))
            .collect(Collectors.joining());
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@" + controller);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listeners", "GUARDED://" + address + ",CONTROLLER://" + controller);
    settings.put("listener.security.protocol.map", "GUARDED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "GUARDED");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put(
        "listener.name.guarded.plain.sasl.jaas.config",
        LOGIN.formatted(SUPER_USER, SUPER_PASSWORD)
            + " user_%s=\"%s\"".formatted(SUPER_USER, SUPER_PASSWORD)
            + passwords
            + ";");
    settings.put("authorizer.class.name", StandardAuthorizer.class.getName());
    // the node speaks to itself, as controller, without a name
    settings.put("super.users", "User:" + SUPER_USER + ";User:ANONYMOUS");
    settings.put("log.dirs", data.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "2");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "2");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.streams.initial.rebalance.delay.ms", "0");
    settings.put("group.streams.heartbeat.interval.ms", "1000");
    settings.put("group.streams.min.heartbeat.interval.ms", "1000");
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId("guarded")
        .setNodeId(1)
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(data.toString())
        .addDirectory(data.toString())
        .run();
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    server.startup();
    return new GuardedBroker(address, server);
  }

  String address() {
    return address;
  }

  /** A client's settings as the user who may do all. */
  Map<String, Object> superUser() {
    return Map.of(
        "bootstrap.servers",
        address,
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        LOGIN.formatted(SUPER_USER, SUPER_PASSWORD) + ";");
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
