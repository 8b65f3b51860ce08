package dev.tuningfork.trainer.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.trainer.metrics.AnswerError;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import dev.tuningfork.trainer.metrics.Share;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** All figures for machines. */
final class EvaluationJson {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private EvaluationJson() {}

  static String of(Evaluation evaluation) {
    SequencedMap<String, Object> json = new LinkedHashMap<>();
    json.put("model", evaluation.model());
    json.put("views", evaluation.views());
    json.put("metrics", evaluation.byName());
    SequencedMap<String, Object> errors = new LinkedHashMap<>();
    SequencedMap<String, Object> confusion = new LinkedHashMap<>();
    SequencedMap<String, Object> calibration = new LinkedHashMap<>();
    for (QuestionMetrics question : evaluation.metrics().questions()) {
      for (AnswerError error : question.errors()) {
        errors.put(error.answer().id(), of(question, error));
      }
      confusion.put(
          question.question().id(),
          ordered(
              "answers", question.question().answers().stream().map(a -> a.id()).toList(),
              "all", question.all().counts(),
              "asked", question.reached().counts(),
              "agreed", question.agreed().counts()));
      calibration.put(question.question().id(), question.calibration().bins());
    }
    if (!errors.isEmpty()) {
      json.put("errors", errors);
    }
    json.put("confusion", confusion);
    json.put("calibration", calibration);
    SequencedMap<String, Object> classes = new LinkedHashMap<>();
    evaluation
        .metrics()
        .classes()
        .forEach(
            (name, share) -> {
              SequencedMap<String, Object> entry =
                  ordered("galaxies", share.whole(), "followed", share.part());
              Share nearest = evaluation.metrics().nearestClasses().get(name);
              if (nearest != null) {
                entry.put("nearest", nearest.part());
              }
              classes.put(name, entry);
            });
    json.put("classes", classes);
    json.put("imagesPerSecond", evaluation.speed());
    json.put("leftOut", List.copyOf(evaluation.leftOut()));
    try {
      return JSON.writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Maps of numbers are JSON.", e);
    }
  }

  private static SequencedMap<String, Object> of(QuestionMetrics question, AnswerError error) {
    return ordered(
        "question", question.question().id(),
        "answer", error.answer().key(),
        "galaxies", error.galaxies(),
        "rmse", Math.sqrt(error.meanSquare()),
        "volunteersScatter", Math.sqrt(error.scatter()),
        "votes", error.votes(),
        "probability", error.probability());
  }

  private static SequencedMap<String, Object> ordered(Object... namesAndValues) {
    SequencedMap<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }
}
