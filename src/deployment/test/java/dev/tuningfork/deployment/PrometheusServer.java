package dev.tuningfork.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Prometheus itself, which reads a classifier's measures each second. */
final class PrometheusServer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final int port;
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();

  private PrometheusServer(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  /** Its program: what {@code -Dtuningfork.prometheus} names, else from the {@code PATH}. */
  static Optional<Path> program() {
    return Stream.concat(
            Stream.ofNullable(System.getProperty("tuningfork.prometheus")).map(Path::of),
            Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "prometheus")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param rules groups of rules, as JSON
   * @param labels of all that it reads
   */
  static PrometheusServer start(
      Path program, Path folder, int classifier, JsonNode rules, Map<String, String> labels)
      throws IOException {
    Files.writeString(folder.resolve("rules.yml"), rules.toString());
    Path config =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: any
                static_configs: [{targets: ["127.0.0.1:%d"], labels: %s}]
            """
                .formatted(classifier, JSON.writeValueAsString(labels)));
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    return new PrometheusServer(port, process);
  }

  /** The answer to a question, as many series as there are; none also while it starts. */
  JsonNode ask(String question) throws IOException, InterruptedException {
    return get("query?query=" + URLEncoder.encode(question, UTF_8)).path("result");
  }

  /** The rules, with what became of them. */
  JsonNode rules() throws IOException, InterruptedException {
    return get("rules").at("/groups/0/rules");
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new AssertionError("Prometheus has ended with " + process.exitValue() + ".");
    }
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() == 400) {
      throw new AssertionError(path + ": " + response.body());
    }
    return response.statusCode() == 200
        ? JSON.readTree(response.body()).path("data")
        : JSON.createObjectNode();
  }

  @Override
  public void close() {
    http.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
