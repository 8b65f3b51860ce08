package dev.tuningfork.classifier;

import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.classifier.fetch.RedactedUri;
import dev.tuningfork.classifier.service.ServiceSettings;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Settings by their names, fit to be shown to anybody: what may be a secret is told to be set, and
 * no more. A setting that is not named here is not shown, and of Kafka's only numbers, flags and
 * those texts of which Kafka does not say that they are passwords; texts lose what looks like a
 * password or a signature in a URI.
 */
final class ShownSettings {

  private static final String HIDDEN = "***";

  private static final Pattern SECRET =
      Pattern.compile("password|secret|jaas|credential|token|private|keystore|truststore|\\.key$");

  private static final Map<String, ConfigDef.ConfigKey> KAFKA = kafkaKeys();

  private ShownSettings() {}

  static Map<String, Object> of(ClassifierSettings settings) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("application-id", settings.group().applicationId());
    shown.put("input.topic", settings.topics().input());
    shown.put("output.topic", settings.topics().output());
    shown.put("dead-letter.topic", settings.topics().deadLetters());
    messages(settings.messages(), shown);
    shown.put("topics.create", settings.creation().isPresent());
    shown.put("group-protocol", settings.group().protocol().name().toLowerCase(Locale.ROOT));
    shown.put("threads", settings.group().threads());
    shown.put("model", settings.model().name());
    shown.put("model.views", settings.model().views());
    shown.put("model.watch", settings.model().rollout().watch());
    shown.put("model.poll", settings.model().rollout().poll().toString());
    settings.model().rollout().shadow().ifPresent(shadow -> shown.put("model.shadow", shadow));
    shown.put("model.shadow-share", settings.model().rollout().shadowShare());
    shown.put("model.device", settings.model().device());
    shown.put("image.largest-pixels", settings.pipeline().image().pixels());
    shown.put("image.largest-bytes", settings.pipeline().image().bytes());
    shown.put("batch.queue", settings.pipeline().batch().queue());
    shown.put("batch.held-up", settings.pipeline().batch().heldUp());
    shown.put("batch.queue-bytes", settings.pipeline().batch().queueBytes());
    shown.put("batch.slow-after", settings.pipeline().batch().slowAfter().toString());
    shown.put("batch.fetchers", settings.pipeline().batch().fetchers());
    shown.put("batch.decoders", settings.pipeline().batch().decoders());
    shown.put("batch.passes", settings.pipeline().batch().passes());
    shown.put("batch.size", settings.pipeline().batch().batch());
    shown.put("ledger.window", settings.pipeline().ledger().window());
    shown.put("ledger.window-bytes", settings.pipeline().ledger().windowBytes());
    shown.put("ledger.overshoot", settings.pipeline().ledger().overshoot());
    shown.put("ledger.room-wait", settings.pipeline().ledger().roomWait().toString());
    shown.put("ledger.patience", settings.pipeline().ledger().patience().toString());
    shown.put("ledger.drain-every", settings.pipeline().ledger().drainEvery().toString());
    shown.put("ledger.prompt-commit", settings.pipeline().ledger().promptCommit().toString());
    shown.put("ledger.largest-record", settings.pipeline().ledger().largestRecord());
    fetch(settings.pipeline().fetch(), shown);
    service(settings.service(), shown);
    shown.put("log.format", settings.logFormat().name().toLowerCase(Locale.ROOT));
    shown.put("log.level", settings.logLevel().name().toLowerCase(Locale.ROOT));
    new TreeMap<>(settings.kafka())
        .forEach((name, value) -> shown.put("kafka." + name, ofKafka(name, value)));
    return shown;
  }

  private static void messages(ClassifierSettings.Messages messages, Map<String, Object> shown) {
    shown.put("serialization", messages.serialization().name().toLowerCase(Locale.ROOT));
    messages
        .registry()
        .ifPresent(
            registry -> {
              shown.put("registry.url", RedactedUri.of(registry.url().toString()));
              shown.put(
                  "registry.credentials",
                  registry.credentials().map(own -> own.getClass().getSimpleName()).orElse("none"));
              registry
                  .authorities()
                  .ifPresent(file -> shown.put("registry.authorities", file.toString()));
              shown.put("registry.register", registry.register());
            });
  }

  private static void fetch(FetchSettings fetch, Map<String, Object> shown) {
    shown.put("fetch.schemes", fetch.policy().schemes());
    shown.put("fetch.hosts", fetch.policy().hosts());
    shown.put("fetch.networks", fetch.policy().networks());
    shown.put("fetch.folders", fetch.policy().folders().stream().map(Object::toString).toList());
    shown.put("fetch.buckets", fetch.policy().buckets());
    shown.put("fetch.largest-bytes", fetch.limits().bytes());
    shown.put("fetch.connect-time", fetch.limits().connectTime().toString());
    shown.put("fetch.attempt-time", fetch.limits().attemptTime().toString());
    shown.put("fetch.total-time", fetch.limits().totalTime().toString());
    shown.put("fetch.redirects", fetch.limits().redirects());
    shown.put("fetch.connections-per-host", fetch.limits().connectionsPerHost());
    shown.put("fetch.attempts", fetch.retries().attempts());
    shown.put("fetch.first-pause", fetch.retries().firstPause().toString());
    shown.put("fetch.longest-pause", fetch.retries().longestPause().toString());
    if (fetch.s3().endpoint() != null) {
      shown.put("fetch.s3.endpoint", RedactedUri.of(fetch.s3().endpoint().toString()));
    }
    if (fetch.s3().region() != null) {
      shown.put("fetch.s3.region", fetch.s3().region());
    }
    shown.put("fetch.s3.path-style", fetch.s3().pathStyle());
    shown.put("fetch.s3.credentials", fetch.s3().credentials().getClass().getSimpleName());
  }

  private static void service(ServiceSettings service, Map<String, Object> shown) {
    shown.put("service.address", address(service.address()));
    shown.put("service.probe-address", address(service.probes()));
    shown.put("service.hosts", service.hosts());
    shown.put("service.connections", service.connections().connections());
    shown.put("service.connections-per-client", service.connections().perClient());
    shown.put("service.request-time", service.connections().requestTime().toString());
    shown.put("service.idle-time", service.connections().idleTime().toString());
    shown.put("service.answer-time", service.connections().answerTime().toString());
    shown.put("service.morphologies", service.morphologies());
    shown.put("service.morphologies-memory", service.morphologiesMemory());
    shown.put("service.morphologies-disk", service.morphologiesDisk());
    shown.put("page.show", service.page().show());
    shown.put("page.replay", service.page().replay());
    shown.put("page.hosts", service.page().hosts());
    shown.put("page.cards", service.page().cards());
    shown.put("page.clients", service.page().clients());
    shown.put("page.galaxies", service.page().galaxies());
    shown.put("page.memory", service.page().memory());
  }

  private static String address(Optional<InetSocketAddress> address) {
    return address.map(a -> a.getHostString() + ":" + a.getPort()).orElse("none");
  }

  private static String ofKafka(String name, String value) {
    ConfigDef.ConfigKey key = KAFKA.get(StreamsSettings.withoutPrefix(name));
    boolean secret =
        SECRET.matcher(name.toLowerCase(Locale.ROOT)).find()
            || (key == null && !name.startsWith(StreamsConfig.TOPIC_PREFIX))
            || (key != null && key.type == ConfigDef.Type.PASSWORD);
    return secret
        ? HIDDEN
        : Arrays.stream(value.split(",", -1))
            .map(String::strip)
            .map(RedactedUri::of)
            .collect(Collectors.joining(","));
  }

  private static Map<String, ConfigDef.ConfigKey> kafkaKeys() {
    Map<String, ConfigDef.ConfigKey> keys =
        new TreeMap<>(AdminClientConfig.configDef().configKeys());
    keys.putAll(ConsumerConfig.configDef().configKeys());
    keys.putAll(ProducerConfig.configDef().configKeys());
    keys.putAll(StreamsConfig.configDef().configKeys());
    return keys;
  }
}
