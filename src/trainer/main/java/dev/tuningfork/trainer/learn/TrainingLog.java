package dev.tuningfork.trainer.learn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * How a training went, epoch by epoch: what the trainer writes as JSON lines, an object an epoch.
 * Only its number must be there. Of an epoch that is repeated after a resume, the last line counts.
 * A truncated last line is ignored.
 *
 * @param epochs in their order
 */
public record TrainingLog(List<Epoch> epochs) {

  /** The file's name, in the folder of a run and in a bundle. */
  public static final String FILE = "training.jsonl";

  /**
   * One epoch.
   *
   * @param number from 1
   * @param figures by name: {@code trainingLoss}, {@code validationLoss}, {@code rmse}, …; those of
   *     one question by its id as well, such as {@code validationAccuracy t01}
   */
  public record Epoch(int number, Map<String, Double> figures) {
    public Epoch {
      figures = Map.copyOf(figures);
    }
  }

  public TrainingLog {
    epochs = List.copyOf(epochs);
  }

  /** The log of a training of which nothing is known. */
  public static TrainingLog none() {
    return new TrainingLog(List.of());
  }

  /**
   * Reads JSON lines.
   *
   * @throws IllegalArgumentException if a line is invalid, and which
   */
  public static TrainingLog read(String jsonLines) {
    JsonMapper mapper = new JsonMapper();
    SequencedMap<Integer, Epoch> epochs = new TreeMap<>();
    List<String> lines = jsonLines.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      JsonNode line;
      try {
        line = mapper.readTree(lines.get(i));
      } catch (JsonProcessingException e) {
        if (i == lines.size() - 1) {
          break;
        }
        throw refused(i, "is not JSON: " + e.getOriginalMessage());
      }
      if (!line.path("epoch").isInt()) {
        throw refused(i, "does not name an epoch");
      }
      int number = line.get("epoch").intValue();
      epochs.put(number, new Epoch(number, figures(line)));
    }
    return new TrainingLog(new ArrayList<>(epochs.values()));
  }

  private static Map<String, Double> figures(JsonNode line) {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : line.properties()) {
      if (field.getValue().isNumber()) {
        figures.put(field.getKey(), field.getValue().doubleValue());
      }
      for (Map.Entry<String, JsonNode> inner : field.getValue().properties()) {
        if (inner.getValue().isNumber()) {
          figures.put(field.getKey() + " " + inner.getKey(), inner.getValue().doubleValue());
        }
      }
    }
    return figures;
  }

  private static IllegalArgumentException refused(int line, String complaint) {
    return new IllegalArgumentException(
        "Line %d of a training's log (%s) %s.".formatted(line + 1, FILE, complaint));
  }

  /** A figure by epoch, for the epochs that tell it. */
  public SequencedMap<Integer, Double> course(String figure) {
    SequencedMap<Integer, Double> course = new LinkedHashMap<>();
    for (Epoch epoch : epochs) {
      Double value = epoch.figures().get(figure);
      if (value != null) {
        course.put(epoch.number(), value);
      }
    }
    return course;
  }

  /**
   * The accuracy of a question by epoch, whether the log has it by question or as one number.
   *
   * @param figure such as {@code validationAccuracy}
   */
  public SequencedMap<Integer, Double> course(String figure, String question) {
    SequencedMap<Integer, Double> course = course(figure + " " + question);
    return course.isEmpty() ? course(figure) : course;
  }
}
