package dev.tuningfork.classifier.service;

import static java.util.Comparator.comparingLong;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one listening socket, within {@link ConnectionLimits}. Helidon bounds their
 * number and nothing else: a client that sends half a request, or never reads its answer, would
 * keep its connection for ever, and the socket would accept no more.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>No more than {@link ConnectionLimits#connections} connections are open, and no more than
 *       {@link ConnectionLimits#perClient} of one client.
 *   <li>A new connection is accepted at once. Where there is no room, the connection that has
 *       waited longest for a request is closed: the client's own where its share is used up, else
 *       one of the client with the most. So those who hold connections that they do not use harm
 *       nobody.
 *   <li>A connection whose request is being answered is never closed to make room. Where all are,
 *       the new one gets status 503.
 *   <li>A thread looks every moment for connections that are overdue, and closes them.
 * </ul>
 *
 * <p>Safe for use by many threads at once.
 */
final class Connections implements ServerConnectionSelector, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private static final Duration LONGEST_PERIOD = Duration.ofSeconds(1);
  private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final byte[] REFUSAL =
      refusal("All connections of this service are in use; try again later.");

  private final ConnectionLimits limits;
  private final Http1ConnectionSelector http;
  private final ScheduledExecutorService deadlines =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("service-deadlines").factory());

  // guarded by this
  private final Set<TrackedConnection> open = new HashSet<>();
  private long displaced;
  private long refused;
  private long complainedAt = System.nanoTime() - COMPLAINT_NANOS;

  @SuppressWarnings("FutureReturnValueIgnored") // it runs until this is closed
  Connections(ConnectionLimits limits) {
    this.limits = limits;
    http =
        Http1ConnectionSelector.builder()
            .config(Http1Config.builder().addReceiveListener(new Arrivals()).build())
            .build();
    long period =
        Stream.of(
                limits.requestTime().dividedBy(4),
                limits.idleTime().dividedBy(4),
                limits.answerTime().dividedBy(4),
                LONGEST_PERIOD)
            .mapToLong(Duration::toMillis)
            .min()
            .orElseThrow();
    deadlines.scheduleWithFixedDelay(
        this::cutOffOverdue, Math.max(1, period), Math.max(1, period), TimeUnit.MILLISECONDS);
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    TrackedConnection visit = new TrackedConnection(context);
    return admit(visit) ? new Admitted(visit, http.connection(visit)) : new Refused(context);
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
  }

  private synchronized boolean admit(TrackedConnection visit) {
    List<TrackedConnection> own =
        open.stream().filter(one -> one.client().equals(visit.client())).toList();
    boolean room =
        own.size() < limits.perClient()
            ? open.size() < limits.connections() || displace(open)
            : displace(own);
    if (room) {
      open.add(visit);
    } else {
      refused++;
      complain(visit.client());
    }
    return room;
  }

  /** Closes one that waits, of the client with the most of them the one that has waited longest. */
  private boolean displace(Collection<TrackedConnection> among) {
    long now = System.nanoTime();
    Map<String, Long> shares =
        open.stream()
            .collect(Collectors.groupingBy(TrackedConnection::client, Collectors.counting()));
    Comparator<TrackedConnection> order =
        comparingLong((TrackedConnection one) -> shares.getOrDefault(one.client(), 0L))
            .thenComparingLong(one -> one.waited(now))
            .reversed();
    Optional<TrackedConnection> closed =
        among.stream()
            .filter(one -> one.waited(now) >= 0)
            .sorted(order)
            .filter(TrackedConnection::cutOffIfWaiting)
            .findFirst();
    closed.ifPresent(
        one -> {
          open.remove(one);
          displaced++;
          complain(one.client());
        });
    return closed.isPresent();
  }

  private synchronized void leave(TrackedConnection visit) {
    open.remove(visit);
  }

  private synchronized void cutOffOverdue() {
    long now = System.nanoTime();
    List<TrackedConnection> overdue =
        open.stream().filter(one -> one.isOverdue(limits, now)).toList();
    overdue.forEach(TrackedConnection::cutOff);
    overdue.forEach(open::remove);
    if (!overdue.isEmpty()) {
      LOG.debug("{} connections were closed at their deadlines.", overdue.size());
    }
  }

  /** At most once a minute. */
  private void complain(String client) {
    long now = System.nanoTime();
    if (now - complainedAt >= COMPLAINT_NANOS) {
      LOG.warn(
          "The service has no free connections: so far, {} idle ones were closed and {} new ones"
              + " refused, the last from {}. See service.connections.",
          displaced,
          refused,
          client);
      complainedAt = now;
    }
  }

  private static byte[] refusal(String sentence) {
    String body = "{\"error\":\"" + sentence + "\"}";
    return ("HTTP/1.1 503 Service Unavailable\r\nContent-Type: "
            + HttpReply.JSON
            + "\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Helidon says which connection a request has arrived on. */
  private static final class Arrivals implements Http1ConnectionListener {
    @Override
    public void headers(ConnectionContext context, Headers headers) {
      if (context instanceof TrackedConnection visit) {
        visit.requestArrived();
      }
    }
  }

  private final class Admitted implements ServerConnection, InterruptableTask<Void> {

    private final TrackedConnection visit;
    private final ServerConnection connection;

    Admitted(TrackedConnection visit, ServerConnection connection) {
      this.visit = visit;
      this.connection = connection;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      try {
        connection.handle(limit);
      } catch (ServerConnectionException e) {
        if (visit.isWriting()) {
          LOG.info(
              "A client at {} closed its connection before the response was complete.",
              visit.remotePeer().host());
        }
        throw e;
      } finally {
        leave(visit);
      }
    }

    @Override
    public Duration idleTime() {
      return Duration.ZERO; // its deadlines are those of the limits
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
      return connection instanceof InterruptableTask<?> task && task.canInterrupt();
    }
  }

  private record Refused(ConnectionContext context) implements ServerConnection {

    @Override
    public void handle(Limit limit) {
      context.dataWriter().writeNow(BufferData.create(REFUSAL));
    }

    @Override
    public Duration idleTime() {
      return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
      // it ends by itself
    }
  }
}
