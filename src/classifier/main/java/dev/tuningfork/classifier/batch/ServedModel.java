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
 * <p>Invariant: a model that was {@linkplain #retire retired} is closed once, by the last
 * {@linkplain #release release}. No image {@linkplain #acquire acquires} it after that.
 *
 * <p>Safe for use by many threads at once.
 */
final class ServedModel {

  final MorphologyModel model;
  final Preparation preparation;
  final Answerer answerer;

  /** The image that it answered first. It tells a broken model from a strange image. */
  final AtomicReference<@Nullable PreparedImage> answeredBefore = new AtomicReference<>();

  /** Images on their way to it, and one more until it is retired. At 0 it is closed. */
  private final AtomicInteger uses = new AtomicInteger(1);

  ServedModel(MorphologyModel model, Preparation preparation, Answerer answerer) {
    this.model = model;
    this.preparation = preparation;
    this.answerer = answerer;
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

  /**
   * An image begins its way to the model.
   *
   * @return false where the model is closed already
   */
  boolean acquire() {
    return uses.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** An image is done with. */
  void release() {
    if (uses.decrementAndGet() == 0) {
      model.close();
    }
  }

  /** Another model serves from now on. Called once. */
  void retire() {
    release();
  }
}
