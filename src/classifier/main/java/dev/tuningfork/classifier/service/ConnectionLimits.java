package dev.tuningfork.classifier.service;

import java.time.Duration;

/**
 * What the clients of one listening socket may take of it.
 *
 * @param connections open at once
 * @param perClient open at once from one address (IPv6: from one network of 64 bits). Clients
 *     behind one proxy or one translated address share it, so it is large, and an idle connection
 *     makes room for a new one before that one is refused
 * @param requestTime for a request to arrive whole, from its first byte; for the first request,
 *     from the opening of the connection
 * @param idleTime until the next request begins; longer than the usual proxy keeps its connections
 * @param answerTime for the client to take each part of an answer
 */
public record ConnectionLimits(
    int connections, int perClient, Duration requestTime, Duration idleTime, Duration answerTime) {

  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(
          256, 128, Duration.ofSeconds(10), Duration.ofSeconds(75), Duration.ofSeconds(30));

  public ConnectionLimits {
    if (connections < 1 || perClient < 1 || perClient > connections) {
      throw new IllegalArgumentException(
          "connections-per-client must be at least 1 and at most connections, not %d of %d."
              .formatted(perClient, connections));
    }
    if (!requestTime.isPositive() || !idleTime.isPositive() || !answerTime.isPositive()) {
      throw new IllegalArgumentException(
          "request-time, idle-time and answer-time must be longer than 0.");
    }
  }
}
