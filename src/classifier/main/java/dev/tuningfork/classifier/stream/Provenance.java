package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.Outcome.Classified;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.ImageFacts;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Interval;
import dev.tuningfork.tree.Morphology;
import dev.tuningfork.tree.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every answer of one model says about its origin, and how an answer becomes a message.
 *
 * @param preprocessing the identifier of the model's input specification
 * @param device where the model computes
 */
public record Provenance(
    GalaxyMorphology.Model model, GalaxyMorphology.Tree tree, String preprocessing, String device) {

  /** Nine decimals: finer than a network's single precision, and half as long as all digits. */
  private static final double DECIMALS = 1e9;

  public static Provenance of(Answerer by) {
    return new Provenance(
        new GalaxyMorphology.Model(
            by.identity().name(),
            by.identity().version(),
            by.identity().sha256(),
            by.views() == 1 ? null : by.views()),
        new GalaxyMorphology.Tree(by.tree().id(), by.tree().version()),
        by.preprocessing(),
        by.device());
  }

  /**
   * An answer about an image.
   *
   * @param reference names the image; absent where the image came without one
   * @param receivedAt when the reference or the image was taken up
   * @param source where the reference or the image was found
   */
  public GalaxyMorphology answer(
      String objectId,
      @Nullable GalaxyImageReference reference,
      Classified classified,
      Instant receivedAt,
      Instant classifiedAt,
      GalaxyMorphology.Source source) {
    return answer(
        objectId,
        reference,
        reference == null ? null : reference.ra(),
        reference == null ? null : reference.dec(),
        reference == null ? null : reference.referenceId(),
        classified.probabilities(),
        flags(reference, classified.flags()),
        image(reference, classified),
        receivedAt,
        classifiedAt,
        source);
  }

  /**
   * An answer about a galaxy that no reference was published for, such as one of a catalogue.
   *
   * @param source where the galaxy is named; for a catalogue its name and the galaxy's row
   */
  public GalaxyMorphology answer(
      String objectId,
      String referenceId,
      SkyPosition position,
      AnswerProbabilities probabilities,
      Set<QualityFlag> flags,
      GalaxyMorphology.Image image,
      Instant receivedAt,
      Instant classifiedAt,
      GalaxyMorphology.Source source) {
    return answer(
        objectId,
        null,
        position.ra(),
        position.dec(),
        referenceId,
        probabilities,
        flags,
        image,
        receivedAt,
        classifiedAt,
        source);
  }

  private GalaxyMorphology answer(
      String objectId,
      @Nullable GalaxyImageReference reference,
      @Nullable Double ra,
      @Nullable Double dec,
      @Nullable String referenceId,
      AnswerProbabilities probabilities,
      Set<QualityFlag> flags,
      GalaxyMorphology.Image image,
      Instant receivedAt,
      Instant classifiedAt,
      GalaxyMorphology.Source source) {
    Morphology morphology = Morphology.of(probabilities);
    return new GalaxyMorphology(
        objectId,
        referenceId,
        reference == null ? null : reference.survey(),
        ra,
        dec,
        tree,
        questions(probabilities),
        new GalaxyMorphology.Morphology(
            morphology.classString().isEmpty() ? null : morphology.classString(),
            morphology.sentence()),
        flags,
        model,
        preprocessing,
        image,
        device,
        reference == null ? null : reference.publishedAt(),
        receivedAt,
        classifiedAt,
        source);
  }

  private static List<GalaxyMorphology.Question> questions(AnswerProbabilities probabilities) {
    List<GalaxyMorphology.Question> questions = new ArrayList<>();
    for (Question question : probabilities.tree().questions()) {
      if (probabilities.answers(question)) {
        questions.add(question(question, probabilities));
      }
    }
    return questions;
  }

  private static GalaxyMorphology.Question question(
      Question question, AnswerProbabilities probabilities) {
    double[] conditional = probabilities.conditional(question);
    OptionalDouble asked = probabilities.asked(question);
    OptionalDouble concentration = probabilities.concentration(question);
    List<GalaxyMorphology.Answer> answers = new ArrayList<>(conditional.length);
    for (int i = 0; i < conditional.length; i++) {
      var answer = question.answers().get(i);
      Optional<Interval> interval = probabilities.interval(question, i);
      answers.add(
          new GalaxyMorphology.Answer(
              answer.id(),
              answer.key(),
              rounded(conditional[i]),
              asked.isPresent() ? rounded(conditional[i] * asked.getAsDouble()) : null,
              interval.isPresent() ? rounded(interval.get().lower90()) : null,
              interval.isPresent() ? rounded(interval.get().upper90()) : null));
    }
    return new GalaxyMorphology.Question(
        question.id(),
        question.key(),
        asked.isPresent() ? rounded(asked.getAsDouble()) : null,
        concentration.isPresent() ? rounded(concentration.getAsDouble()) : null,
        answers);
  }

  private static double rounded(double share) {
    return Math.rint(share * DECIMALS) / DECIMALS;
  }

  private static Set<QualityFlag> flags(
      @Nullable GalaxyImageReference reference, Set<QualityFlag> noticed) {
    if (reference == null || !reference.test()) {
      return noticed;
    }
    Set<QualityFlag> flags = EnumSet.of(QualityFlag.TEST);
    flags.addAll(noticed);
    return flags;
  }

  private static GalaxyMorphology.Image image(
      @Nullable GalaxyImageReference reference, Classified classified) {
    ImageFacts facts = classified.facts();
    GalaxyMorphology.Cutout cutout = classified.cutout();
    if (cutout != null) {
      return GalaxyMorphology.Image.of(cutout, classified.sha256(), facts);
    }
    SkyPosition centre = facts.centre();
    return new GalaxyMorphology.Image(
        uri(reference),
        classified.sha256(),
        classified.width(),
        classified.height(),
        facts.hdu(),
        facts.pixelScale(),
        centre == null ? null : centre.ra(),
        centre == null ? null : centre.dec(),
        facts.undefined() == 0 ? null : rounded(facts.undefined()),
        null);
  }

  /** A data URI is the image itself, and too long to be said twice. */
  private static @Nullable String uri(@Nullable GalaxyImageReference reference) {
    if (reference == null || reference.image().uri().regionMatches(true, 0, "data:", 0, 5)) {
      return null;
    }
    return reference.image().uri();
  }
}
