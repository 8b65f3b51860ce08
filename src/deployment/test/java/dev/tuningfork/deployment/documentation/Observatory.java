package dev.tuningfork.deployment.documentation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.tuningfork.deployment.Chart;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.survey.MockGalaxy;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.tree.KaggleColumns;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.Fits;
import nom.tam.util.FitsOutputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * All that a page's reader has: a folder with images, labels and the project, a broker, a host of
 * images, a shell with Kafka's tools. For one thread.
 */
final class Observatory implements AutoCloseable {

  /** Images in {@code my-cutouts}, of which the last are FITS files with coordinates. */
  static final int CUTOUTS = 20;

  static final int FITS = 5;

  private static final String ANSWERS = "galaxy-morphologies";
  private static final int LABELLED = 100;
  private static final double PIXEL_DEGREES = 0.396 / 3600;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** Pods that share busy cores take long to start. */
  private static final Duration PATIENCE_ON_A_CLUSTER = Duration.ofMinutes(10);

  /** Where the project's parts are for a person who stands at its root. */
  private static final List<String> PROJECT = List.of("tuning-fork", "src", "helm", "docker");

  /** Kafka's tools, by the names of their scripts. */
  private static final Map<String, String> TOOLS =
      Map.of(
          "kafka-console-producer.sh", "org.apache.kafka.tools.ConsoleProducer",
          "kafka-console-consumer.sh", "org.apache.kafka.tools.consumer.ConsoleConsumer");

  /** A command, and the file with what it prints. */
  private record Typed(String command, Path output) {}

  private final Path folder;
  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final HttpServer images;
  private final int port = freePort();
  private final List<Process> running = new ArrayList<>();
  private final List<Typed> typed = new ArrayList<>();
  private final boolean onCluster;
  private final Duration patience;
  private boolean published;

