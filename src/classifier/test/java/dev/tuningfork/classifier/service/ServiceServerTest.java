package dev.tuningfork.classifier.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tuningfork.classifier.service.Health.Check;
import dev.tuningfork.classifier.service.Health.Report;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.sse.SseSink;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What clients can do to the service, over real sockets. */
@Timeout(60)
class ServiceServerTest {

  private static final InetSocketAddress ANY_PORT =
      InetSocketAddress.createUnresolved("127.0.0.1", 0);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** More than the buffers of both sockets hold. */
  private static final int LARGE = 64 << 20;

  private static final List<String> PROBED =
      List.of("/health/live", "/health/ready", "/health/started", "/metrics");
  private static final List<String> ALL =
      List.of(
          "/health/live",
          "/health/ready",
          "/health/started",
          "/metrics",
          "/info",
          "/topology",
          "/v1/morphologies/1",
          "/page",
          "/nowhere");

  private final CountDownLatch released = new CountDownLatch(1);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    released.countDown();
    while (!open.isEmpty()) {
      open.removeFirst().close();
    }
  }

  /** What a client may send and then say no more. */
  static List<String> halves() {
    return List.of(
        "",
        "GE",
        "GET /health/live HTTP/1.1\r\nHost: local",
        "POST /info HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf",
        "POST /page HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health/live HT");
  }

  @ParameterizedTest
  @MethodSource("halves")
  void anIncompleteRequestDoesNotBlockOtherClients(String half) throws Exception {
    ServiceServer server = serve(new ConnectionLimits(64, 32, NEVER, NEVER, NEVER), "");
    for (int i = 0; i < 300; i++) {
      send(connect(server.port(), "127.0.0.1"), half);
    }
    for (String path : ALL) {
      assertThat(ask(server.port(), path, "localhost", "127.0.0.1")).as(path).isNotEmpty();
      assertThat(ask(server.port(), path, "localhost", "127.0.0.2")).as(path).isNotEmpty();
    }
    assertThat(ask(server.port(), "/health/live", "localhost", "127.0.0.1")).contains("200");
  }

  @ParameterizedTest
  @MethodSource("halves")
  void anIncompleteRequestTimesOut(String half) throws Exception {
    ServiceServer server = serve(new ConnectionLimits(64, 32, SOON, SOON, NEVER), "");
    Socket socket = connect(server.port(), "127.0.0.1");
    send(socket, half);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    try {
      socket.getInputStream().readAllBytes();
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /", "GET /health/live HTTP/1.1\r\nX-Drip: "})
  void aSlowRequestTimesOut(String begin) throws Exception {
    ServiceServer server = serve(new ConnectionLimits(64, 32, SOON, NEVER, NEVER), "");
    Socket socket = connect(server.port(), "127.0.0.1");
    send(socket, begin);
    await("the connection to be closed")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> isRefused(socket, "x"));
  }

  @Test
  void aConnectionIsKeptBetweenRequestsUntilItHasIdledForItsTime() throws Exception {
    ServiceServer server =
        serve(new ConnectionLimits(64, 32, Duration.ofSeconds(30), SOON, NEVER), "");
    Socket socket = connect(server.port(), "127.0.0.1");
    socket.setSoTimeout((int) PATIENCE.toMillis());
    String request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    send(socket, request + request);
    String answers = new String(socket.getInputStream().readAllBytes(), UTF_8);
    assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
  }

  @Test
  void anAnswerThatNobodyReadsIsNotWrittenForLongerThanItsTime() throws Exception {
    ServiceServer server =
        serve(new ConnectionLimits(64, 32, NEVER, NEVER, SOON), "x".repeat(LARGE));
    Socket socket = connect(server.port(), "127.0.0.1");
    send(socket, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await("the connection to be closed").atMost(PATIENCE).until(() -> isRefused(socket, "\r\n"));
  }

  @Test
  void eventsThatNobodyReadsAreNotWrittenForLongerThanTheirTime() throws Exception {
    ServiceServer server = serve(new ConnectionLimits(64, 32, NEVER, NEVER, SOON), "");
    Socket socket = connect(server.port(), "127.0.0.1");
    send(
        socket,
        "GET /page/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
    await("the connection to be closed").atMost(PATIENCE).until(() -> isRefused(socket, "\r\n"));
  }

  @Test
  void aClientHasAShareAndOthersHaveTheirs() throws Exception {
    ServiceServer server = serve(new ConnectionLimits(8, 4, NEVER, NEVER, NEVER), "");
    List<Socket> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Socket socket = connect(server.port(), "127.0.0.2");
      send(socket, "GET /page/held HTTP/1.1\r\nHost: localhost\r\n\r\n");
      held.add(socket);
    }
    await("the share to be used up")
        .atMost(PATIENCE)
        .until(() -> ask(server.port(), "/health/live", "localhost", "127.0.0.2").contains("503"));
    assertThat(ask(server.port(), "/health/live", "localhost", "127.0.0.1")).contains("200");
    released.countDown();
    for (Socket socket : held) {
      assertThat(firstLine(socket)).contains("200");
    }
  }

  @Test
  void probesAreAnsweredWhileOtherPathsAreBusy() throws Exception {
    ServiceServer server = serve(new ConnectionLimits(8, 8, NEVER, NEVER, NEVER), "");
    for (int i = 0; i < 8; i++) {
      send(
          connect(server.port(), "127.0.0.1"),
          "GET /page/held HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    await("the connections to be used up")
        .atMost(PATIENCE)
        .until(() -> ask(server.port(), "/health/live", "localhost", "127.0.0.1").contains("503"));
    int probes = server.probePort().orElseThrow();
    for (String path : PROBED) {
      assertThat(ask(probes, path, "10.1.2.3:8081", "127.0.0.1")).as(path).contains("200");
    }
    assertThat(ask(probes, "/info", "localhost", "127.0.0.1")).contains("404");
  }

  @Test
  void noPathButHealthIsAnsweredUnderANameThatIsNotKnown() throws Exception {
    ServiceServer server = serve(ConnectionLimits.DEFAULT, "");
    for (String path : ALL) {
      for (String host : List.of("evil.example.org", "evil", "127.0.0.1.example.org:80", "")) {
        if (!path.startsWith("/health/")) {
          assertThat(ask(server.port(), path, host, "127.0.0.1"))
              .as(path)
              .containsAnyOf("403", "400");
        }
      }
      for (String host :
          List.of("localhost", "127.0.0.1:80", "[::1]:80", "10.0.0.7", "sky.example.org")) {
        assertThat(ask(server.port(), path, host, "127.0.0.1")).as(path).doesNotContain("403");
      }
    }
  }

  /** What a request says about its host besides the usual; a blank line ends each. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /info HTTP/1.1\r\n",
        "GET /info HTTP/1.0\r\n",
        "GET /info HTTP/1.1\r\nHost:\r\n",
        "GET /info HTTP/1.0\r\nHost: evil.example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: localhost\r\nHost: evil.example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: evil.example.org\r\nHost: localhost\r\n",
        "GET /info HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n",
        "GET /info HTTP/1.1\r\nHost: localhost, evil.example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: evil.example.org\r\nX-Forwarded-Host: localhost\r\n",
        "GET /info HTTP/1.1\r\nHost: evil.example.org\r\nForwarded: host=localhost\r\n",
        "GET http://evil.example.org/info HTTP/1.1\r\nHost: localhost\r\n",
        "GET HTTP://evil.example.org:80/info HTTP/1.1\r\nHost: localhost\r\n",
        "GET http://localhost@evil.example.org/info HTTP/1.1\r\nHost: localhost\r\n",
        "GET http://localhost/info HTTP/1.1\r\nHost: evil.example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: user@evil.example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: evil.example.org:80@localhost\r\n",
        "GET /info HTTP/1.1\r\nHost: evil.example.org/localhost\r\n",
        "GET /info HTTP/1.1\r\nHost: localhost.example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: sky.example.org.evil.org\r\n",
        "GET /info HTTP/1.1\r\nHost: [::1\r\n",
        "GET /info HTTP/1.1\r\nHost: [::1].example.org\r\n",
        "GET /info HTTP/1.1\r\nHost: localhost:80:80\r\n",
        "GET /info HTTP/1.1\r\nHost: localhost:http\r\n",
        "GET /info HTTP/1.1\r\nHost: 127.0.0.1.example.org\r\n",
      })
  void aHostThatIsForeignDoubtfulOrMissingGetsNothing(String head) throws Exception {
    ServiceServer server = serve(ConnectionLimits.DEFAULT, "");
    try (Socket socket = connect(server.port(), "127.0.0.1")) {
      send(socket, head + "Connection: close\r\n\r\n");
      assertThat(firstLine(socket)).containsAnyOf("400", "403", "505", "null");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOCALHOST",
        "localhost.",
        "Galaxies.LocalHost:8080",
        "SKY.example.ORG",
        "sky.example.org.:443",
        "127.0.0.1",
        "[::1]",
        "[::1]:8080",
        "[2001:DB8::7]",
      })
  void aKnownHostIsAnsweredInEverySpelling(String host) throws Exception {
    ServiceServer server = serve(ConnectionLimits.DEFAULT, "");
    assertThat(ask(server.port(), "/info", host, "127.0.0.1")).contains("200");
    assertThat(ask(server.port(), "http://" + host + "/info", host, "127.0.0.1")).contains("200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health/../metrics",
        "/health/%2e%2e/info",
        "//metrics",
        "/health",
        "/./metrics",
        "/health/..%2finfo",
        "/health//../info",
        "/health/;/../info"
      })
  void noSpellingOfAPathMakesItHealth(String path) throws Exception {
    ServiceServer server = serve(ConnectionLimits.DEFAULT, "");
    assertThat(ask(server.port(), path, "evil.example.org", "127.0.0.1"))
        .containsAnyOf("403", "400", "404");
  }

  @Test
  void probesAreAnsweredUnderTheNamesThatProbesUse() throws Exception {
    ServiceServer server = serve(ConnectionLimits.DEFAULT, "");
    int probes = server.probePort().orElseThrow();
    for (String host : List.of("classifier-0.classifier.sky.svc.cluster.local:8081", "lb.org")) {
      for (String path : PROBED) {
        assertThat(ask(probes, path, host, "127.0.0.1")).as(path).contains("200");
        assertThat(ask(server.port(), path, host, "127.0.0.1"))
            .as(path)
            .contains(path.startsWith("/health/") ? "200" : "403");
      }
      assertThat(ask(probes, "/info", host, "127.0.0.1")).contains("404");
    }
  }

  @Test
  void aClientThatGoesAwayIsOneLineInTheLog() throws Exception {
    ServiceServer server =
        serve(new ConnectionLimits(64, 32, NEVER, NEVER, NEVER), "x".repeat(LARGE));
    List<LogRecord> platform = listenToPlatformLog();
    ListAppender<ILoggingEvent> log = listenToLog();
    for (String path : List.of("/metrics", "/page/events")) {
      Socket socket = connect(server.port(), "127.0.0.1");
      send(
          socket,
          "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream, */*\r\n\r\n");
      assertThat(firstLine(socket)).contains("200");
      socket.setSoLinger(true, 0);
      socket.close();
    }
    await("the service to notice").atMost(PATIENCE).until(() -> log.list.size() == 2);
    assertThat(log.list)
        .allSatisfy(
            event -> {
              assertThat(event.getFormattedMessage()).contains("closed its connection");
              assertThat(event.getThrowableProxy()).isNull();
            });
    assertThat(platform).isEmpty();
  }

  @Test
  void anAddressThatIsTakenIsNamedWithItsSetting() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = InetSocketAddress.createUnresolved("127.0.0.1", taken.getLocalPort());
      ServiceSettings settings = settings(Optional.of(address), ConnectionLimits.DEFAULT);
      assertThatThrownBy(() -> new ServiceServer(settings, contents("")))
          .isInstanceOfSatisfying(
              ServiceServer.AddressException.class,
              e -> assertThat(e.setting()).isEqualTo("service.probe-address"));
    }
  }

  private ServiceServer serve(ConnectionLimits limits, String measures) {
    ServiceServer server =
        new ServiceServer(settings(Optional.of(ANY_PORT), limits), contents(measures));
    open.addLast(server);
    return server;
  }

  private static ServiceSettings settings(
      Optional<InetSocketAddress> probes, ConnectionLimits limits) {
    return new ServiceSettings(
        Optional.of(ANY_PORT),
        false,
        64 << 20,
        64 << 20,
        PageSettings.DEFAULT,
        probes,
        List.of("sky.example.org"),
        limits);
  }

  private ServiceServer.Contents contents(String measures) {
    Report up = Report.of(new Check("all", true, "It is up."));
    Health health =
        new Health() {
          @Override
          public Report started() {
            return up;
          }

          @Override
          public Report ready() {
            return up;
          }

          @Override
          public Report live() {
            return up;
          }
        };
    HttpService page =
        rules ->
            rules
                .get("/page", (_, response) -> response.send("page"))
                .get(
                    "/page/held",
                    (_, response) -> {
                      released.await();
                      response.send("held");
                    })
                .get(
                    "/page/events",
                    (_, response) -> {
                      try (SseSink sink = response.sink(SseSink.TYPE)) {
                        while (true) {
                          sink.emit(SseEvent.create("x".repeat(100_000)));
                        }
                      }
                    });
    return new ServiceServer.Contents(
        health,
        () -> measures,
        Map::of,
        "topology",
        new MorphologyEndpoint(Optional.empty()),
        new SurveyImagesEndpoint(Optional.empty()),
        Optional.of(page));
  }

  private Socket connect(int port, String from) throws IOException {
    Socket socket = new Socket("127.0.0.1", port, InetAddress.getByName(from), 0);
    open.addFirst(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  private String ask(int port, String path, String host, String from) throws IOException {
    try (Socket socket = connect(port, from)) {
      send(
          socket, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(path, host));
      return firstLine(socket);
    }
  }

  private static String firstLine(Socket socket) throws IOException {
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return String.valueOf(
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine());
  }

  /** Whether the other side takes no more. */
  private static boolean isRefused(Socket socket, String more) {
    try {
      send(socket, more);
      return false;
    } catch (IOException closed) {
      return true;
    }
  }

  private ListAppender<ILoggingEvent> listenToLog() {
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.tuningfork");
    logger.setLevel(ch.qos.logback.classic.Level.INFO);
    logger.addAppender(appender);
    open.addLast(
        () -> {
          logger.detachAppender(appender);
          logger.setLevel(null);
        });
    return appender;
  }

  /** What Helidon writes. */
  private List<LogRecord> listenToPlatformLog() {
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public synchronized void publish(LogRecord record) {
            if (record.getThrown() != null) {
              records.add(record);
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
    root.addHandler(handler);
    open.addLast(() -> root.removeHandler(handler));
    return records;
  }
}
