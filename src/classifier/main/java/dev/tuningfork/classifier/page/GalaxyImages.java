package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.service.HttpReply;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tile.GalaxyCutter;
import dev.tuningfork.tile.TileException;
import io.helidon.http.Status;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The images of galaxies as JPEGs. A file is never passed through: its pixels are decoded within
 * the classifier's limits and encoded again. The classifier's own fetcher fetches it, from where
 * its settings allow. A few are made at a time. Safe for use by many threads at once.
 */
final class GalaxyImages {

  private static final int SIDE = 512;
  private static final int AT_ONCE = 4;
  private static final long WAIT_SECONDS = 10;

  private final Gallery gallery;
  private final Function<String, Optional<byte[]>> morphologies;
  private final ImageFetcher fetcher;
  private final Preprocessor whole;
  private final Semaphore places = new Semaphore(AT_ONCE);

  /**
   * @param morphologies the latest morphology of an object, where these are kept
   */
  GalaxyImages(
      Gallery gallery,
      Function<String, Optional<byte[]>> morphologies,
      ImageFetcher fetcher,
      ImageLimits limits) {
    this.gallery = gallery;
    this.morphologies = morphologies;
    this.fetcher = fetcher;
    InputSpec all =
        InputSpec.article()
            .withChannels(Channels.RGB)
            .withSize(SIDE)
            .withCrop(new Crop.Fraction(1));
    whole = new Preprocessor(all, limits);
  }

  /** What the network saw of the galaxy of this number, while the galaxy is kept. */
  HttpReply thumbnail(String number) {
    return (number.matches("\\d{1,18}")
            ? gallery.find(Long.parseLong(number))
            : Optional.<SeenGalaxy>empty())
        .map(galaxy -> jpeg(galaxy.thumbnail()))
        .orElseGet(() -> none("This thumbnail is not, or no longer, kept."));
  }

  /** What the network saw of an object, while its galaxy is kept. */
  HttpReply seen(String objectId) {
    return gallery
        .find(objectId)
        .map(galaxy -> jpeg(galaxy.thumbnail()))
        .orElseGet(() -> none("The pixels that the network saw are no longer kept."));
  }

  /** The central square of an object's image. */
  HttpReply original(String objectId) {
    Optional<ImageOrigin> origin =
        gallery
            .find(objectId)
            .map(galaxy -> galaxy.origin)
            .or(() -> morphologies.apply(objectId).flatMap(GalaxyImages::origin));
    if (origin.isEmpty()) {
      return none("The address of its image is no longer known.");
    }
    try {
      if (!places.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        return none("Too many pictures are requested at once; try again.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return HttpReply.error(Status.SERVICE_UNAVAILABLE_503, "The service is stopping.");
    }
    try {
      return jpeg(render(origin.get()));
    } catch (FetchException | ImageException e) {
      return none("The image is not available: " + e.getMessage());
    } finally {
      places.release();
    }
  }

  private byte[] render(ImageOrigin origin) throws FetchException, ImageException {
    PreparedImage image =
        switch (origin) {
          case ImageOrigin.Carried(_, byte[] bytes) -> whole.prepare(bytes, origin.description());
          case ImageOrigin.Referenced(_, var reference) ->
              whole.prepare(fetcher.fetch(reference).bytes(), origin.description());
          case ImageOrigin.OnTile tile -> square(tile);
        };
    return DisplayImage.of(image).toJpeg();
  }

  private PreparedImage square(ImageOrigin.OnTile tile) throws FetchException, ImageException {
    String recipe = tile.cutout().recipe();
    try (ImageFetcher.OpenImage open = fetcher.open(tile.cutout(), tile.cut())) {
      GalaxyCutter cutter =
          new GalaxyCutter(
              whole.spec(), recipe == null ? null : Recipe.named(recipe), CutLimit.of(AT_ONCE));
      return cutter.cut(open.image(), tile.cut(), false).image();
    } catch (TileException | IllegalArgumentException e) {
      throw new ImageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Optional<ImageOrigin> origin(byte[] json) {
    try {
      GalaxyMorphology galaxy = GalaxyMorphology.fromJson(json);
      if (galaxy.image().cutout() != null) {
        return Optional.empty(); // the whole survey image is not the galaxy's
      }
      return Optional.ofNullable(galaxy.image().uri())
          .map(
              uri ->
                  new ImageOrigin.Referenced(
                      galaxy.objectId(), GalaxyImageReference.Image.of(uri)));
    } catch (MessageException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static HttpReply jpeg(byte[] file) {
    return HttpReply.of(Status.OK_200, "image/jpeg", file);
  }

  private static HttpReply none(String sentence) {
    return HttpReply.error(Status.NOT_FOUND_404, sentence);
  }
}
