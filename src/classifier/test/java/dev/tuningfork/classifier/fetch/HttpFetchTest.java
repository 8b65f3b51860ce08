package dev.tuningfork.classifier.fetch;

import static dev.tuningfork.classifier.fetch.Fetching.assertGivenUp;
import static dev.tuningfork.classifier.fetch.Fetching.assertRefused;
import static dev.tuningfork.classifier.fetch.Fetching.image;
import static dev.tuningfork.classifier.fetch.ScriptedServer.hang;
import static dev.tuningfork.classifier.fetch.ScriptedServer.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real server on the loopback address, which is listed unless a test says otherwise. */
@Timeout(30)
class HttpFetchTest {

  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";

  private static final FetchPolicy LOOPBACK = policy(List.of("127.0.0.1:*"), List.of("127.0.0.1"));

  private final SurveyImageFetcher fetcher = new SurveyImageFetcher(Fetching.quick(LOOPBACK));
  private final SurveyImageFetcher hasty = new SurveyImageFetcher(Fetching.hasty(LOOPBACK));

  @AfterEach
  void close() {
    fetcher.close();
    hasty.close();
  }

  private static FetchPolicy policy(List<String> hosts, List<String> networks) {
    return new FetchPolicy(Set.of("http", "https"), hosts, networks, List.of(), Set.of());
  }

  private static SurveyImageFetcher fetcher(
      List<String> hosts, List<String> networks, HttpSource.Names names) {
    return new SurveyImageFetcher(
        Fetching.quick(policy(hosts, networks)), names, DefaultClientTlsStrategy::createDefault);
  }

  private static ScriptedServer answering(String answer) throws IOException {
    return new ScriptedServer((number, out) -> write(out, answer));
  }

  @Test
  void anImageComesWithItsHash() throws Exception {
    try (var server = answering(OK)) {
      FetchedImage image = fetcher.fetch(image(server.uri("/a%2Fb.jpg?ra=1&dec=2#top")));

      assertThat(image.bytes()).asString().isEqualTo("abc");
      assertThat(image.sha256())
          .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      assertThat(image.attempts()).isEqualTo(1);
    }
  }

  @Test
  void theRequestAsksForImagesAsTheyAreAndSaysWhoAsks() throws Exception {
    try (var server = answering(OK)) {
      fetcher.fetch(image(server.uri("/a%2Fb.jpg?ra=1&dec=2#top")));

      List<String> request = server.requests().getFirst();
      assertThat(request)
          .contains(
              "GET /a%2Fb.jpg?ra=1&dec=2 HTTP/1.1",
              "Host: 127.0.0.1:" + server.port(),
              "User-Agent: tuning-fork-test",
              "Accept-Encoding: identity")
          .anyMatch(line -> line.startsWith("Accept: ") && line.contains("image/fits"))
          .noneMatch(line -> line.startsWith("Cookie") || line.startsWith("Authorization"));
    }
  }

  @Test
  void cookiesAreNotKept() throws Exception {
    try (var server =
        answering(OK.replace("Connection", "Set-Cookie: a=b; Path=/\r\nConnection"))) {
      fetcher.fetch(image(server.uri("/1")));
      fetcher.fetch(image(server.uri("/2")));

      assertThat(server.requests().getLast()).noneMatch(line -> line.startsWith("Cookie"));
    }
  }

