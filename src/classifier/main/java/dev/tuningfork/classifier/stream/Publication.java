package dev.tuningfork.classifier.stream;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * A survey image that was published: its place in the topic of survey images.
 *
 * <p>Each of its galaxies carries it in a header, as {@code 2:417}.
 */
record Publication(int partition, long offset) {

  /** As the key of a record of progress, which goes to the partition of the survey image. */
  static final Serializer<Publication> SERIALIZER = (topic, key) -> new byte[0];

  @SuppressWarnings("removal") // the method that is to stay calls this one
  static final StreamPartitioner<Publication, Progress> PARTITIONER =
      (topic, key, value, partitions) -> Optional.of(Set.of(key.partition));

  private static final String HEADER = "tuning-fork.survey-image";
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

  void addTo(Headers headers) {
    headers.add(HEADER, (partition + ":" + offset).getBytes(StandardCharsets.UTF_8));
  }

  /** The one that a record belongs to. */
  static Optional<Publication> of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(new String(header.value(), StandardCharsets.UTF_8));
    return form.matches()
        ? Optional.of(
            new Publication(Integer.parseInt(form.group(1)), Long.parseLong(form.group(2))))
        : Optional.empty();
  }
}
