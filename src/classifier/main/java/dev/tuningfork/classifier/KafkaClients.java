package dev.tuningfork.classifier;

import dev.tuningfork.classifier.setting.SettingsException;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/** Settings of plain Kafka clients: the brokers and the credentials of a classifier's settings. */
public final class KafkaClients {

  private KafkaClients() {}

  /**
   * For a consumer that is in no group.
   *
   * @throws SettingsException where Kafka refuses a setting, or it is not said where Kafka is
   */
  public static Map<String, Object> consumer(ClassifierSettings settings) {
    return config(settings).getRestoreConsumerConfigs(clientId(settings));
  }

  /**
   * For a producer.
   *
   * @throws SettingsException as above
   */
  public static Map<String, Object> producer(ClassifierSettings settings) {
    return config(settings).getProducerConfigs(clientId(settings));
  }

  /**
   * A client that asks about topics; to be closed by the caller.
   *
   * @throws SettingsException as above
   */
  static Admin admin(ClassifierSettings settings) {
    return Admin.create(config(settings).getAdminConfigs(clientId(settings)));
  }

  private static String clientId(ClassifierSettings settings) {
    return settings.group().applicationId() + "-operator";
  }

  private static StreamsConfig config(ClassifierSettings settings) {
    if (!settings.kafka().containsKey(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG)) {
      throw new SettingsException(
          "kafka.bootstrap.servers is missing: set it to Kafka's address, for example kafka:9092.");
    }
    try {
      return new StreamsConfig(StreamsSettings.of(settings, false));
    } catch (ConfigException e) {
      throw new SettingsException("Kafka rejects a setting: " + e.getMessage(), e);
    }
  }
}
