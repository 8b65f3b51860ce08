package dev.tuningfork.classifier.message;

/** A message of Tuning Fork, which is a record. Both of its forms have the same fields. */
public sealed interface Message
    permits GalaxyImageReference, GalaxyMorphology, SurveyImageReference, SurveyImageOutcome {

  /** This message as UTF-8 JSON; absent fields are left out. */
  default byte[] toJson() {
    return Json.write(this);
  }

  /**
   * This message as Avro, framed as {@link MessageFormat} reads it: a byte 0, the number of the
   * schema, and Avro's binary encoding.
   *
   * @param schemaId the number that the message's schema has in the registry
   */
  default byte[] toAvro(int schemaId) {
    return Avro.write(this, Avro.schema(getClass()), schemaId);
  }
}
