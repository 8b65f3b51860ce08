package dev.tuningfork.classifier.service;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An answer over HTTP. Every one carries the same strict headers: it is what it says it is, it is
 * not kept by anyone, and no page of another origin is invited to read it.
 *
 * @param body not written to by anyone
 */
@SuppressWarnings("ArrayRecordComponent") // sent and forgotten, never compared
public record HttpReply(Status status, String contentType, byte[] body, List<Header> more) {

  /** On every answer. */
  public static final List<Header> STRICT =
      List.of(
          HeaderValues.X_CONTENT_TYPE_OPTIONS_NOSNIFF,
          HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store"));

  public static final String JSON = "application/json";
  static final String TEXT = "text/plain; charset=utf-8";

  public HttpReply {
    more = List.copyOf(more);
  }

  public static HttpReply of(Status status, String contentType, byte[] body) {
    return new HttpReply(status, contentType, body, List.of());
  }

  static HttpReply text(String contentType, String body) {
    return of(Status.OK_200, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  public static HttpReply json(Status status, Object body) {
    return of(status, JSON, ServiceJson.write(body).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A response with an error.
   *
   * @param sentence what was wrong, and what to do
   */
  public static HttpReply error(Status status, String sentence) {
    return json(status, Map.of("error", sentence));
  }

  /** The same with one more header. */
  public HttpReply with(Header header) {
    List<Header> longer = new ArrayList<>(more);
    longer.add(header);
    return new HttpReply(status, contentType, body, longer);
  }

  public void send(ServerResponse response) {
    STRICT.forEach(response::header);
    more.forEach(response::header);
    response.header(HeaderNames.CONTENT_TYPE, contentType).status(status).send(body);
  }
}
