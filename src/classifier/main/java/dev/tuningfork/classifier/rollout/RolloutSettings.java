package dev.tuningfork.classifier.rollout;

import java.time.Duration;
import java.util.Optional;

/**
 * How models are exchanged and tried.
 *
 * @param watch whether a bundle that comes to stand where the model's, or the shadow's, stood is
 *     taken into service
 * @param poll how often it is looked for
 * @param shadow a model that is asked too and not published: one that the product ships, or the
 *     path of a bundle
 * @param shadowShare of the images, above 0 and at most 1, that the shadow is asked about
 */
public record RolloutSettings(
    boolean watch, Duration poll, Optional<String> shadow, double shadowShare) {

  /** The model stays, and has no shadow. */
  public static final RolloutSettings NONE =
      new RolloutSettings(false, Duration.ofSeconds(10), Optional.empty(), 0.1);

  public RolloutSettings {
    if (!poll.isPositive()) {
      throw new IllegalArgumentException("poll must be longer than 0.");
    }
    if (!(shadowShare > 0 && shadowShare <= 1)) {
      throw new IllegalArgumentException(
          "shadow-share must be above 0 and at most 1, not " + shadowShare + ".");
    }
  }
}
