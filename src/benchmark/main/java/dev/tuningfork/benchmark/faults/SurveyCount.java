package dev.tuningfork.benchmark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges what becomes of survey images and their galaxies. Belongs to one thread. */
final class SurveyCount {

  private final Surveys surveys;
  private final @Nullable JsonNode[] outcomes;
  private final int[] answers;
  private final int[] deadLetters;
  private final boolean[] messageFailed;

  /** The class of each row, as it was found first. */
  private final Map<Integer, String> classes = new HashMap<>();

  SurveyCount(Surveys surveys) {
    this.surveys = surveys;
    outcomes = new JsonNode[surveys.images()];
    answers = new int[surveys.images()];
    deadLetters = new int[surveys.images()];
    messageFailed = new boolean[surveys.images()];
  }

  /**
   * The number of the galaxy that a dead letter of a survey image is about.
   *
   * @return −1 where it is about the message
   */
  int numberOf(String key, JsonNode letter) {
    JsonNode catalogue = letter.path("catalogue");
    JsonNode galaxies = letter.path("galaxies");
    boolean isOfRow = catalogue.isMissingNode() ? galaxies.size() == 1 : catalogue.has("firstRow");
    if (!isOfRow) {
      return -1;
    }
    return catalogue.isMissingNode()
        ? galaxies.path(0).path("objectId").asInt(-1)
        : surveys.galaxy(Surveys.image(key), catalogue.path("firstRow").intValue());
  }

  /** What is wrong with an answer; empty where nothing is. */
  String answered(int number, JsonNode answer) {
    int image = surveys.imageOf(number);
    int row = surveys.rowOf(number);
    answers[image]++;
    String reference = answer.path("referenceId").asText();
    String tile = answer.at("/image/cutout/tile").asText();
    String found = answer.at("/morphology/class").asText();
    if (!Surveys.isAnswered(row)) {
      return "it is answered, and cannot be";
    } else if (!reference.equals(Surveys.id(image) + "/" + row)
        || !tile.equals(Surveys.id(image))) {
      return "its answer is about %s of %s".formatted(reference, tile);
    }
    String expected = classes.computeIfAbsent(row, _ -> found);
    return found.equals(expected)
        ? ""
        : "its class is %s, and %s while nothing was broken".formatted(found, expected);
  }

  /** Whether a dead letter of a galaxy is right. */
  boolean mayBeLetter(int number, String stage) {
    int image = surveys.imageOf(number);
    int row = surveys.rowOf(number);
    deadLetters[image]++;
    return switch (stage) {
      case "expand" -> row == Surveys.UNUSABLE;
      case "decode-image" -> row == Surveys.OFF_THE_IMAGE;
      case "fetch" -> row != Surveys.UNUSABLE && surveys.mayFail().test(image);
      default -> false;
    };
  }

  /** What is wrong with a dead letter of a message; empty where nothing is. */
  String failed(int image, String stage, String reason) {
    boolean again = messageFailed[image];
    messageFailed[image] = true;
    if (again) {
      return "its message has two dead letters";
    }
    return stage.equals("expand") && surveys.mayFail().test(image)
        ? ""
        : "its message is a dead letter: %s, %s".formatted(stage, reason);
  }

  /**
   * An outcome was read.
   *
   * @return how many of its galaxies will never come, because their list could not be read
   */
  int done(int image, JsonNode outcome) {
    outcomes[image] = outcome;
    return outcome.has("failure")
        ? Math.max(0, surveys.rows() - outcome.path("galaxies").intValue())
        : 0;
  }

  /**
   * Whether nothing may come of a galaxy, because the list was not read up to it. Which galaxies
   * were listed, nobody knows; the outcome says how many.
   */
  boolean isUnlisted(int number) {
    if (!surveys.isGalaxy(number)) {
      return false;
    }
    int image = surveys.imageOf(number);
    JsonNode outcome = outcomes[image];
    return outcome != null
        && outcome.has("failure")
        && answers[image] + deadLetters[image] >= outcome.path("galaxies").intValue();
  }

  /** What is wrong with an outcome, once all is read; empty where nothing is. */
  String wrong(int image) {
    JsonNode outcome = outcomes[image];
    if (outcome == null) {
      return "";
    }
    List<String> wrong = new ArrayList<>();
    int galaxies = outcome.path("galaxies").intValue();
    if (outcome.has("failure") != messageFailed[image]) {
      wrong.add("either it or a dead letter says that its list could not be read, and not both");
    }
    if (!outcome.has("failure") && galaxies != surveys.rows()) {
      wrong.add("it has %d galaxies, and not %d".formatted(galaxies, surveys.rows()));
    }
    if (outcome.path("answered").intValue() != answers[image]
        || outcome.path("deadLetters").intValue() != deadLetters[image]) {
      wrong.add(
          "it counts %d answers and %d dead letters, and there are %d and %d"
              .formatted(
                  outcome.path("answered").intValue(),
                  outcome.path("deadLetters").intValue(),
                  answers[image],
                  deadLetters[image]));
    }
    return String.join("; ", wrong);
  }
}
