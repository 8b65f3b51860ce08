package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.Batcher.Preparation;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.MorphologyModel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A model in service, with the images on their way to it.
 *
 * <p>Invariant: a model that was {@linkplain #retire retired} is closed by the thread that
 * {@linkplain #release releases} the last image that was prepared for it, and by no other.
 *
 * <p>Safe for use by many threads at once.
 */
final class ServedModel {

  final MorphologyModel model;
  final Preparation preparation;
  final Answerer answerer;

  /** The image that it answered first. It tells a broken model from a strange image. */
  final AtomicReference<@Nullable PreparedImage> answeredBefore = new AtomicReference<>();

  /** Images that are being prepared for it, or are prepared and not yet answered. */
  private final AtomicInteger waitingFor = new AtomicInteger();

  private volatile boolean retired;

  ServedModel(MorphologyModel model, Preparation preparation) {
    this.model = model;
    this.preparation = preparation;
    answerer = Answerer.of(model);
  }

  /** Whether this very image is the one that tells a broken model. */
  @SuppressWarnings("ReferenceEquality")
  boolean keeps(PreparedImage image) {
    return image == answeredBefore.get();
  }

  /** Whether the other may answer what was prepared for this one. */
  boolean takesTheSameAs(ServedModel other) {
    return this == other || model.input().equals(other.model.input());
  }

  /** An image begins its way to the model. */
  void acquire() {
    waitingFor.incrementAndGet();
  }

  /** An image is done with. */
  void release() {
    if (waitingFor.decrementAndGet() == 0 && retired) {
      model.close();
    }
  }

  /** Another model serves from now on. */
  void retire() {
    acquire(); // so that it is closed here, or by the last release
    retired = true;
    release();
  }
}