  /**
   * @param onCluster whether the page is about a cluster, which has Kafka; its names are then those
   *     of the cluster
   */
  Observatory(Path folder, boolean onCluster) throws Exception {
    this.folder = folder.toRealPath();
    this.onCluster = onCluster;
    patience = onCluster ? PATIENCE_ON_A_CLUSTER : PATIENCE;
    for (String part : PROJECT) {
      Files.createSymbolicLink(this.folder.resolve(part), MarkdownPage.ROOT.resolve(part));
    }
    Path bin = Files.createDirectory(this.folder.resolve("bin"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.createSymbolicLink(bin.resolve("java"), java);
    for (var tool : TOOLS.entrySet()) {
      script(
          bin.resolve(tool.getKey()),
          "exec '%s' -cp '%s' %s \"$@\""
              .formatted(java, System.getProperty("java.class.path"), tool.getValue()));
    }
    paint();
    images =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            this.folder.resolve("images.example.org"),
            SimpleFileServer.OutputLevel.NONE);
    images.start();
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cutouts to classify, labelled images to learn from, and an image on the web. */
  private void paint() throws Exception {
    MockSurvey survey = new MockSurvey(5);
    Path cutouts = Files.createDirectory(folder.resolve("my-cutouts"));
    for (int n = 1; n <= CUTOUTS; n++) {
      MockGalaxy galaxy = survey.galaxy(n);
      if (n <= CUTOUTS - FITS) {
        Files.write(cutouts.resolve("galaxy-" + n + ".jpg"), galaxy.jpeg());
      } else {
        writeFits(cutouts.resolve("galaxy-" + n + ".fits"), galaxy.jpeg(), n);
      }
    }
    Path labelled = Files.createDirectory(folder.resolve("images"));
    List<String> labels = new ArrayList<>();
    labels.add(KaggleColumns.GALAXY_ID + "," + String.join(",", KaggleColumns.NAMES));
    for (int n = 0; n < LABELLED; n++) {
      MockGalaxy galaxy = survey.galaxy(100 + n);
      Files.write(labelled.resolve(n + ".jpg"), galaxy.jpeg());
      boolean smooth = galaxy.morphology().classString().startsWith("E");
      labels.add(n + (smooth ? ",0.9,0.05,0.05" : ",0.1,0.85,0.05") + ",".repeat(34));
    }
    Files.write(folder.resolve("labels.csv"), labels);
    Path web = Files.createDirectory(folder.resolve("images.example.org"));
    Files.write(web.resolve("587722952767439450.jpg"), survey.galaxy(3).jpeg());
  }

  /** Three planes with the celestial coordinates of {@link #position}. */
  private static void writeFits(Path file, byte[] jpeg, int number) throws Exception {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
    float[][][] planes = new float[3][image.getHeight()][image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int pixel = image.getRGB(x, y);
        planes[0][y][x] = pixel & 0xFF; // bands go from blue to red
        planes[1][y][x] = pixel >> 8 & 0xFF;
        planes[2][y][x] = pixel >> 16 & 0xFF;
      }
    }
    BasicHDU<?> hdu = Fits.makeHDU(planes);
    hdu.addValue("CTYPE1", "RA---TAN", "");
    hdu.addValue("CTYPE2", "DEC--TAN", "");
    hdu.addValue("CRPIX1", (image.getWidth() + 1) / 2.0, "");
    hdu.addValue("CRPIX2", (image.getHeight() + 1) / 2.0, "");
    hdu.addValue("CRVAL1", position(number), "");
    hdu.addValue("CRVAL2", 2.0, "");
    hdu.addValue("CDELT1", -PIXEL_DEGREES, "");
    hdu.addValue("CDELT2", PIXEL_DEGREES, "");
    try (Fits fits = new Fits();
        FitsOutputStream out = new FitsOutputStream(Files.newOutputStream(file))) {
      fits.addHDU(hdu);
      fits.write(out);
    }
  }

  /** Right ascension, degrees. */
  private static double position(int number) {
    return 150 + number / 10.0;
  }

  /** A catalogue of all cutouts, its positions off by half an arcsecond. */
  void writeCatalogue() throws IOException {
    List<String> rows = new ArrayList<>();
    rows.add("object_id,ra,dec,redshift");
    for (int n = 1; n <= CUTOUTS; n++) {
      rows.add(
          String.format(Locale.ROOT, "galaxy-%d,%.6f,%.6f,0.05", n, position(n), 2 + 0.5 / 3600));
    }
    Files.write(folder.resolve("catalogue.csv"), rows);
  }

  Path folder() {
    return folder;
  }

  boolean isOnCluster() {
    return onCluster;
  }

  /** Writes a file of the page, with the names of this observatory in it. */
  void write(String name, String text) throws Exception {
    Files.writeString(folder.resolve(name), here(text));
    if (text.contains("bootstrapServers")) { // values of the chart
      assertThat(
              new Chart(Files.createTempDirectory(folder, "chart")).render(text).all("Deployment"))
          .hasSize(1);
    }
  }

  /** What these commands have printed, as far as they were typed. */
  String printedBy(List<String> commands) throws IOException {
    StringBuilder printed = new StringBuilder();
    for (Typed each : typed) {
      if (commands.contains(each.command)) {
        printed.append(Files.readString(each.output));
      }
    }
    return printed.toString();
  }

  /** What was typed and what came of it, with the names of the documentation. */
  String transcript() throws IOException {
    StringBuilder transcript = new StringBuilder();
    for (Typed each : typed) {
      transcript.append("$ ").append(each.command).append('\n');
      transcript.append(documented(Files.readString(each.output))).append('\n');
    }
    return transcript.toString();
  }

  private String documented(String text) {
    return text.replace(broker.bootstrapServers(), "kafka:9092")
        .replace("http://" + imageHost(), "https://images.example.org")
        .replace("http://elsewhere", "https://elsewhere")
        .replace("127.0.0.1:" + port, "127.0.0.1:8080");
  }

  /** A text of the documentation with names that lead somewhere. */
  String here(String text) {
    if (onCluster) {
      return text.replace("127.0.0.1:8080", "127.0.0.1:" + port)
          .replace("service/tuning-fork 8080", "service/tuning-fork %d:8080".formatted(port));
    }
    String host = imageHost();
    return text.replace("kafka:9092", broker.bootstrapServers())
        .replace("https://elsewhere.example.org", "http://elsewhere.example.org")
        .replace("https://images.example.org", "http://" + host)
        .replace("schemes: [https]", "schemes: [http]")
        .replace("[images.example.org]", "['" + host + "']\n  networks: [127.0.0.0/8]")
        .replace("127.0.0.1:8080", "127.0.0.1:" + port);
  }

  private String imageHost() {
    return "127.0.0.1:" + images.getAddress().getPort();
  }

  /**
   * Publishes the answers about the cutouts, as a classifier does: in transactions. The first one
   * is there twice, because its reference was, and some come from a transaction that was aborted.
   */
  void publishAnswers() throws Exception {
    if (published) {
      return;
    }
    published = true;
    run("./tuning-fork classify my-cutouts --out answers.jsonl");
    List<String> answers = Files.readAllLines(folder.resolve("answers.jsonl"));
    assertThat(answers).hasSize(CUTOUTS);
    broker.createTopic(ANSWERS, 4);
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of(
                "bootstrap.servers", broker.bootstrapServers(), "transactional.id", "answers"),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, "never-committed", answers.getFirst().replace("galaxy-1\"", "never\""));
      producer.abortTransaction();
      producer.beginTransaction();
      for (String answer : answers) {
        send(producer, objectId(answer), answer);
      }
      send(producer, objectId(answers.getFirst()), answers.getFirst());
      producer.commitTransaction();
    }
  }

  private static String objectId(String answer) throws IOException {
    return new ObjectMapper().readTree(answer).path("objectId").asText();
  }

  /** One at a time: batches in flight can hang on a topic that is new (KAFKA-15591). */
  private static void send(KafkaProducer<String, byte[]> producer, String key, String value)
      throws Exception {
    producer.send(new ProducerRecord<>(ANSWERS, key, value.getBytes(UTF_8))).get();
  }

  /** Skips the test where there is no Python with the packages that the pages name. */
  void requirePython() throws Exception {
    Path python = folder.resolve("bin/python3");
    if (!Files.exists(python)) {
      script(python, "exec '" + PythonEnvironment.require() + "' \"$@\"");
    }
  }

  /** What a command prints that ends with exit code 0. */
  String run(String command) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process = shell(command, output);
    try {
      boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
      String text = Files.readString(output);
      assertThat(ended).as("%s ended; it printed: %s", command, text).isTrue();
      assertThat(process.exitValue()).as("%s printed: %s", command, text).isZero();
      return text;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts a command that runs until it is stopped, and waits until it has printed this. */
  void start(String command, String up) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process = shell("exec " + command, output);
    running.add(process);
    Awaitility.await(command)
        .atMost(patience)
        .failFast(command + " ended; see " + output, () -> !process.isAlive())
        .until(() -> Files.readString(output).contains(up));
  }

  private Process shell(String command, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", here(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    typed.add(new Typed(command.replaceFirst("^exec ", ""), output));
    Map<String, String> environment = builder.environment();
    environment.put("PATH", folder.resolve("bin") + File.pathSeparator + environment.get("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("TUNING_FORK_SERVICE_ADDRESS", "127.0.0.1:" + port);
    return builder.start();
  }

  /** Stops what was started: with SIGTERM, as an operator does. */
  void stop() throws InterruptedException {
    for (Process process : running) {
      process.destroy();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ends in good order").isTrue();
    }
    running.clear();
  }

  @Override
  public void close() {
    running.forEach(Process::destroyForcibly);
    images.stop(0);
    broker.close();
  }
}
