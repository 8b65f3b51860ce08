package dev.tuningfork.classifier.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.SchemaUnavailableException;
import dev.tuningfork.classifier.registry.RegistrySettings.Credentials;
import dev.tuningfork.classifier.registry.RegistrySettings.Token;
import dev.tuningfork.classifier.registry.RegistrySettings.UserPassword;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The client against a server that answers as the registry's documentation says, and fails as
 * registries do. A whole registry is asked in {@code AvroIT}.
 */
class SchemaRegistryTest {

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile int status = 200;
  private volatile String body = "";
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("Authorization")
            + " "
            + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    byte[] bytes = (fails ? "{}" : body).getBytes(UTF_8);
    exchange.sendResponseHeaders(fails ? 503 : status, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private SchemaRegistry registry(boolean register, Credentials... credentials) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/apis/");
    return new SchemaRegistry(
        new RegistrySettings(
            url, List.of(credentials).stream().findFirst(), Optional.empty(), register),
        Duration.ofMillis(1_200));
  }

  private void holdsTheSchema() {
    body =
        new JsonMapper()
            .createObjectNode()
            .put("schema", GalaxyImageReference.avroSchema().toString())
            .toString();
  }

  @Test
  void aSchemaIsAskedForOnce() throws Exception {
    holdsTheSchema();
    byte[] message = GalaxyImageReference.of("1", "file:/1").toAvro(7);
    try (SchemaRegistry registry = registry(true)) {
      MessageFormat format = MessageFormat.jsonReadingAvro(registry);
      assertThat(format.reference(message)).isEqualTo(GalaxyImageReference.of("1", "file:/1"));
      assertThat(format.reference(message).objectId()).isEqualTo("1");
      assertThat(format.reference(GalaxyImageReference.of("2", "file:/2").toJson()).objectId())
          .as("JSON on the same topic")
          .isEqualTo("2");
    }
    assertThat(requests).containsExactly("GET /apis/schemas/ids/7 null ");
  }

  @Test
  void aRegistryThatComesBackIsAskedAgain() throws Exception {
    holdsTheSchema();
    failures.set(2);
    try (SchemaRegistry registry = registry(true)) {
      assertThat(registry.writtenWith(7)).isEqualTo(GalaxyImageReference.avroSchema());
    }
    assertThat(requests).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429, 401, 403})
  void anErrorOfTheRegistryDoesNotMakeTheMessageInvalid(int code) {
    status = code;
    try (SchemaRegistry registry = registry(true)) {
      assertThatThrownBy(() -> registry.writtenWith(7))
          .isInstanceOf(SchemaUnavailableException.class);
    }
  }

  @Test
  void anUnreachableRegistryDoesNotMakeTheMessageInvalid() {
    SchemaRegistry registry = registry(true);
    server.stop(0);
    assertThatThrownBy(() -> registry.writtenWith(7))
        .isInstanceOf(SchemaUnavailableException.class)
        .hasMessageContaining("does not answer");
    registry.close();
  }

  @Test
  void aSchemaThatIsUnknownOrNoneMakesTheMessageUnreadable() {
    try (SchemaRegistry registry = registry(true)) {
      status = 404;
      body = "{\"message\": \"Schema 7 not found.\"}";
      assertThatThrownBy(() -> registry.writtenWith(7))
          .isInstanceOf(MessageException.class)
          .hasMessage(
              "The schema registry has no schema 7, which the message was written with: Schema 7 not found. (404).");
      status = 200;
      body = "{\"schema\": \"syntax\", \"schemaType\": \"PROTOBUF\"}";
      assertThatThrownBy(() -> registry.writtenWith(8))
          .isInstanceOf(MessageException.class)
          .hasMessageContaining("PROTOBUF");
      body = "{\"schema\": \"{\"}";
      assertThatThrownBy(() -> registry.writtenWith(9)).isInstanceOf(MessageException.class);
      body = "no JSON";
      assertThatThrownBy(() -> registry.writtenWith(10)).isInstanceOf(MessageException.class);
    }
  }

  @Test
  void aSchemaIsRegisteredOrOnlyLookedUp() {
    body = "{\"id\": 12}";
    try (SchemaRegistry registry = registry(true)) {
      assertThat(registry.id("galaxies/1-value", GalaxyImageReference.avroSchema())).isEqualTo(12);
    }
    try (SchemaRegistry registry = registry(false)) {
      assertThat(registry.id("galaxies-value", GalaxyImageReference.avroSchema())).isEqualTo(12);
    }
    assertThat(requests.get(0))
        .startsWith("POST /apis/subjects/galaxies%2F1-value/versions null {");
    assertThat(requests.get(1)).startsWith("POST /apis/subjects/galaxies-value null {");
  }

  @Test
  void credentialsAreSentAndNeverSaid() {
    status = 401;
    for (Credentials credentials : List.of(new UserPassword("me", "hush"), new Token("hush"))) {
      try (SchemaRegistry registry = registry(true, credentials)) {
        assertThatThrownBy(() -> registry.id("a", GalaxyImageReference.avroSchema()))
            .isInstanceOf(RegistryException.class)
            .hasMessageContaining("rejected the credentials (401)")
            .message()
            .doesNotContain("hush");
        assertThat(credentials.toString()).doesNotContain("hush");
      }
    }
    assertThat(requests.get(0)).contains(" Basic bWU6aHVzaA== ");
    assertThat(requests.get(1)).contains(" Bearer hush ");
  }

  @Test
  void anIncompatibleSchemaIsRefusedAtTheStart() {
    status = 409;
    body = "{\"message\": \"Incompatible.\"}";
    try (SchemaRegistry registry = registry(true)) {
      assertThatThrownBy(() -> registry.id("a", GalaxyImageReference.avroSchema()))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("Incompatible. (409)");
    }
  }

  @Test
  void theStartWaitsForARegistryButNotForEver() {
    body = "{\"id\": 12}";
    failures.set(1);
    try (SchemaRegistry registry = registry(true)) {
      assertThat(registry.id("a", GalaxyImageReference.avroSchema())).isEqualTo(12);
      failures.set(1_000);
      assertThatThrownBy(() -> registry.id("a", GalaxyImageReference.avroSchema()))
          .isInstanceOf(RegistryException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"registry:8081", "ftp://registry", "https://me:hush@registry", "http://r/?a=b"})
  void whatIsNoPlaceOfARegistryIsRefused(String url) {
    assertThatThrownBy(
            () ->
                new RegistrySettings(
                    URI.create(url), Optional.empty(), Optional.of(Path.of("ca.pem")), true))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("hush");
  }
}
