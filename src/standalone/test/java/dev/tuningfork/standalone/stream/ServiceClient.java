package dev.tuningfork.standalone.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Asks a classifier's service endpoints as anybody would. */
final class ServiceClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;

  ServiceClient(int port) {
    this.port = port;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path);
  }

  /** As another instance asks. */
  HttpResponse<String> getForwarded(String path) throws IOException, InterruptedException {
    return send("GET", path, "tuning-fork-forwarded", "1");
  }

  HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The lines of an answer that goes on, as they come. */
  Stream<String> lines(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Accept", "text/event-stream")
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofLines()).body();
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(get(path).body());
  }

  /** Every sample by its name and labels, as Prometheus reads them. */
  Map<String, Double> metrics() throws IOException, InterruptedException {
    Map<String, Double> samples = new HashMap<>();
    get("/metrics")
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int value = line.lastIndexOf(' ');
              samples.put(line.substring(0, value), Double.parseDouble(line.substring(value + 1)));
            });
    return samples;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
