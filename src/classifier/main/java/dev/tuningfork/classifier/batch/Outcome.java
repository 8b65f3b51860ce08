package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.Sampler.Sample;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.image.ImageFacts;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What became of an image. */
public sealed interface Outcome {

  /**
   * The model answered.
   *
   * @param by which model
   * @param sha256 the hash of the image file, or of what the network saw of a survey image
   * @param width of the image, pixels
   * @param height of the image, pixels
   * @param flags what was noticed while the image was prepared
   * @param facts what was found out about it
   * @param sample what the sampler kept of the image
   * @param cutout which part of a survey image it is; null for a file of its own
   */
  record Classified(
      AnswerProbabilities probabilities,
      Answerer by,
      String sha256,
      int width,
      int height,
      Set<QualityFlag> flags,
      ImageFacts facts,
      @Nullable Sample sample,
      GalaxyMorphology.@Nullable Cutout cutout)
      implements Outcome {

    public Classified {
      flags = Set.copyOf(flags);
    }
  }

  /**
   * It failed, and becomes a dead letter.
   *
   * @param stage where it failed
   * @param attempts how many times that stage was tried; where its host is silent, how many times
   *     another image of that host was
   * @param cause its message is a sentence that the reference's publisher understands
   */
  record Failed(Stage stage, FailureKind kind, int attempts, Throwable cause) implements Outcome {}
}
