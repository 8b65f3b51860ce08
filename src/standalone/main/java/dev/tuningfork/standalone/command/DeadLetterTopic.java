package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.KafkaClients;
import dev.tuningfork.classifier.deadletter.DeadLetters;
import dev.tuningfork.classifier.stream.Topics;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the dead letters are. */
final class DeadLetterTopic {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The classifier's settings: .properties, .yaml or .yml. Default: only environment variables.")
  private @Nullable Path config;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka's address, if the settings do not have it.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "The dead-letter topic, if the settings do not have it.")
  private @Nullable String topic;

  ClassifierSettings settings() {
    ClassifierSettings settings = ClassifierSettings.read(config, System.getenv());
    if (bootstrapServers != null) {
      settings = settings.withKafka("bootstrap.servers", bootstrapServers);
    }
    return topic == null ? settings : settings.with(Topics.DEAD_LETTERS, topic);
  }

  static DeadLetters open(ClassifierSettings settings) {
    return new DeadLetters(KafkaClients.consumer(settings), settings.topics().deadLetters());
  }
}
