package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.service.Health.Report;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classifier's HTTP server. It is read-only (GET and HEAD), except for what the page is allowed
 * to do, and takes no request bodies. Each request has a virtual thread of its own, so that an
 * answer may wait for a disk or another instance. Each connection has deadlines, and each client a
 * share of the connections ({@link ConnectionLimits}).
 *
 * <p>Health and metrics may be answered on a second address too, whose connections are its own:
 * what happens on the first cannot keep a probe from its answer.
 *
 * <p>Helidon's server, because the JDK's own has no server-sent events, and Javalin brings a
 * servlet container and a second language's library. From its start on, Helidon lets nothing in
 * this process read serialised Java objects, and nothing here does.
 */
public final class ServiceServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceServer.class);
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private static final String STARTED = "/health/started";
  private static final String READY = "/health/ready";
  private static final String LIVE = "/health/live";
  private static final Set<String> HEALTH = Set.of(STARTED, READY, LIVE);

  private static final HttpReply STRANGER =
      HttpReply.error(
          Status.FORBIDDEN_403,
          "The name in this request's Host header is unknown. Use an IP address, localhost, or a"
              + " name that service.hosts lists.");

  private static final HttpReply NO_BODY =
      HttpReply.error(
          Status.REQUEST_ENTITY_TOO_LARGE_413, "This service accepts no request bodies.");

  private static final Predicate<Method> READING = Method.predicate(Method.GET, Method.HEAD);

  private final Listener service;
  private final Optional<Listener> probes;

  private record Listener(WebServer server, Connections connections) implements AutoCloseable {
    @Override
    public void close() {
      server.stop();
      connections.close();
    }
  }

  /** An address cannot be listened on. */
  public static final class AddressException extends RuntimeException {

    private final String setting;
    private final InetSocketAddress address;

    AddressException(String setting, InetSocketAddress address) {
      super("the address is in use, or not one of this machine's");
      this.setting = setting;
      this.address = address;
    }

    /** Of the address. */
    public String setting() {
      return setting;
    }

    public InetSocketAddress address() {
      return address;
    }
  }

  /**
   * The content of the responses.
   *
   * @param measures in Prometheus' text format, version 0.0.4
   * @param info of numbers, strings, lists and maps, in the order of the response; without secrets
   * @param topology Kafka Streams' description
   * @param page what else there is: the live page, or nothing
   */
  public record Contents(
      Health health,
      Supplier<String> measures,
      Supplier<Map<String, ?>> info,
      String topology,
      MorphologyEndpoint morphologies,
      SurveyImagesEndpoint surveyImages,
      Optional<HttpService> page) {}

  /**
   * Listens.
   *
   * @param settings with an address to listen on
   * @throws AddressException where an address cannot be listened on
   */
  public ServiceServer(ServiceSettings settings, Contents contents) {
    service =
        listen(
            "service.address",
            settings.address().orElseThrow(),
            settings,
            name -> all(new KnownHosts(name, settings.names()), contents));
    try {
      probes =
          settings
              .probes()
              .map(
                  address ->
                      listen("service.probe-address", address, settings, _ -> forProbes(contents)));
    } catch (AddressException e) {
      service.close();
      throw e;
    }
  }

  /** Where it listens. */
  public int port() {
    return service.server.port();
  }

  /** Where it listens for probes alone. */
  public OptionalInt probePort() {
    return probes
        .map(listener -> OptionalInt.of(listener.server.port()))
        .orElse(OptionalInt.empty());
  }

  @Override
  public void close() {
    service.close();
    probes.ifPresent(Listener::close);
  }

  private static Listener listen(
      String setting,
      InetSocketAddress address,
      ServiceSettings settings,
      Function<String, HttpRouting.Builder> routing) {
    Connections connections = new Connections(settings.connections());
    WebServer server =
        WebServer.builder()
            .host(address.getHostString())
            .port(address.getPort())
            .protocolsDiscoverServices(false)
            .addConnectionSelector(connections)
            .maxPayloadSize(0)
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .directHandlers(inJson())
            .addRouting(routing.apply(address.getHostString()))
            .build()
            .start();
    if (!server.isRunning()) { // it logs why, and throws nothing
      connections.close();
      throw new AddressException(setting, address);
    }
    return new Listener(server, connections);
  }

  private static HttpRouting.Builder all(KnownHosts hosts, Contents contents) {
    HttpReply topology = HttpReply.text(HttpReply.TEXT, contents.topology);
    HttpRouting.Builder routing = routing(request -> isProbe(request) || hosts.knows(request));
    healthAndMetrics(routing, contents);
    tell(routing, "/info", _ -> HttpReply.json(Status.OK_200, contents.info.get()));
    tell(routing, "/topology", _ -> topology);
    tell(routing, MorphologyEndpoint.PATTERN, contents.morphologies::answer);
    tell(routing, SurveyImagesEndpoint.LIST, contents.surveyImages::list);
    tell(routing, SurveyImagesEndpoint.PATTERN, contents.surveyImages::one);
    contents.page.ifPresent(routing::register);
    return elsewhere(
        routing,
        "There are /health/started, /health/ready, /health/live, /metrics, /info, /topology,"
            + " /v1/morphologies/{objectId} and /v1/survey-images, and the page at / if page.show"
            + " is true.");
  }

  /** Under each name: Prometheus and load balancers use the name that they know a pod by. */
  private static HttpRouting.Builder forProbes(Contents contents) {
    HttpRouting.Builder routing = routing(_ -> true);
    healthAndMetrics(routing, contents);
    return elsewhere(
        routing, "There are /health/started, /health/ready, /health/live and /metrics.");
  }

  private static void healthAndMetrics(HttpRouting.Builder routing, Contents contents) {
    tell(routing, STARTED, _ -> health(contents.health.started()));
    tell(routing, READY, _ -> health(contents.health.ready()));
    tell(routing, LIVE, _ -> health(contents.health.live()));
    tell(routing, "/metrics", _ -> HttpReply.text(PROMETHEUS, contents.measures.get()));
  }

  /**
   * Whether it asks for health alone, which is answered under each name: load balancers may send
   * any, and a page that reads it by DNS rebinding learns the classifier's state and its model's
   * name, no galaxy.
   */
  private static boolean isProbe(ServerRequest request) {
    return HEALTH.contains(request.path().path());
  }

  /** Refuses requests under an unknown name, and those that send what the service does not take. */
  private static HttpRouting.Builder routing(Predicate<ServerRequest> known) {
    return HttpRouting.builder()
        .addFilter(
            (chain, request, response) -> {
              if (!known.test(request)) {
                STRANGER.send(response);
              } else if (request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
                NO_BODY.with(HeaderValues.CONNECTION_CLOSE).send(response);
              } else {
                chain.proceed();
              }
            });
  }

  private static HttpRouting.Builder elsewhere(HttpRouting.Builder routing, String whatThereIs) {
    return routing
        .any((request, response) -> elsewhere(request, whatThereIs).send(response))
        .error(Throwable.class, ServiceServer::failed);
  }

  private static void tell(
      HttpRouting.Builder routing, String pattern, Function<ServerRequest, HttpReply> answer) {
    Handler handler = (request, response) -> answer.apply(request).send(response);
    routing.route(READING, PathMatchers.create(pattern), handler);
  }

  private static HttpReply health(Report report) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", report.up() ? "up" : "down");
    body.put("checks", report.checks());
    return HttpReply.json(report.up() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503, body);
  }

  private static HttpReply elsewhere(ServerRequest request, String whatThereIs) {
    return READING.test(request.prologue().method())
        ? HttpReply.error(Status.NOT_FOUND_404, "There is nothing here. " + whatThereIs)
        : HttpReply.error(
                Status.METHOD_NOT_ALLOWED_405, "This service is read-only: use GET or HEAD.")
            .with(HeaderValues.create(HeaderNames.ALLOW, "GET, HEAD"));
  }

  private static void failed(ServerRequest request, ServerResponse response, Throwable cause) {
    if (cause instanceof HttpException refused) {
      HttpReply.error(refused.status(), "The request cannot be answered: " + refused.getMessage())
          .send(response);
    } else {
      LOG.error("The request {} failed.", request.path().rawPath(), cause);
      HttpReply.error(Status.INTERNAL_SERVER_ERROR_500, "The response failed; see the log.")
          .send(response);
    }
  }

  /** What the server itself refuses, before anyone is asked. */
  private static DirectHandlers inJson() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType event : DirectHandler.EventType.values()) {
      handlers.addHandler(
          event,
          (_, _, status, headers, _) -> {
            HttpReply reply =
                HttpReply.error(status, "The request is not one that HTTP/1.1 knows.");
            HttpReply.STRICT.forEach(headers::set);
            headers.set(HeaderNames.CONTENT_TYPE, reply.contentType());
            return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .entity(reply.body())
                .keepAlive(false)
                .build();
          });
    }
    return handlers.build();
  }
}
