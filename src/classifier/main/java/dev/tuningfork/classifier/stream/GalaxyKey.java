package dev.tuningfork.classifier.stream;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * The key of a reference that was listed: the object's id. The survey image decides about the
 * partition: so many galaxies that follow each other are classified by one task, which has their
 * tile open, and a large survey image keeps several tasks busy.
 *
 * @param ordinal the galaxy's number among those that were written, from 0
 */
record GalaxyKey(String objectId, String surveyImageId, long ordinal) {

  static final Serializer<GalaxyKey> SERIALIZER =
      (topic, key) -> key.objectId.getBytes(StandardCharsets.UTF_8);

  @SuppressWarnings("removal") // the method that is to stay calls this one
  static final StreamPartitioner<GalaxyKey, byte[]> PARTITIONER =
      (topic, key, value, partitions) -> Optional.of(Set.of(key.partition(partitions)));

  /** So many galaxies of a survey image go to the same partition, then as many to the next. */
  private static final int TOGETHER = 1_000;

  private int partition(int partitions) {
    return (int) Math.floorMod(surveyImageId.hashCode() + ordinal / TOGETHER, (long) partitions);
  }
}
