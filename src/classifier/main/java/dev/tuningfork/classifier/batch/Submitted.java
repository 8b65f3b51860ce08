package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An image on its way, and the outcome that its owner waits for.
 *
 * @param host which host has to answer before the image is here; empty where none has to
 */
record Submitted(ImageOrigin origin, Optional<String> host, CompletableFuture<Outcome> outcome) {

  /** Whether nobody waits for the outcome any longer. */
  boolean isDone() {
    return outcome.isDone();
  }

  void fail(Stage stage, FailureKind kind, int attempts, Throwable cause) {
    outcome.complete(new Outcome.Failed(stage, kind, attempts, cause));
  }

  /** How many bytes are held while the image waits to be fetched. */
  long bytes() {
    return switch (origin) {
      case ImageOrigin.Referenced(_, var image) -> image.uri().length();
      case ImageOrigin.OnTile tile ->
          tile.cutout().bands().stream().mapToLong(band -> band.uri().length()).sum();
      case ImageOrigin.Carried(_, var bytes) -> bytes.length;
    };
  }
}
