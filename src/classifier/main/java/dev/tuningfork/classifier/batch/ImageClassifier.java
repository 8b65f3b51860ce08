package dev.tuningfork.classifier.batch;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Classifies images in its own time. Safe for use by many threads at once. */
@FunctionalInterface
public interface ImageClassifier {

  /**
   * Takes an image if there is room for it, and never blocks.
   *
   * @return its outcome, which arrives on a thread of the classifier's, never exceptionally, and
   *     perhaps never once the classifier is closed; or empty where the classifier is full, and the
   *     image is to be offered again later. Cancelling the future drops the image at its next step
   */
  Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin);

  /** The host that has to answer before an image is here; empty where none has to. */
  default Optional<String> host(ImageOrigin origin) {
    return Optional.empty();
  }

  /** The hosts that take too long to answer now. Their images may wait for a long time. */
  default Set<String> slowHosts() {
    return Set.of();
  }

  /**
   * How long an image may wait for a slow host: where there is one, and the rest works, outcomes
   * are at most so far apart.
   */
  default Duration longestWait() {
    return Duration.ZERO;
  }
}
