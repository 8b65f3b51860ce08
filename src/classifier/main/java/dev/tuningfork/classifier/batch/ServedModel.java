package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.Batcher.Preparation;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tile.GalaxyCutter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final String OWN = "";

  final MorphologyModel model;
  final Preparation preparation;
  final Answerer answerer;

  /** The image that it answered first. It tells a broken model from a strange image. */
  final AtomicReference<@Nullable PreparedImage> answeredBefore = new AtomicReference<>();

  private final CutLimit cutLimit;

  /** By the name of the recipe; {@value #OWN} for the model's own. There are few recipes. */
  private final Map<String, GalaxyCutter> cutters = new ConcurrentHashMap<>();

  /** Images on their way to it, and one more until it is retired. At 0 it is closed. */
  private final AtomicInteger uses = new AtomicInteger(1);

  /**
   * @param cutLimit of what is cut out of a survey image for one galaxy
   */
  ServedModel(
      MorphologyModel model, Preparation preparation, Answerer answerer, CutLimit cutLimit) {
    this.model = model;
    this.cutLimit = cutLimit;
    this.preparation = preparation;
    this.answerer = answerer;
  }

  /**
   * What cuts galaxies out of survey images for it.
   *
   * @param recipe how their pictures are made; null for as the model learnt it
   * @throws ImageException if there is no such recipe
   */
  GalaxyCutter cutter(@Nullable String recipe) throws ImageException {
    try {
      return cutters.computeIfAbsent(
          recipe == null ? OWN : recipe,
          _ ->
              new GalaxyCutter(
                  model.input(), recipe == null ? null : Recipe.named(recipe), cutLimit));
    } catch (IllegalArgumentException e) {
      throw new ImageException(String.valueOf(e.getMessage()), e);
    }
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
