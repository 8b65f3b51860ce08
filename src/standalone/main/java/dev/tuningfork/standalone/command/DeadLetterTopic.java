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
          "The settings of the classifier whose dead letters they are: .properties, .yaml or .yml."
              + " Without it, the environment's alone.")
  private @Nullable Path config;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Where Kafka is, where the settings do not say it.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "The topic of dead letters, where the settings do not say it.")
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
