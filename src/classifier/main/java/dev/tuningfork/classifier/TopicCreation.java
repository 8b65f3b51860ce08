package dev.tuningfork.classifier;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.classifier.stream.Topics;
import java.util.Optional;

/** How a missing topic is created. */
public record TopicCreation(int partitions, short replicationFactor) {

  static final Section SECTION = new Section("topics", Topics.SECTION.title());

  /**
   * Whether missing topics are created at startup. With {@code false}, the start fails if a topic
   * is missing.
   */
  public static final Setting<Boolean> CREATE = SECTION.flag("create", false);

  /** How many partitions each created topic has, at least 1. */
  public static final Setting<Integer> PARTITIONS = SECTION.count("partitions", 4, "partitions");

  /** How many replicas each created topic has; −1 for the broker's default. */
  public static final Setting<Integer> REPLICATION =
      SECTION.count("replication-factor", -1, "replicas");

  public TopicCreation {
    if (partitions < 1 || replicationFactor == 0 || replicationFactor < -1) {
      throw new IllegalArgumentException(
          "A topic needs at least 1 partition and 1 replica (or -1 for the broker's default), not "
              + partitions
              + " and "
              + replicationFactor
              + ".");
    }
  }

  /** Empty where missing topics are not created. */
  static Optional<TopicCreation> of(SettingValues values) {
    int replicas = values.get(REPLICATION);
    TopicCreation creation =
        SECTION.check(() -> new TopicCreation(values.get(PARTITIONS), (short) replicas));
    return values.get(CREATE) ? Optional.of(creation) : Optional.empty();
  }
}
