package dev.tuningfork.benchmark.suite;

import com.sun.net.httpserver.HttpServer;
import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A backlog of images that one host serves over HTTP, alone and beside hosts that accept
 * connections and never answer. Of each of these there is one reference among every twenty of the
 * good host. What counts is when the good host's last image is answered.
 *
 * <p>At the end it is also measured how long it takes until the last reference of the hanging hosts
 * is a dead letter. None may be missing and none may come twice.
 */
final class HostsSuite {

  private static final List<Integer> HANGING = List.of(0, 1, 2, 5);
  private static final int ONE_IN = 20;

  static final Suite SUITE =
      new Suite(
          "hosts",
          "images of a good host, alone and beside 1, 2 and 5 hosts that never answer",
          Suite.Form.FULL,
          HostsSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan().runsAtMost(3);
    int galaxies = plan.galaxies();
    try (MorphologyModel model = workload.model();
        GoodHost good = new GoodHost(workload.images())) {
      WarmUp.of(plan, () -> new Run(workload, model, good, 0, galaxies).imagesPerSecond());
      for (int run = 0; run < plan.runs(); run++) {
        double alone = 0;
        for (int hanging : HANGING) {
          double rate = new Run(workload, model, good, hanging, galaxies).imagesPerSecond();
          if (hanging == 0) {
            alone = rate;
            tally.add("alone", "images/s", "images of one host, over HTTP", rate);
          } else {
            String beside = "beside %d".formatted(hanging);
            String what = "beside %d hosts that never answer".formatted(hanging);
            tally.add(beside, "images/s", what, rate);
            tally.add(beside + ", of alone", "", what + ", as a part of alone", rate / alone);
          }
        }
      }
      tally.add(
          "until all have failed",
          "s",
          "from the start to the last dead letter of 5 hosts that never answer",
          new Run(workload, model, good, 5, galaxies).secondsToTheLastDeadLetter());
    }
  }

  /** A classifier as it ships, on a broker that holds all references from the start. */
  private record Run(
      Workload workload, MorphologyModel model, GoodHost good, int hanging, int galaxies) {

    double imagesPerSecond() throws Exception {
      return galaxies / seconds(false);
    }

    double secondsToTheLastDeadLetter() throws Exception {
      return seconds(true);
    }

    private double seconds(boolean toTheLastDeadLetter) throws Exception {
      try (EmbeddedBroker broker = EmbeddedBroker.start();
          HangingHosts bad = new HangingHosts(hanging)) {
        String servers = broker.bootstrapServers();
        ClassifierSettings settings =
            workload
                .settings(servers)
                .with(FetchPolicy.FOLDERS, List.of())
                .with(FetchPolicy.SCHEMES, List.of("http"))
                .with(FetchPolicy.HOSTS, List.of("127.0.0.1:*"))
                .with(FetchPolicy.NETWORKS, List.of("127.0.0.0/8"));
        Topics topics = settings.topics();
        References.createTopics(servers, topics);
        int failing = publish(servers, topics, bad);
        try (var classifier = ClassifierApplication.start(settings, model)) {
          long start;
          try (var answers = new Answers(servers, topics.output())) {
            if (!classifier.awaitRunning(Pipeline.START)) {
              throw new IllegalStateException("The classifier did not start.");
            }
            start = System.nanoTime();
            answers.await(galaxies);
          }
          if (toTheLastDeadLetter) {
            try (var deadLetters = new Answers(servers, topics.deadLetters())) {
              deadLetters.await(failing);
            }
          }
          return Pace.secondsSince(start);
        }
      }
    }

    /**
     * Publishes the good host's references as 0..galaxies−1, and those of the others from there on,
     * between them.
     *
     * @return how many are of the others
     */
    private int publish(String servers, Topics topics, HangingHosts bad) throws Exception {
      Map<String, Object> client =
          Map.of(
              ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
              servers,
              ProducerConfig.LINGER_MS_CONFIG,
              20);
      try (var producer =
          new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
        List<Future<?>> sent = new ArrayList<>();
        int failing = 0;
        for (int n = 0; n < galaxies; n++) {
          sent.add(producer.send(record(topics, n, good.uri(n))));
          if (n % ONE_IN == 0) {
            for (int host = 0; host < hanging; host++) {
              sent.add(producer.send(record(topics, galaxies + failing, bad.uri(host))));
              failing++;
            }
          }
        }
        for (Future<?> one : sent) {
          one.get();
        }
        return failing;
      }
    }

    private static ProducerRecord<byte[], byte[]> record(Topics topics, int number, String uri) {
      String objectId = String.valueOf(number);
      return new ProducerRecord<>(
          topics.input(),
          objectId.getBytes(StandardCharsets.UTF_8),
          GalaxyImageReference.of(objectId, uri).toJson());
    }
  }

  /** Serves images from memory. */
  private static final class GoodHost implements AutoCloseable {

    private final List<byte[]> images = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    GoodHost(List<Path> files) throws IOException {
      for (Path file : files) {
        images.add(Files.readAllBytes(file));
      }
      server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            String number = exchange.getRequestURI().getPath().substring(1);
            byte[] image = images.get(Integer.parseInt(number));
            exchange.sendResponseHeaders(200, image.length);
            try (OutputStream body = exchange.getResponseBody()) {
              body.write(image);
            }
          });
      server.start();
    }

    String uri(int number) {
      return "http://127.0.0.1:%d/%d"
          .formatted(server.getAddress().getPort(), number % images.size());
    }

    @Override
    public void close() {
      server.stop(0);
      threads.close();
    }
  }

  /** Hosts that accept every connection and say nothing. */
  private static final class HangingHosts implements AutoCloseable {

    private final List<ServerSocket> listeners = new ArrayList<>();
    private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();

    HangingHosts(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        ServerSocket listener = new ServerSocket(0, 500, InetAddress.ofLiteral("127.0.0.1"));
        listeners.add(listener);
        Thread.ofVirtual().start(() -> accept(listener));
      }
    }

    private void accept(ServerSocket listener) {
      while (!listener.isClosed()) {
        try {
          connections.add(listener.accept());
        } catch (IOException e) {
          if (!listener.isClosed()) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }

    String uri(int host) {
      return "http://127.0.0.1:%d/galaxy.jpg".formatted(listeners.get(host).getLocalPort());
    }

    @Override
    public void close() throws IOException {
      for (ServerSocket listener : listeners) {
        listener.close();
      }
      for (Socket connection : connections) {
        connection.close();
      }
    }
  }
}
