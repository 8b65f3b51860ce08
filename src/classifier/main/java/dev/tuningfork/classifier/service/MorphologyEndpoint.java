package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.service.LatestMorphologies.Answer;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;

/**
 * {@code /v1/morphologies/{objectId}}: the latest morphology of an object, as JSON. Any instance
 * answers for any object: where another one holds it, that one is asked, and asks no further.
 */
public final class MorphologyEndpoint implements AutoCloseable {

  static final String PATTERN = "/v1/morphologies/{+objectId}";

  private static final String FOLDER = "/v1/morphologies/";
  private static final HeaderName FORWARDED = HeaderNames.create("tuning-fork-forwarded");
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration WHOLE = Duration.ofSeconds(5);
  private static final int LONGEST_ID = 1_000;

  private final Optional<LatestMorphologies> latest;
  private final HttpClient peers =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * @param latest not closed by this class; empty where they are not kept
   */
  public MorphologyEndpoint(Optional<LatestMorphologies> latest) {
    this.latest = latest;
  }

  HttpReply answer(ServerRequest request) {
    String objectId = request.path().path().substring(FOLDER.length());
    if (objectId.isBlank() || objectId.length() > LONGEST_ID) {
      return HttpReply.error(
          Status.BAD_REQUEST_400,
          "/v1/morphologies/ must be followed by an object's id of at most "
              + LONGEST_ID
              + " characters.");
    } else if (latest.isEmpty()) {
      return HttpReply.error(
          Status.NOT_IMPLEMENTED_501,
          "Morphologies are not kept here. Set service.morphologies to true to keep the latest of"
              + " each object.");
    }
    boolean forwarded = request.headers().contains(FORWARDED);
    return switch (latest.get().find(objectId)) {
      case Answer.Found(byte[] json) -> HttpReply.of(Status.OK_200, HttpReply.JSON, json);
      case Answer.Unknown _ ->
          HttpReply.error(Status.NOT_FOUND_404, "No morphology of this object is kept.");
      case Answer.Unreadable(String reason) ->
          HttpReply.error(Status.INTERNAL_SERVER_ERROR_500, reason);
      case Answer.Elsewhere _ when forwarded ->
          later("This object is moving to another instance; try again.");
      case Answer.Elsewhere(HostInfo holder) -> ask(holder, objectId);
      case Answer.Later(String reason) -> later(reason);
    };
  }

  /** The latest morphology of an object as published, if one is kept and available. */
  public Optional<byte[]> latest(String objectId) {
    if (latest.isEmpty() || objectId.isBlank() || objectId.length() > LONGEST_ID) {
      return Optional.empty();
    }
    HttpReply reply =
        switch (latest.get().find(objectId)) {
          case Answer.Found(byte[] json) -> HttpReply.of(Status.OK_200, HttpReply.JSON, json);
          case Answer.Elsewhere(HostInfo holder) -> ask(holder, objectId);
          case Answer.Unknown _, Answer.Unreadable _, Answer.Later _ -> later("");
        };
    return reply.status().equals(Status.OK_200) ? Optional.of(reply.body()) : Optional.empty();
  }

  @Override
  public void close() {
    peers.shutdownNow();
  }

  private HttpReply ask(HostInfo holder, String objectId) {
    String host = holder.host().contains(":") ? "[" + holder.host() + "]" : holder.host();
    String path = URLEncoder.encode(objectId, StandardCharsets.UTF_8).replace("+", "%20");
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + host + ":" + holder.port() + FOLDER + path))
              .header(FORWARDED.defaultCase(), "1")
              .timeout(WHOLE)
              .build();
      HttpResponse<byte[]> response = peers.send(request, HttpResponse.BodyHandlers.ofByteArray());
      HttpReply reply =
          HttpReply.of(Status.create(response.statusCode()), HttpReply.JSON, response.body());
      return response.statusCode() == Status.SERVICE_UNAVAILABLE_503.code() ? retry(reply) : reply;
    } catch (IOException | IllegalArgumentException e) {
      return later(
          "The instance with this object, %s:%d, does not answer."
              .formatted(holder.host(), holder.port()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return later("The service is stopping.");
    }
  }

  private static HttpReply later(String reason) {
    return retry(HttpReply.error(Status.SERVICE_UNAVAILABLE_503, reason));
  }

  private static HttpReply retry(HttpReply reply) {
    return reply.with(HeaderValues.create(HeaderNames.RETRY_AFTER, 2));
  }
}
