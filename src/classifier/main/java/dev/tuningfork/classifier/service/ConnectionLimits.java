package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.time.Duration;

/** Limits on the connections of one listening socket. */
public record ConnectionLimits(
    int connections, int perClient, Duration requestTime, Duration idleTime, Duration answerTime) {

  public static final Section SECTION = new Section("service", ServiceSettings.TITLE);

  /**
   * The most connections that are open on each of the two addresses. At the limit, a new connection
   * replaces the one that has been idle longest; if none is idle, the new one gets 503.
   */
  public static final Setting<Integer> CONNECTIONS =
      SECTION.count("connections", 256, "connections");

  /**
   * The most connections that are open from one client address (IPv6: from one /64 network).
   * Clients behind a proxy share its address.
   */
  public static final Setting<Integer> PER_CLIENT =
      SECTION.computed(
          "connections-per-client",
          SettingType.count("connections"),
          "half of `service.connections`",
          values -> Math.max(1, values.get(CONNECTIONS) / 2));

  /**
   * How long a request may take to arrive completely, from its first byte, or from the opening of
   * the connection for its first request.
   */
  public static final Setting<Duration> REQUEST_TIME =
      SECTION.time("request-time", Duration.ofSeconds(10));

  /**
   * How long a connection may be idle before it is closed. Keep it longer than a proxy in front
   * keeps its connections.
   */
  public static final Setting<Duration> IDLE_TIME =
      SECTION.time("idle-time", Duration.ofSeconds(75));

  /** How long a client may take to accept each part of a response. */
  public static final Setting<Duration> ANSWER_TIME =
      SECTION.time("answer-time", Duration.ofSeconds(30));

  public static final ConnectionLimits DEFAULT = of(SettingValues.NONE);

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

  static ConnectionLimits of(SettingValues values) {
    return new ConnectionLimits(
        values.get(CONNECTIONS),
        values.get(PER_CLIENT),
        values.get(REQUEST_TIME),
        values.get(IDLE_TIME),
        values.get(ANSWER_TIME));
  }
}
