package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.progress.SurveyBoard;
import dev.tuningfork.classifier.progress.SurveyState;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /v1/survey-images} and {@code /v1/survey-images/{id}}: how far survey images are, as JSON.
 * An instance answers for those whose partitions it has.
 */
public final class SurveyImagesEndpoint {

  static final String LIST = "/v1/survey-images";
  static final String PATTERN = "/v1/survey-images/{+surveyImageId}";

  private static final String FOLDER = "/v1/survey-images/";

  private final Optional<SurveyBoard> board;

  /**
   * @param board empty where no survey images are read
   */
  public SurveyImagesEndpoint(Optional<SurveyBoard> board) {
    this.board = board;
  }

  HttpReply list(ServerRequest request) {
    return board
        .map(
            known -> {
              List<Map<String, Object>> all =
                  known.all().stream().map(SurveyState::fields).toList();
              return HttpReply.json(Status.OK_200, Map.of("surveyImages", all));
            })
        .orElseGet(SurveyImagesEndpoint::none);
  }

  HttpReply one(ServerRequest request) {
    String id = request.path().path().substring(FOLDER.length());
    return board
        .map(
            known ->
                known
                    .find(id)
                    .map(state -> HttpReply.json(Status.OK_200, state.fields()))
                    .orElseGet(
                        () ->
                            HttpReply.error(
                                Status.NOT_FOUND_404,
                                "This instance does not know this survey image. Another one may have its partition, or its outcome is in the outcome topic.")))
        .orElseGet(SurveyImagesEndpoint::none);
  }

  private static HttpReply none() {
    return HttpReply.error(
        Status.NOT_IMPLEMENTED_501,
        "Survey images are not read here. Set survey-images.topic to read them.");
  }
}
