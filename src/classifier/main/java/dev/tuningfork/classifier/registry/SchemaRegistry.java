package dev.tuningfork.classifier.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.RetryPolicyBuilder;
import dev.tuningfork.classifier.message.AvroSchemas;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.SchemaUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A client of a schema registry, of the three requests that are needed of <a
 * href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">Confluent's
 * interface</a>, which Apicurio, Karapace and others offer too. Options were
 *
 * <ul>
 *   <li>Confluent's serialiser, which is not on Maven Central: everyone who builds would need
 *       another repository;
 *   <li>Apicurio's, whose client brings an HTTP stack, a code generator's runtime and a second JSON
 *       library for the same three requests;
 *   <li>these requests with the JDK's client, which is what there is.
 * </ul>
 *
 * <p>A schema never changes under its number, so each is asked for once; the thousand that were
 * used last are kept. What may pass (no connection, a time-out, 429, 5xx) is tried again: for some
 * five seconds where a record waits, for half a minute at the start. Safe for use by many threads
 * at once.
 */
public final class SchemaRegistry implements AvroSchemas, AutoCloseable {

  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration WHOLE = Duration.ofMillis(1_500);
  private static final Duration START = Duration.ofSeconds(30);
  private static final int LARGEST_ANSWER = 4 << 20;
  private static final int KEPT = 1_000;
  private static final JsonMapper JSON = new JsonMapper();

  private record Answer(int status, String body) {
    boolean isRefusal() {
      return status == 401 || status == 403;
    }
  }

