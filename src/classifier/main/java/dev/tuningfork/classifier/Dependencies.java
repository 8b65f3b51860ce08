package dev.tuningfork.classifier;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.SchemaUnavailableException;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.registry.RegistryException;
import dev.tuningfork.classifier.registry.SchemaRegistry;
import dev.tuningfork.classifier.setting.SettingsException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;

/**
 * What a start needs of Kafka and the schema registry: the topics exist, and the registry knows the
 * schema of every answer before the first one is written.
 *
 * @param registry to be closed by the owner
 * @param streamsProtocol whether the broker assigns the partitions (KIP-1071)
 */
record Dependencies(
    Optional<SchemaRegistry> registry, MessageFormat format, boolean streamsProtocol) {

  /**
   * Prepares both.
   *
   * @throws UnreachableException where one of them does not answer
   * @throws SettingsException where one of them refuses what it is asked for
   */
  static Dependencies prepare(ClassifierSettings settings) {
    Optional<SchemaRegistry> registry = Optional.empty();
    try {
      registry = settings.messages().registry().map(SchemaRegistry::new);
      MessageFormat format = registry.map(r -> format(settings, r)).orElse(MessageFormat.JSON);
      return new Dependencies(registry, format, ClusterSetup.prepare(settings));
    } catch (RuntimeException e) {
      registry.ifPresent(SchemaRegistry::close);
      throw told(e);
    }
  }

  /** The same failure in a sentence for the operator. */
  static RuntimeException told(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case RegistryException e when e.getCause() instanceof SchemaUnavailableException ->
          new UnreachableException(message, e);
      case RegistryException e -> new SettingsException(message, e);
      case ConfigException e -> new SettingsException("Kafka rejects a setting: " + message, e);
      case KafkaException e when isUnknownAddress(e) ->
          new UnreachableException(
              "The address of Kafka is unknown to DNS. Is kafka.bootstrap.servers right?", e);
      case KafkaException e -> new SettingsException("The classifier cannot start: " + message, e);
      default -> failure;
    };
  }

  /** Kafka's clients say it in this way alone. */
  private static boolean isUnknownAddress(KafkaException failure) {
    return failure.getCause() instanceof ConfigException refused
        && String.valueOf(refused.getMessage()).startsWith("No resolvable bootstrap urls");
  }

  private static MessageFormat format(ClassifierSettings settings, SchemaRegistry registry) {
    return switch (settings.messages().serialization()) {
      case JSON -> MessageFormat.jsonReadingAvro(registry);
      case AVRO ->
          withOutcomes(
              settings,
              registry,
              MessageFormat.avro(
                  registry,
                  registry.id(
                      settings.topics().output() + "-value", GalaxyMorphology.avroSchema())));
    };
  }

  private static MessageFormat withOutcomes(
      ClassifierSettings settings, SchemaRegistry registry, MessageFormat format) {
    return settings
        .surveyTopics()
        .map(
            topics ->
                format.withOutcomes(
                    registry.id(topics.outcomes() + "-value", SurveyImageOutcome.avroSchema())))
        .orElse(format);
  }
}
