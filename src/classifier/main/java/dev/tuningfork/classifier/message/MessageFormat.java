package dev.tuningfork.classifier.message;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * In which form messages are read and written. The first byte of a reference decides its format, so
 * that a topic may hold both forms: JSON is always read, and Avro if there is a source of schemas.
 * Safe for use by many threads at once where the schemas are.
 */
public final class MessageFormat {

  /** Reads and writes JSON. */
  public static final MessageFormat JSON =
      new MessageFormat(Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

  private final Optional<AvroSchemas> schemas;
  private final OptionalInt morphologySchema;
  private final OptionalInt outcomeSchema;

  private MessageFormat(
      Optional<AvroSchemas> schemas, OptionalInt morphologySchema, OptionalInt outcomeSchema) {
    this.schemas = schemas;
    this.morphologySchema = morphologySchema;
    this.outcomeSchema = outcomeSchema;
  }

  /** Reads JSON and Avro, and writes JSON. */
  public static MessageFormat jsonReadingAvro(AvroSchemas schemas) {
    return new MessageFormat(Optional.of(schemas), OptionalInt.empty(), OptionalInt.empty());
  }

  /**
   * Reads JSON and Avro, and writes Avro.
   *
   * @param morphologySchema the number of {@link GalaxyMorphology#avroSchema()} in the registry
   */
  public static MessageFormat avro(AvroSchemas schemas, int morphologySchema) {
    return new MessageFormat(
        Optional.of(schemas), OptionalInt.of(morphologySchema), OptionalInt.empty());
  }

  /**
   * The same, also for outcomes of survey images, which are JSON otherwise.
   *
   * @param schema the number of {@link SurveyImageOutcome#avroSchema()} in the registry
   */
  public MessageFormat withOutcomes(int schema) {
    return new MessageFormat(schemas, morphologySchema, OptionalInt.of(schema));
  }

  /**
   * Reads a reference.
   *
   * @throws MessageException where it is no such message
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public GalaxyImageReference reference(byte[] message) throws MessageException {
    return read(
        message, Expected.GALAXY, GalaxyImageReference::fromJson, GalaxyImageReference::fromAvro);
  }

  /**
   * Reads a survey image.
   *
   * @throws MessageException where it is no such message
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public SurveyImageReference surveyImage(byte[] message) throws MessageException {
    return read(
        message,
        Expected.SURVEY_IMAGE,
        SurveyImageReference::fromJson,
        SurveyImageReference::fromAvro);
  }

  private interface FromJson<T> {
    T read(byte[] message) throws MessageException;
  }

  private interface FromAvro<T> {
    T read(byte[] message, AvroSchemas schemas) throws MessageException;
  }

  /** Reads what strangers publish, and says what it is if it is no such message. */
  private <T> T read(byte[] message, Expected expected, FromJson<T> json, FromAvro<T> avro)
      throws MessageException {
    if (Avro.isFramed(message)) {
      String hint = ForeignValue.ofFormat(message, expected);
      if (hint != null) {
        throw new MessageException(hint);
      }
      return avro.read(message, requireSchemas(message));
    }
    try {
      return json.read(message);
    } catch (MessageException e) {
      String hint = ForeignValue.hint(message, expected);
      throw hint == null ? e : new MessageException(hint, e);
    }
  }

  /** The outcome of a survey image in the form that this format writes. */
  public byte[] write(SurveyImageOutcome outcome) {
    return outcomeSchema.isPresent() ? outcome.toAvro(outcomeSchema.getAsInt()) : outcome.toJson();
  }

  /**
   * Reads a morphology.
   *
   * @throws MessageException where it is no such message
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public GalaxyMorphology morphology(byte[] message) throws MessageException {
    return Avro.isFramed(message)
        ? GalaxyMorphology.fromAvro(message, requireSchemas(message))
        : GalaxyMorphology.fromJson(message);
  }

  /**
   * A morphology as JSON: as it was published where it was published so.
   *
   * @throws MessageException where it is Avro, and no such message
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public byte[] json(byte[] morphology) throws MessageException {
    return Avro.isFramed(morphology) ? morphology(morphology).toJson() : morphology;
  }

  /** A morphology in the form that this format writes. */
  public byte[] write(GalaxyMorphology morphology) {
    return morphologySchema.isPresent()
        ? morphology.toAvro(morphologySchema.getAsInt())
        : morphology.toJson();
  }

  private AvroSchemas requireSchemas(byte[] message) throws MessageException {
    if (Avro.framesJson(message)) {
      throw new MessageException(
          "The message is JSON after a byte 0 and a schema id, as JSON Schema serialisers of a"
              + " schema registry write it, which is not supported: publish plain JSON or Avro.");
    }
    return schemas.orElseThrow(
        () ->
            new MessageException(
                "The message begins as Avro does, and no schema registry is set to read it with:"
                    + " set registry.url."));
  }
}