  private final RegistrySettings settings;
  private final HttpClient client;
  private final FailsafeExecutor<Answer> briefly =
      Failsafe.with(policy(Duration.ofMillis(250)).withMaxAttempts(3).build());
  private final FailsafeExecutor<Answer> patiently;
  private final Map<Integer, Schema> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Schema> eldest) {
              return size() > KEPT;
            }
          });

  /**
   * @throws RegistryException where the certificates cannot be read
   */
  public SchemaRegistry(RegistrySettings settings) throws RegistryException {
    this(settings, START);
  }

  /**
   * @param start how long the start waits for a registry that does not answer
   */
  SchemaRegistry(RegistrySettings settings, Duration start) throws RegistryException {
    this.settings = settings;
    this.patiently =
        Failsafe.with(
            policy(Duration.ofMillis(500)).withMaxAttempts(-1).withMaxDuration(start).build());
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER);
    if (settings.authorities().isPresent()) {
      builder.sslContext(trusting(settings.authorities().get()));
    }
    client = builder.build();
  }

  @Override
  public Schema writtenWith(int id) throws MessageException {
    Schema schema = known.get(id);
    if (schema == null) {
      schema = fetch(id);
      known.put(id, schema);
    }
    return schema;
  }

  /**
   * The number of a schema: registers it where the settings allow that and it is not there yet.
   *
   * @param subject under which the registry keeps its versions, such as {@code
   *     galaxy-morphologies-value}
   * @throws RegistryException if the registry does not answer in time, rejects the credentials, or
   *     finds the schema incompatible or missing
   */
  public int id(String subject, Schema schema) throws RegistryException {
    String versions = settings.register() ? "/versions" : "";
    HttpRequest request =
        request("/subjects/" + encoded(subject) + versions)
            .header("Content-Type", MEDIA_TYPE)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    JsonNodeFactory.instance
                        .objectNode()
                        .put("schema", schema.toString())
                        .toString()))
            .build();
    Answer answer;
    try {
      answer = patiently.get(() -> ask(request));
    } catch (SchemaUnavailableException e) {
      throw new RegistryException(String.valueOf(e.getMessage()), e);
    }
    if (answer.isRefusal()) {
      throw new RegistryException(refusal(answer));
    }
    JsonNode body = json(answer);
    JsonNode id = body.path("id");
    if (answer.status != 200 || !id.isInt()) {
      throw new RegistryException(
          "The schema registry at %s does not know the schema of %s as a version of the subject %s: %s (%d). %s"
              .formatted(
                  settings.url(),
                  schema.getFullName(),
                  subject,
                  message(body),
                  answer.status,
                  settings.register()
                      ? "Does the subject have another message's schemas?"
                      : "Register it, or set registry.register to true."));
    }
    known.put(id.intValue(), schema);
    return id.intValue();
  }

  /**
   * Asks the registry once whether it answers, and changes nothing there.
   *
   * @throws RegistryException where it does not, or rejects the credentials
   */
  public void check() throws RegistryException {
    Answer answer;
    try {
      answer = ask(request("/subjects").GET().build());
    } catch (SchemaUnavailableException e) {
      throw new RegistryException(String.valueOf(e.getMessage()), e);
    }
    if (answer.isRefusal()) {
      throw new RegistryException(refusal(answer));
    } else if (answer.status != 200) {
      throw new RegistryException(
          "The server at %s is not a schema registry: it has no /subjects (%d). Is registry.url right?"
              .formatted(settings.url(), answer.status));
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private Schema fetch(int id) throws MessageException {
    HttpRequest request = request("/schemas/ids/" + id).GET().build();
    Answer answer = briefly.get(() -> ask(request));
    if (answer.isRefusal()) {
      throw new SchemaUnavailableException(refusal(answer));
    }
    JsonNode body = json(answer);
    if (answer.status != 200) {
      throw new MessageException(
          "The schema registry has no schema %d, which the message was written with: %s (%d)."
              .formatted(id, message(body), answer.status));
    } else if (!body.path("schemaType").asText("AVRO").equals("AVRO")) {
      throw new MessageException(
          "The message was written with the schema %d, which is one of %s and not of Avro."
              .formatted(id, body.path("schemaType").asText()));
    }
    try {
      return new Schema.Parser().parse(body.path("schema").asText());
    } catch (AvroRuntimeException e) {
      throw new MessageException(
          "The message was written with the schema %d, which cannot be read: %s."
              .formatted(id, e.getMessage()),
          e);
    }
  }

  private HttpRequest.Builder request(String path) {
    String base = settings.url().toString().replaceFirst("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Accept", MEDIA_TYPE + ", application/json");
    settings.credentials().ifPresent(own -> request.header("Authorization", own.header()));
    return request;
  }

  /**
   * @throws SchemaUnavailableException where another attempt may fare better
   */
  private Answer ask(HttpRequest request) {
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER));
    try {
      // the request's own timeout ends where the body begins
      HttpResponse<byte[]> answer = response.get(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
      int status = answer.statusCode();
      if (status >= 500 || status == 429 || status == 408) {
        throw new SchemaUnavailableException(
            "The schema registry at %s answers with status %d.".formatted(settings.url(), status));
      }
      return new Answer(status, new String(answer.body(), StandardCharsets.UTF_8));
    } catch (ExecutionException e) {
      throw new SchemaUnavailableException(
          "The schema registry at %s does not answer: %s.".formatted(settings.url(), e.getCause()),
          e);
    } catch (TimeoutException e) {
      response.cancel(true);
      throw new SchemaUnavailableException(
          "The schema registry at %s does not answer within %d ms."
              .formatted(settings.url(), WHOLE.toMillis()),
          e);
    } catch (InterruptedException e) {
      response.cancel(true);
      Thread.currentThread().interrupt();
      throw new SchemaUnavailableException("The wait for the schema registry was interrupted.", e);
    }
  }

  private String refusal(Answer answer) {
    return "The schema registry at %s rejected the credentials (%d): check registry.username and registry.password, or registry.token."
        .formatted(settings.url(), answer.status);
  }

  private static JsonNode json(Answer answer) {
    try {
      return JSON.readTree(answer.body);
    } catch (JsonProcessingException e) {
      return JsonNodeFactory.instance.missingNode();
    }
  }

  private static String message(JsonNode body) {
    String message = body.path("message").asText("it gives no reason");
    return message.length() <= 300 ? message : message.substring(0, 300) + "…";
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static RetryPolicyBuilder<Answer> policy(Duration pause) {
    return RetryPolicy.<Answer>builder()
        .handle(SchemaUnavailableException.class)
        .abortIf((answer, failure) -> Thread.currentThread().isInterrupted())
        .withDelay(pause);
  }

  private static SSLContext trusting(Path authorities) throws RegistryException {
    try (InputStream pem = Files.newInputStream(authorities)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("authority-" + trusted.size(), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new RegistryException(
          "The certificates in %s (registry.authorities) cannot be read: %s."
              .formatted(authorities, e.getMessage()),
          e);
    }
  }
}
