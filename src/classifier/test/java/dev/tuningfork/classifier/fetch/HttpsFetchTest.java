package dev.tuningfork.classifier.fetch;

import static dev.tuningfork.classifier.fetch.Fetching.assertRefused;
import static dev.tuningfork.classifier.fetch.Fetching.image;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server with a certificate for {@code images.example.org} that it signed itself. */
@Timeout(60)
class HttpsFetchTest {

  private static HttpsServer server;
  private static TlsSocketStrategy trusting;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    char[] password = "changeit".toCharArray();
    Path file = folder.resolve("keys.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String arguments =
        "-genkeypair -alias server -keyalg EC -dname CN=images.example.org"
            + " -ext san=dns:images.example.org -storepass changeit -keystore ";
    List<String> command = new ArrayList<>(List.of(arguments.split(" ")));
    command.addFirst(keytool);
    command.add(file.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

    KeyStore keys = KeyStore.getInstance(file.toFile(), password);
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, password);
    SSLContext own = SSLContext.getInstance("TLS");
    own.init(keyManagers.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(own));
    server.createContext(
        "/",
        exchange -> {
          boolean plain = exchange.getRequestURI().getPath().equals("/plain");
          exchange.getResponseHeaders().set("Location", "http://images.example.org/a.jpg");
          exchange.sendResponseHeaders(plain ? 302 : 200, 3);
          exchange.getResponseBody().write(new byte[3]);
          exchange.close();
        });
    server.start();

    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    trustManagers.init(trusted);
    SSLContext clients = SSLContext.getInstance("TLS");
    clients.init(null, trustManagers.getTrustManagers(), null);
    trusting = new DefaultClientTlsStrategy(clients);
  }

  @AfterAll
  static void stopServer() {
    server.stop(0);
  }

  private static SurveyImageFetcher fetcher(TlsSocketStrategy tls) {
    FetchPolicy policy =
        new FetchPolicy(
            Set.of("http", "https"), List.of("*:*"), List.of("127.0.0.1"), List.of(), Set.of());
    return new SurveyImageFetcher(
        Fetching.quick(policy),
        _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")},
        () -> tls);
  }

  private static String uri(String host, String path) {
    return "https://" + host + ":" + server.getAddress().getPort() + path;
  }

  @Test
  void theCertificateIsCheckedAgainstTheName() throws Exception {
    try (var fetcher = fetcher(trusting)) {
      assertThat(fetcher.fetch(image(uri("Images.Example.org.", "/a.jpg"))).bytes()).hasSize(3);
      assertRefused(
          fetcher,
          uri("other.example.org", "/a.jpg"),
          1,
          "other.example.org",
          "has no certificate that is trusted");
    }
  }

  @Test
  void aCertificateThatNobodyTrustsIsRefused() {
    try (var fetcher = fetcher(DefaultClientTlsStrategy.createDefault())) {
      assertRefused(
          fetcher, uri("images.example.org", "/a.jpg"), 1, "has no certificate that is trusted");
    }
  }

  @Test
  void aRedirectMustNotLeaveEncryption() {
    try (var fetcher = fetcher(trusting)) {
      assertRefused(
          fetcher,
          uri("images.example.org", "/plain"),
          1,
          "from https to http://images.example.org");
    }
  }
}
