package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.faults.BrokerNode.Ports;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.NewTopics;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * Three brokers, each a process of its own behind a {@link FaultProxy}. Topics have three replicas,
 * two of which have to be in sync.
 *
 * <p>Safe for use by many threads; what is done to one broker is serialised.
 */
final class Cluster implements AutoCloseable {

  static final int SIZE = 3;

  /** After so long without a heartbeat an instance's partitions go to others. */
  static final String SESSION_MILLIS = "6000";

  /**
   * After so long the publisher and the reader repeat a request to a broker that is silent, as the
   * classifier does. By Kafka's default of 30 s, they would wait longer than it.
   */
  static final String REQUEST_MILLIS = "7000";

  /**
   * Options of JVMs that live for half a minute, a dozen on two cores: the optimising compiler
   * would take most of their time, and pay for itself much later.
   */
  private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration AGAIN = Duration.ofMillis(200);

  private final List<Node> nodes;

  /** One broker. Its process is absent while it is down. */
  private static final class Node {
    final int id;
    final Path folder;
    final List<Ports> ports;
    final FaultProxy proxy;
    @Nullable Process process;

    Node(int id, Path folder, List<Ports> ports) throws IOException {
      this.id = id;
      this.folder = folder;
      this.ports = ports;
      Ports own = ports.get(id - 1);
      proxy = FaultProxy.start(own.advertised(), own.clients());
    }

    /** Starts the process; {@link #awaitServing} waits for it. */
    synchronized void start() throws IOException {
      String[] arguments =
          Stream.of(
                  QUICK_START.stream(),
                  Stream.of(BrokerNode.class.getName(), "" + id, folder.toString()),
                  ports.stream().map(Ports::toString))
              .flatMap(part -> part)
              .toArray(String[]::new);
      Path log = folder.resolveSibling("broker-" + id + ".log");
      process =
          new ProcessBuilder(JavaProcess.command("", arguments))
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      JavaProcess.endWithThisOne(process);
    }

    synchronized void awaitServing() throws IOException {
      if (process != null) {
        BufferedReader says = process.inputReader(StandardCharsets.UTF_8);
        if (says.readLine() == null) {
          throw new IOException(
              "Broker %d ended at once; see %s."
                  .formatted(id, folder.resolveSibling("broker-" + id + ".log")));
        }
      }
    }

    synchronized void signal(String name) throws IOException, InterruptedException {
      if (process != null) {
        JavaProcess.signal(process, name);
      }
    }

    synchronized void kill() throws InterruptedException {
      if (process != null) {
        process.destroyForcibly().waitFor();
        process = null;
      }
    }

    synchronized void stop() throws IOException, InterruptedException {
      if (process != null) {
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
        process = null;
      }
    }
  }

  private Cluster(List<Node> nodes) {
    this.nodes = nodes;
  }

  /** Starts three brokers, and returns when all serve. */
  static Cluster start(Path folder) throws IOException {
    List<Integer> free = freePorts(3 * SIZE);
    List<Ports> ports =
        IntStream.range(0, SIZE)
            .mapToObj(n -> new Ports(free.get(3 * n), free.get(3 * n + 1), free.get(3 * n + 2)))
            .toList();
    List<Node> nodes = new ArrayList<>();
    Cluster cluster = new Cluster(nodes);
    try {
      for (int id = 1; id <= SIZE; id++) {
        nodes.add(new Node(id, folder.resolve("broker-" + id), ports));
      }
      for (Node node : nodes) {
        node.start();
      }
      for (Node node : nodes) {
        node.awaitServing();
      }
      return cluster;
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  String bootstrapServers() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.proxy.port())
        .collect(Collectors.joining(","));
  }

  /** Creates topics. One may exist: Kafka's client repeats a request that took too long. */
  void createTopics(List<String> topics) throws Exception {
    List<NewTopic> wanted =
        topics.stream()
            .map(topic -> new NewTopic(topic, References.PARTITIONS, (short) SIZE))
            .toList();
    try (Admin admin = admin()) {
      NewTopics.createMissing(admin, wanted, PATIENCE);
      NewTopics.await(admin, topics, PATIENCE);
    }
  }

  /**
   * SIGKILL.
   *
   * @param broker from 0
   */
  void kill(int broker) throws InterruptedException {
    nodes.get(broker).kill();
  }

  /** Stops one cleanly. */
  void stop(int broker) throws IOException, InterruptedException {
    nodes.get(broker).stop();
  }

  /** Starts one that is down, and returns when it serves. */
  void restart(int broker) throws IOException {
    nodes.get(broker).start();
    nodes.get(broker).awaitServing();
  }

  /** SIGSTOP: it answers nothing, and its connections stay open. */
  void freeze(int broker) throws IOException, InterruptedException {
    nodes.get(broker).signal("STOP");
  }

  /** SIGCONT. */
  void thaw(int broker) throws IOException, InterruptedException {
    nodes.get(broker).signal("CONT");
  }

  void become(int broker, Line line) {
    nodes.get(broker).proxy.become(line);
  }

  /** Which broker leads a partition, from 0. */
  int leader(String topic, int partition) throws Exception {
    try (Admin admin = admin()) {
      var topics =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return Objects.requireNonNull(topics.get(topic)).partitions().get(partition).leader().id()
          - 1;
    }
  }

  /** Waits until each replica of these topics is in sync; false where that takes longer. */
  boolean awaitInSync(Duration atMost, String... topics) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    try (Admin admin = admin()) {
      while (System.nanoTime() < deadline) {
        try {
          if (admin
              .describeTopics(Arrays.asList(topics))
              .allTopicNames()
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .values()
              .stream()
              .flatMap(topic -> topic.partitions().stream())
              .allMatch(partition -> partition.isr().size() == SIZE)) {
            return true;
          }
        } catch (ExecutionException | TimeoutException busy) {
          // asked again
        }
        Thread.sleep(AGAIN);
      }
      return false;
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
  }

  /** Below the ports that the system lends to outgoing connections, and each another one. */
  private static List<Integer> freePorts(int count) {
    return ThreadLocalRandom.current()
        .ints(20_000, 32_000)
        .distinct()
        .filter(Cluster::isFree)
        .limit(count)
        .boxed()
        .toList();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    for (Node node : nodes) {
      try {
        node.kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      node.proxy.close();
    }
  }
}
