package dev.tuningfork.classifier.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What became of a survey image, written once, when its last galaxy is done. Its schema is the
 * resource {@code survey-image-outcome.schema.json} beside this class.
 *
 * @param surveyImageId echoed from the reference; also the message's key
 * @param survey echoed from the reference
 * @param dataRelease echoed from the reference
 * @param galaxies how many galaxies it has: those that are answered and those that are dead letters
 * @param answered how many morphologies were published
 * @param deadLetters how many of its galaxies, or of the rows of its catalogue, are dead letters
 * @param excluded for how many rows of the catalogue the filter does not hold
 * @param failure why its galaxies could not all be listed, as a sentence; absent where they were
 * @param publishedAt echoed from the reference
 * @param receivedAt when the classifier took the reference
 * @param firstAt when its first galaxy was done; absent where it has none
 * @param lastAt when its last galaxy was done; absent where it has none
 * @param source the reference's place in Kafka, which makes this message's identity
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SurveyImageOutcome(
    String surveyImageId,
    @Nullable String survey,
    @Nullable String dataRelease,
    long galaxies,
    long answered,
    long deadLetters,
    long excluded,
    @Nullable String failure,
    @Nullable Instant publishedAt,
    Instant receivedAt,
    @Nullable Instant firstAt,
    @Nullable Instant lastAt,
    GalaxyMorphology.Source source)
    implements Message {

  /**
   * Reads a message.
   *
   * @param json UTF-8; fields that are not known are ignored
   * @throws MessageException where it is not such a message
   */
  public static SurveyImageOutcome fromJson(byte[] json) throws MessageException {
    return Json.read(json, SurveyImageOutcome.class);
  }

  /**
   * The schema of this message in Avro: the resource {@code survey-image-outcome.avsc} beside this
   * class.
   */
  public static Schema avroSchema() {
    return Avro.schema(SurveyImageOutcome.class);
  }

  /**
   * Reads a message.
   *
   * @param message framed as {@link GalaxyImageReference#fromAvro} says
   * @throws MessageException where it is not such a message, or its schema is unknown or no version
   *     of this message's
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public static SurveyImageOutcome fromAvro(byte[] message, AvroSchemas schemas)
      throws MessageException {
    return Avro.read(message, schemas, SurveyImageOutcome.class);
  }
}
