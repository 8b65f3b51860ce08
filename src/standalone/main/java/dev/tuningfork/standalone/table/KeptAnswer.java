package dev.tuningfork.standalone.table;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a journal's message is about. The rest of a message, its probabilities, is a hundred times
 * as long, and is not needed to know which galaxies are done.
 *
 * @param objectId the galaxy
 * @param referenceId of the message's reference; null where it had none
 * @param uri of the image; null where it has none
 * @param receivedAt when the galaxy's classification began
 */
public record KeptAnswer(
    String objectId, @Nullable String referenceId, @Nullable String uri, Instant receivedAt) {

  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(Fields.class);

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Fields(
      @Nullable String objectId,
      @Nullable String referenceId,
      @Nullable Image image,
      @Nullable String receivedAt) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Image(@Nullable String uri) {}

  /** Empty for a line that is no whole message. */
  static Optional<KeptAnswer> read(byte[] line) {
    try {
      Fields fields = READER.readValue(line);
      if (fields.objectId == null || fields.image == null || fields.receivedAt == null) {
        return Optional.empty();
      }
      return Optional.of(
          new KeptAnswer(
              fields.objectId,
              fields.referenceId,
              fields.image.uri,
              Instant.parse(fields.receivedAt)));
    } catch (IOException | DateTimeException damaged) {
      return Optional.empty();
    }
  }
}
