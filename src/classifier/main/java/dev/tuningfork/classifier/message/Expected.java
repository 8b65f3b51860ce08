package dev.tuningfork.classifier.message;

/**
 * Which message a topic takes, so that the sentence about another value says what to publish.
 *
 * @param id the field that every such message has
 * @param instead what to publish in place of a file
 * @param plain the forms in which a value is read
 * @param object what to publish in place of a URI alone
 */
record Expected(String id, String instead, String plain, String object) {

  static final Expected GALAXY =
      new Expected(
          "objectId",
          "a JPEG, PNG or FITS image, or a reference to one",
          "JSON, Avro or an image",
          "objectId and image.uri");

  static final Expected SURVEY_IMAGE =
      new Expected(
          "surveyImageId",
          "a reference that names the files of a survey image",
          "JSON or Avro",
          "surveyImageId, bands, and galaxies or a catalogue");

  static Expected of(Class<?> type) {
    return type == SurveyImageReference.class || type == SurveyImageOutcome.class
        ? SURVEY_IMAGE
        : GALAXY;
  }

  /** Whether the record may be an image itself. */
  boolean takesImages() {
    return equals(GALAXY);
  }
}
