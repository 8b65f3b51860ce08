package dev.tuningfork.classifier.stream;

/**
 * The topics of survey images.
 *
 * @param input survey images
 * @param outcomes one outcome for each survey image
 * @param galaxies references to the galaxies of survey images, on their way to the ledger:
 *     internal, with as many partitions as the classifier's input
 * @param progress what became of these galaxies, on its way back: internal, with as many partitions
 *     as {@code input}
 */
public record SurveyTopics(String input, String outcomes, String galaxies, String progress) {

  /**
   * The internal ones are named after the application, as Kafka Streams' own are.
   *
   * @param applicationId of the classifier
   */
  public static SurveyTopics of(String input, String outcomes, String applicationId) {
    return new SurveyTopics(
        input, outcomes, applicationId + "-survey-galaxies", applicationId + "-survey-progress");
  }
}
