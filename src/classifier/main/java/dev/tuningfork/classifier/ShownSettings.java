package dev.tuningfork.classifier;

import dev.tuningfork.classifier.fetch.RedactedUri;
import dev.tuningfork.classifier.setting.Setting;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Settings by their names, fit to be shown to anybody, without secrets; of Kafka's, what may be a
 * secret is only shown to be set. Texts lose what looks like a password or a signature in a URI.
 */
final class ShownSettings {

  private static final String HIDDEN = "***";

  private static final Pattern SECRET =
      Pattern.compile("password|secret|jaas|credential|token|private|keystore|truststore|\\.key$");

  private static final Map<String, ConfigDef.ConfigKey> KAFKA = kafkaKeys();

  private ShownSettings() {}

  static Map<String, Object> of(ClassifierSettings settings) {
    Map<String, Object> shown = new LinkedHashMap<>();
    for (Setting<?> setting : ClassifierSettings.all()) {
      if (!setting.secret()) {
        show(setting, settings, shown);
      }
    }
    settings
        .messages()
        .registry()
        .ifPresent(
            registry ->
                shown.put(
                    "registry.credentials",
                    registry.credentials().map(ShownSettings::kind).orElse("none")));
    shown.put("fetch.s3.credentials", kind(settings.pipeline().fetch().s3().credentials()));
    new TreeMap<>(settings.kafka())
        .forEach((name, value) -> shown.put("kafka." + name, ofKafka(name, value)));
    return shown;
  }

  /** Numbers, flags and lists as such, times in ISO 8601, and all else as it is set. */
  private static <T> void show(
      Setting<T> setting, ClassifierSettings settings, Map<String, Object> shown) {
    T value = settings.get(setting);
    Object form =
        switch (value) {
          case Number number -> number;
          case Boolean flag -> flag;
          case Duration time -> time.toString();
          case List<?> list -> list.stream().map(Object::toString).toList();
          default -> RedactedUri.of(setting.type().printer().apply(value));
        };
    if (!form.equals("")) {
      shown.put(setting.name(), form);
    }
  }

  private static String kind(Object credentials) {
    return credentials.getClass().getSimpleName();
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
