package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.TopicCreation;
import dev.tuningfork.model.MorphologyModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The classifier on the oldest broker that is supported: 2.5 is the first that has what
 * exactly-once processing of Kafka Streams 4 needs (KIP-447). Broker and ZooKeeper run as processes
 * of their own, from the jars that the profile {@code old-broker} collects; without them the test
 * is skipped.
 */
class OldBrokerIT {

  private static final int GALAXIES = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Path JARS = Path.of("target", "old-broker");

  @TempDir Path folder;

  @Test
  void everyReferenceIsAnsweredOnceAcrossARestart() throws Exception {
    assumeTrue(Files.isDirectory(JARS), "the profile old-broker is off");
    try (OldBroker broker = new OldBroker(folder);
        Observatory observatory = new Observatory(broker.servers(), folder)) {
      ClassifierSettings settings =
          observatory
              .settings()
              .with(TopicCreation.CREATE, true)
              .with(TopicCreation.PARTITIONS, 4)
              .with(TopicCreation.REPLICATION, 1)
              .withKafka("state.dir", folder.resolve("state").toString());
      try (MorphologyModel model = observatory.model();
          var classifier = ClassifierApplication.start(settings, model)) {
        observatory.publish(0, GALAXIES);
        observatory.awaitCommitted(GALAXIES / 4, PATIENCE);
        assertThat(classifier.failure()).isEmpty();
      }
      try (MorphologyModel model = observatory.model();
          var _ = ClassifierApplication.start(settings, model)) {
        observatory.awaitCommitted(GALAXIES, PATIENCE);
      }
      observatory.requireOneOutcomeEach(GALAXIES);
    }
  }

  /** One broker with its ZooKeeper, on the loopback address. */
  private static final class OldBroker implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";

    private final List<Process> processes = new ArrayList<>();
    private final int port = freePort();

    OldBroker(Path folder) throws IOException {
      int keeper = freePort();
      Path zookeeper =
          Files.writeString(
              folder.resolve("zookeeper.properties"),
              """
              dataDir=%s
              clientPort=%d
              clientPortAddress=%s
              admin.enableServer=false
              """
                  .formatted(folder.resolve("zookeeper"), keeper, LOOPBACK));
      Path server =
          Files.writeString(
              folder.resolve("server.properties"),
              """
              broker.id=1
              listeners=PLAINTEXT://%1$s:%2$d
              zookeeper.connect=%1$s:%3$d
              log.dirs=%4$s
              offsets.topic.replication.factor=1
              offsets.topic.num.partitions=4
              transaction.state.log.replication.factor=1
              transaction.state.log.min.isr=1
              transaction.state.log.num.partitions=4
              group.initial.rebalance.delay.ms=0
              auto.create.topics.enable=false
              """
                  .formatted(LOOPBACK, port, keeper, folder.resolve("log")));
      try {
        start("org.apache.zookeeper.server.quorum.QuorumPeerMain", zookeeper, keeper);
        start("kafka.Kafka", server, port);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    String servers() {
      return LOOPBACK + ":" + port;
    }

    private void start(String program, Path settings, int listensAt) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx384m",
                  "-cp",
                  JARS.toAbsolutePath() + "/*",
                  program,
                  settings.toString())
              .redirectErrorStream(true)
              .redirectOutput(Path.of("target", "old-broker-" + program + ".log").toFile())
              .start();
      processes.add(process);
      await(program).atMost(PATIENCE).until(() -> listens(process, listensAt));
    }

    private static boolean listens(Process process, int port) {
      assertThat(process.isAlive()).as("it runs").isTrue();
      try (Socket _ = new Socket(LOOPBACK, port)) {
        return true;
      } catch (IOException notYet) {
        return false;
      }
    }

    private static int freePort() {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      for (Process process : processes.reversed()) {
        process.destroyForcibly();
        process.onExit().join();
      }
    }
  }
}