  @Test
  void aConnectionIsUsedAgain() throws Exception {
    Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          clients.add(exchange.getRemoteAddress());
          exchange.sendResponseHeaders(200, 3);
          exchange.getResponseBody().write(new byte[3]);
          exchange.close();
        });
    server.start();
    try {
      for (int i = 0; i < 5; i++) {
        fetcher.fetch(image("http://127.0.0.1:" + server.getAddress().getPort() + "/" + i));
      }
    } finally {
      server.stop(0);
    }

    assertThat(clients).hasSize(1);
  }

  // ---- what is refused for good

  @ParameterizedTest
  @ValueSource(
      strings = {
        "404 Not Found",
        "403 Forbidden",
        "401 Unauthorized",
        "410 Gone",
        "304 Not Modified",
        "204 No Content",
        "206 Partial Content"
      })
  void aRefusalIsPermanentAndQuotesTheStatus(String status) throws Exception {
    try (var server = answering("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "the server answered " + status);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aHostThatIsNotAllowedIsNotEvenLookedUp() {
    AtomicInteger lookUps = new AtomicInteger();
    try (var strict =
        fetcher(
            List.of("images.example.org"),
            List.of("0.0.0.0/0"),
            name -> {
              lookUps.incrementAndGet();
              throw new UnknownHostException(name);
            })) {
      assertRefused(
          strict,
          "http://evil.example.org/a.jpg",
          0,
          "evil.example.org:80 is not among the allowed hosts");
      assertRefused(
          strict, "http://images.example.org:22/a.jpg", 0, "not among the allowed hosts and ports");
      assertRefused(
          strict,
          "http://me:pw@images.example.org/a.jpg",
          0,
          "http://***@images.example.org/a.jpg: it carries a user name");
    }
    assertThat(lookUps).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "169.254.169.254",
        "10.1.2.3",
        "::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1"
      })
  void anAllowedNameThatPointsInsideIsRefused(String address) {
    try (var strict =
        fetcher(List.of("*"), List.of(), _ -> new InetAddress[] {InetAddress.ofLiteral(address)})) {
      assertRefused(
          strict,
          "http://images.example.org/a.jpg",
          1,
          "images.example.org has the address ",
          "add its network to fetch.networks");
    }
  }

  @Test
  void oneInsideAddressAmongPublicOnesIsEnough() {
    try (var strict =
        fetcher(
            List.of("*"),
            List.of(),
            _ ->
                new InetAddress[] {
                  InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral("127.0.0.1")
                })) {
      assertRefused(
          strict, "http://images.example.org/a.jpg", 1, "127.0.0.1, which is a loopback address");
    }
  }

  @Test
  void anAddressAsHostIsRefusedAlikeWhereItsNetworkIsNotListed() throws Exception {
    try (var server = answering(OK);
        var strict = fetcher(List.of("*:*"), List.of(), InetAddress::getAllByName)) {
      assertRefused(strict, server.uri("/a.jpg"), 1, "127.0.0.1, which is a loopback address");
      assertRefused(
          strict, "http://[::1]:" + server.port() + "/", 1, "which is a loopback address");
      assertRefused(
          strict,
          "http://[::ffff:127.0.0.1]:" + server.port() + "/",
          1,
          "which is a loopback address");
      assertThat(server.requests()).isEmpty();
    }
  }

  /** The second answer would be another one: so it must not be asked for. */
  @Test
  void aNameIsResolvedOnceAndItsCheckedAddressIsTheOneThatIsAsked() throws Exception {
    AtomicInteger lookUps = new AtomicInteger();
    try (var server = answering(OK);
        var rebound =
            fetcher(
                List.of("rebind.example.org:*"),
                List.of("127.0.0.1"),
                _ ->
                    new InetAddress[] {
                      InetAddress.ofLiteral(
                          lookUps.getAndIncrement() == 0 ? "127.0.0.1" : "169.254.169.254")
                    })) {
      assertThat(rebound.fetch(image("http://rebind.example.org:" + server.port() + "/")).bytes())
          .hasSize(3);
      assertThat(server.requests().getFirst())
          .contains("Host: rebind.example.org:" + server.port());
      assertRefused(
          rebound, "http://rebind.example.org:" + server.port() + "/", 1, "169.254.169.254");
    }
    assertThat(lookUps).hasValue(2);
  }

  // ---- redirects

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirectsAreFollowed(int status) throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) ->
                write(out, number < 3 ? redirect(status, "../" + number + "/x?y=%20") : OK))) {
      assertThat(fetcher.fetch(image(server.uri("/a/b/c"))).bytes()).hasSize(3);
      assertThat(server.requests())
          .extracting(List::getFirst)
          .containsExactly(
              "GET /a/b/c HTTP/1.1",
              "GET /a/0/x?y=%20 HTTP/1.1",
              "GET /a/1/x?y=%20 HTTP/1.1",
              "GET /a/2/x?y=%20 HTTP/1.1");
    }
  }

  @Test
  void aRedirectOfTheQueryKeepsThePath() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) -> write(out, number == 0 ? redirect(302, "?size=2") : OK))) {
      fetcher.fetch(image(server.uri("/a/b?size=1")));
      assertThat(server.requests().getLast()).contains("GET /a/b?size=2 HTTP/1.1");
    }
  }

  private static String redirect(int status, String location) {
    return "HTTP/1.1 "
        + status
        + " Elsewhere\r\nLocation: "
        + location
        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://127.0.0.2/",
        "http://[::1]/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "data:,abc",
        "s3://bucket/key",
        "gopher://127.0.0.1/",
        "http://2130706433/",
        "http://me:pw@127.0.0.1/",
        "http://exa mple.org/",
        "http:///",
      })
  void aRedirectIsHeldToTheSameRules(String location) throws Exception {
    try (var server = answering(redirect(302, location))) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "it was redirected ");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aRedirectToAnAllowedNameIsHeldToItsAddresses() throws Exception {
    try (var server = answering(redirect(302, "http://inside.example.org/"));
        var strict =
            fetcher(
                List.of("127.0.0.1:*", "*.example.org"),
                List.of("127.0.0.1"),
                name ->
                    new InetAddress[] {
                      InetAddress.ofLiteral(name.equals("127.0.0.1") ? name : "10.0.0.1")
                    })) {
      assertRefused(
          strict,
          server.uri("/"),
          1,
          "it was redirected to http://inside.example.org/",
          "10.0.0.1, which is a private address");
    }
  }

  @Test
  void aLoopOfRedirectsEnds() throws Exception {
    try (var server = answering(redirect(302, "/again?token=secret"))) {
      assertRefused(
          fetcher, server.uri("/a.jpg"), 1, "redirected more than 3 times", "/again?token=***");
      assertThat(server.requests()).hasSize(4);
    }
  }

  @Test
  void aRedirectToNowhereIsRefused() throws Exception {
    try (var server = answering("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "without a location");
    }
  }

  // ---- size and time

  @Test
  void anAnnouncedSizeBeyondTheLimitIsRefusedUnread() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              write(out, "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n");
              hang();
            })) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "999,999,999,999 bytes, more than the limit");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Transfer-Encoding: chunked", "Connection: close"})
  void aBodyWithoutEndIsCutOffAtTheLimit(String header) throws Exception {
    byte[] piece = new byte[8192];
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              write(out, "HTTP/1.1 200 OK\r\n" + header + "\r\n\r\n");
              while (true) {
                if (header.startsWith("T")) {
                  write(out, "2000\r\n");
                }
                out.write(piece);
                if (header.startsWith("T")) {
                  write(out, "\r\n");
                }
              }
            })) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "more bytes than the limit of 100,000");
    }
  }

  @Test
  void aBodyThatEndsBeforeItsAnnouncedLengthIsTriedAgain() throws Exception {
    try (var server =
        new ScriptedServer((number, out) -> write(out, number == 0 ? OK.replace("3", "4") : OK))) {
      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).attempts()).isEqualTo(2);
    }
  }

  @Test
  void aBodyLongerThanItsAnnouncedLengthIsCutThere() throws Exception {
    try (var server = answering(OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")) {
      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).bytes()).asString().isEqualTo("abc");
      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).bytes()).asString().isEqualTo("abc");
    }
  }

  @Test
  void whatIsCompressedOnTheWayStaysCompressed() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (OutputStream zip = new GZIPOutputStream(bomb)) {
      zip.write(new byte[10_000_000]);
    }
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              write(
                  out,
                  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                      + bomb.size()
                      + "\r\n\r\n");
              out.write(bomb.toByteArray());
            })) {
      assertThat(fetcher.fetch(image(server.uri("/a.fits.gz"))).bytes())
          .isEqualTo(bomb.toByteArray());
    }
  }

  @Test
  void aHostThatNeverAnswersTimesOut() throws Exception {
    try (var server = new ScriptedServer((number, out) -> hang())) {
      Instant start = Instant.now();

      assertGivenUp(hasty, server.uri("/a.jpg"), 3, "after 3 attempts");
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
      assertThat(server.requests()).hasSize(3);
    }
  }

  /** Every read succeeds within the time of a read, but all of them together take too long. */
  @Test
  void aSlowBodyTimesOut() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              write(out, "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n");
              drip(out, "x");
            })) {
      assertGivenUp(hasty, server.uri("/a.jpg"), 3, "it was incomplete after 0.3 s");
    }
  }

  @Test
  void aSlowHeaderTimesOut() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              write(out, "HTTP/1.1 200 OK\r\n");
              drip(out, "A: b\r\n");
            })) {
      assertGivenUp(hasty, server.uri("/a.jpg"), 3, "it was incomplete after 0.3 s");
    }
  }

  private static void drip(OutputStream out, String drop) throws IOException, InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    do {
      write(out, drop);
    } while (!never.await(20, TimeUnit.MILLISECONDS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A: ", "A: b\r\n"})
  void aHeadWithoutEndIsCutOff(String header) throws Exception {
    byte[] piece = header.repeat(100).getBytes(StandardCharsets.ISO_8859_1);
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              write(out, "HTTP/1.1 200 OK\r\n");
              while (true) {
                out.write(piece);
              }
            })) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "did not answer in HTTP");
    }
  }

  @Test
  void endlessInterimResponsesTimeOut() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              while (true) {
                write(out, "HTTP/1.1 103 Early Hints\r\n\r\n");
              }
            })) {
      assertGivenUp(hasty, server.uri("/a.jpg"), 3, "it was incomplete after 0.3 s");
    }
  }

  @Test
  void whatIsNotHttpIsRefused() throws Exception {
    try (var server = answering("SSH-2.0-OpenSSH_9.2\r\n".repeat(100))) {
      assertRefused(fetcher, server.uri("/a.jpg"), 1, "did not answer in HTTP");
    }
  }

  // ---- what may pass

  @ParameterizedTest
  @ValueSource(
      strings = {
        "500 Internal Server Error",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
        "429 Too Many Requests",
        "408 Request Timeout"
      })
  void aTransientFailureIsRetriedUntilItSucceeds(String status) throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) ->
                write(
                    out,
                    number < 2 ? "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n" : OK))) {
      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).attempts()).isEqualTo(3);
    }
  }

  @Test
  void aPersistentFailureEndsAfterAllAttempts() throws Exception {
    try (var server = answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")) {
      assertGivenUp(
          fetcher,
          server.uri("/a.jpg"),
          3,
          "the server answered 503 Busy, and so after 3 attempts");
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void aHostThatAsksForAPauseGetsIt() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) ->
                write(
                    out,
                    number == 0
                        ? "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
                        : OK))) {
      Instant start = Instant.now();

      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).attempts()).isEqualTo(2);
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }
  }

  @Test
  void aHostThatAsksForAPauseByDateGetsIt() throws Exception {
    DateTimeFormatter imfFixdate = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    try (var server =
        new ScriptedServer(
            (number, out) ->
                write(
                    out,
                    number == 0
                        ? "HTTP/1.1 503 Slow\r\nRetry-After: "
                            + imfFixdate.format(Instant.now().plusSeconds(2)).replace("Z", "GMT")
                            + "\r\nContent-Length: 0\r\n\r\n"
                        : OK))) {
      Instant start = Instant.now();

      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).attempts()).isEqualTo(2);
      assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofMillis(900));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3600", "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
  void aPauseBeyondTheTotalTimeIsNotWaitedFor(String pause) throws Exception {
    try (var server =
        answering(
            "HTTP/1.1 503 Closed\r\nRetry-After: " + pause + "\r\nContent-Length: 0\r\n\r\n")) {
      assertGivenUp(fetcher, server.uri("/a.jpg"), 1, "503 Closed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-5", "", "1e9", "99999999999999999999"})
  void aPauseThatCannotBeReadIsTheUsualOne(String pause) throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) ->
                write(
                    out,
                    number == 0
                        ? "HTTP/1.1 503 Slow\r\nRetry-After: "
                            + pause
                            + "\r\nContent-Length: 0\r\n\r\n"
                        : OK))) {
      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).attempts()).isEqualTo(2);
    }
  }

  @Test
  void aClosedPortIsTriedAgain() throws Exception {
    assertGivenUp(
        fetcher,
        "http://127.0.0.1:" + Fetching.closedPort() + "/a.jpg",
        3,
        "did not accept a connection");
  }

  @Test
  void aNameWithoutAddressIsTriedAgain() {
    try (var lost =
        fetcher(
            List.of("*"),
            List.of(),
            name -> {
              throw new UnknownHostException(name);
            })) {
      assertGivenUp(
          lost,
          "http://images.example.org/a.jpg",
          3,
          "no address was found for images.example.org");
    }
  }

  @Test
  void aConnectionThatBreaksIsTriedAgain() throws Exception {
    try (var server =
        new ScriptedServer(
            (number, out) -> {
              if (number > 0) {
                write(out, OK);
              }
            })) {
      assertThat(fetcher.fetch(image(server.uri("/a.jpg"))).attempts()).isEqualTo(2);
    }
  }

  // ---- threads

  @Test
  void anInterruptEndsTheWaitAtOnceOnAnyKindOfThread() throws Exception {
    for (Thread.Builder kind : List.of(Thread.ofVirtual(), Thread.ofPlatform())) {
      CountDownLatch asked = new CountDownLatch(1);
      try (var server =
              new ScriptedServer(
                  (number, out) -> {
                    asked.countDown();
                    hang();
                  });
          var patient = new SurveyImageFetcher(Fetching.patient(LOOPBACK));
          ExecutorService threads = Executors.newThreadPerTaskExecutor(kind.factory())) {
        Future<String> outcome =
            threads.submit(
                () -> {
                  FetchException failure = Fetching.failure(patient, image(server.uri("/a.jpg")));
                  return failure.kind().label() + " " + Thread.currentThread().isInterrupted();
                });
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        threads.shutdownNow();

        assertThat(outcome.get(2, TimeUnit.SECONDS)).isEqualTo("transient true");
      }
    }
  }

  @Test
  void anInterruptEndsThePauseBetweenAttempts() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (var server =
            new ScriptedServer(
                (number, out) -> {
                  write(out, "HTTP/1.1 503 Slow\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n");
                  asked.countDown();
                });
        var patient = new SurveyImageFetcher(Fetching.patient(LOOPBACK));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<FetchException> outcome =
          threads.submit(() -> Fetching.failure(patient, image(server.uri("/a.jpg"))));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      threads.shutdownNow();

      assertThat(outcome.get(2, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
    }
  }

  @Test
  void aHangingHostDoesNotHoldUpAnother() throws Exception {
    CountDownLatch hanging = new CountDownLatch(20);
    try (var bad = new ScriptedServer((number, out) -> hang());
        var good = answering(OK);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        threads.submit(
            () -> {
              hanging.countDown();
              return fetcher.fetch(image(bad.uri("/a.jpg")));
            });
      }
      assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();

      assertThat(fetcher.fetch(image(good.uri("/a.jpg"))).attempts()).isEqualTo(1);
      threads.shutdownNow();
    }
  }

  @Test
  void aClosedFetcherFetchesNothing() throws Exception {
    try (var server = answering(OK)) {
      fetcher.close();

      assertThat(Fetching.failure(fetcher, image(server.uri("/a.jpg"))))
          .hasMessageContaining("the fetcher has been closed");
      assertThat(server.requests()).isEmpty();
    }
  }
}
