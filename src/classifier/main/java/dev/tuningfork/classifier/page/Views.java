package dev.tuningfork.classifier.page;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.progress.Sky;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the page gets as JSON. A component that is null is left out. */
final class Views {

  private Views() {}

  /**
   * The first event of a connection, and the one after an exchange of the model.
   *
   * @param cards the most galaxies a second that this client is shown
   * @param replay whether dead letters may be replayed
   * @param survey absent where the page steers none
   */
  record Hello(
      String version,
      String model,
      String modelVersion,
      String sha256,
      String device,
      String tree,
      int cards,
      boolean replay,
      SteeredSurvey.@Nullable State survey) {

    static Hello of(
        String version,
        Answerer serving,
        PageSettings settings,
        SteeredSurvey.@Nullable State survey) {
      return new Hello(
          version,
          serving.identity().name(),
          serving.identity().version(),
          serving.identity().sha256(),
          serving.device(),
          nameOf(serving.tree()),
          settings.cards(),
          settings.replay(),
          survey);
    }
  }

  /** The tree that the serving model answers. */
  record Tree(String tree, List<Asked> questions) {

    static Tree of(DecisionTree tree) {
      return new Tree(nameOf(tree), Asked.all(tree));
    }
  }

  /** A question of a tree. */
  record Asked(String id, String key, String text, List<Choice> answers) {

    static List<Asked> all(DecisionTree tree) {
      return tree.questions().stream().map(Asked::of).toList();
    }

    private static Asked of(Question question) {
      return new Asked(
          question.id(),
          question.key(),
          question.text(),
          question.answers().stream()
              .map(answer -> new Choice(answer.id(), answer.key(), answer.next().orElse("")))
              .toList());
    }
  }

  /**
   * An answer of a tree.
   *
   * @param next the id of the question that follows; empty where the walk ends
   */
  record Choice(String id, String key, String next) {}

  /** A galaxy among the newest. */
  record Card(
      long number,
      String objectId,
      @Nullable String survey,
      @JsonProperty("class") @Nullable String classString,
      String description,
      String classifiedAt,
      Set<QualityFlag> flags,
      String model,
      String device,
      List<Walk.Step> walk,
      SteeredSurvey.@Nullable Truth truth) {

    static Card of(SeenGalaxy galaxy, SteeredSurvey.@Nullable Truth truth) {
      GalaxyMorphology morphology = galaxy.morphology;
      return new Card(
          galaxy.number,
          morphology.objectId(),
          morphology.survey(),
          morphology.morphology().classString(),
          morphology.morphology().description(),
          morphology.classifiedAt().toString(),
          morphology.flags(),
          morphology.model().name() + " " + morphology.model().version(),
          morphology.device(),
          Walk.of(galaxy.answers),
          truth);
    }
  }

  /**
   * One galaxy.
   *
   * @param message the morphology as it was published
   * @param questions of the tree that it answers; absent where that tree is no longer known
   */
  record Galaxy(
      String message, @Nullable List<Asked> questions, SteeredSurvey.@Nullable Truth truth) {}

  /**
   * Galaxies of a survey image.
   *
   * @param next what asks for those that follow
   * @param lights id, right ascension, declination and class of each; the class of a dead letter is
   *     empty
   */
  record Lights(long next, List<List<Object>> lights) {

    static Lights of(List<Sky.Light> lights, long after) {
      return new Lights(
          lights.isEmpty() ? after : lights.getLast().number(),
          lights.stream()
              .map(one -> List.<Object>of(one.objectId(), one.ra(), one.dec(), one.kind()))
              .toList());
    }
  }

  /**
   * What came of a replay.
   *
   * @param said a sentence
   */
  record Replayed(String said) {}

  private static String nameOf(DecisionTree tree) {
    return tree.id() + " " + tree.version();
  }
}
