package dev.tuningfork.classifier;

import dev.tuningfork.classifier.ClassifierSettings.Serialization;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.registry.RegistryException;
import dev.tuningfork.classifier.registry.SchemaRegistry;
import dev.tuningfork.classifier.setting.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * Checks what a start needs besides the settings, without starting. A failed check does not end the
 * others. It creates no topic, registers no schema, and joins no group.
 */
public final class Preflight {

  private static final Duration KAFKA = Duration.ofSeconds(15);

  /**
   * What was found of one thing.
   *
   * @param subject such as {@code Kafka}
   * @param sentence in good times and bad
   */
  public record Finding(String subject, boolean good, String sentence) {}

  private final ClassifierSettings settings;

  private Preflight(ClassifierSettings settings) {
    this.settings = settings;
  }

  /** Looks at Kafka, the schema registry and the addresses to listen on. */
  public static List<Finding> of(ClassifierSettings settings) {
    Preflight preflight = new Preflight(settings);
    List<Finding> findings = new ArrayList<>();
    findings.add(preflight.kafka());
    preflight.registry().ifPresent(findings::add);
    settings
        .service()
        .address()
        .ifPresent(address -> findings.add(address("service.address", address)));
    settings
        .service()
        .probes()
        .ifPresent(address -> findings.add(address("service.probe-address", address)));
    return List.copyOf(findings);
  }

  private Finding kafka() {
    Object servers = settings.kafka().get(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG);
    Admin admin;
    try {
      admin = KafkaClients.admin(settings);
    } catch (SettingsException e) {
      return bad("Kafka", e);
    } catch (KafkaException e) {
      return new Finding(
          "Kafka",
          false,
          "Cannot create a client for %s: %s. %s".formatted(servers, e.getMessage(), cause(e)));
    }
    try {
      List<String> missing = ClusterSetup.missing(admin, settings, KAFKA);
      boolean good = missing.isEmpty() || settings.creation().isPresent();
      return new Finding(
          "Kafka",
          good,
          missing.isEmpty()
              ? "%s answers and has all topics.".formatted(servers)
              : good
                  ? "%s answers; the start would create %s."
                      .formatted(servers, String.join(" and ", missing))
                  : "%s has no topic %s. Create it, or set topics.create to true."
                      .formatted(servers, String.join(" and no topic ", missing)));
    } catch (ExecutionException e) {
      return e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException
          ? unanswered(servers)
          : new Finding("Kafka", false, "%s rejected the check: %s".formatted(servers, cause(e)));
    } catch (TimeoutException e) {
      return unanswered(servers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Finding("Kafka", false, "The check was interrupted.");
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  private static Finding unanswered(@Nullable Object servers) {
    return new Finding(
        "Kafka",
        false,
        "%s did not answer in time. Is kafka.bootstrap.servers right?".formatted(servers));
  }

  private Optional<Finding> registry() {
    return settings
        .messages()
        .registry()
        .map(
            registry -> {
              try (SchemaRegistry asked = new SchemaRegistry(registry)) {
                asked.check();
                boolean reads =
                    settings.messages().serialization() == Serialization.AVRO
                        && !registry.register();
                if (reads) {
                  asked.id(settings.topics().output() + "-value", GalaxyMorphology.avroSchema());
                }
                return new Finding(
                    "Registry",
                    true,
                    "%s answers%s."
                        .formatted(
                            registry.url(), reads ? " and has the schema of morphologies" : ""));
              } catch (RegistryException e) {
                return bad("Registry", e);
              }
            });
  }

  private static Finding address(String setting, InetSocketAddress address) {
    String text = address.getHostString() + ":" + address.getPort();
    try (ServerSocket _ =
        new ServerSocket(address.getPort(), 1, InetAddress.getByName(address.getHostString()))) {
      return new Finding("Service", true, "%s can be listened on (%s).".formatted(text, setting));
    } catch (IOException e) {
      return new Finding(
          "Service",
          false,
          "Cannot listen on %s: %s. Set %s to another address, or to none."
              .formatted(text, e.getMessage(), setting));
    }
  }

  private static Finding bad(String subject, Exception failure) {
    return new Finding(subject, false, String.valueOf(failure.getMessage()));
  }

  private static String cause(Exception e) {
    Throwable cause = e.getCause();
    return cause == null ? "" : String.valueOf(cause.getMessage());
  }
}
