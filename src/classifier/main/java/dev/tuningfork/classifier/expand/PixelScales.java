package dev.tuningfork.classifier.expand;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference.Cutout;
import dev.tuningfork.image.LocalGrid;
import dev.tuningfork.image.PixelPosition;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.image.Wcs;
import org.jspecify.annotations.Nullable;

/**
 * The pixel scales of a survey image, which is opened once, when the first is needed. Belongs to
 * one thread.
 */
final class PixelScales {

  private final ImageFetcher fetcher;
  private final Cutout image;
  private @Nullable Wcs grid;
  private @Nullable NoScale never;

  /** The survey image says nothing about the pixels at a position, and never will. */
  static final class NoScale extends RuntimeException {
    NoScale(String reason) {
      super(reason);
    }
  }

  /** The survey image cannot be opened now, but perhaps later: no row is to blame. */
  static final class OutOfReach extends RuntimeException {
    private final FetchException why;

    OutOfReach(FetchException why) {
      super(why);
      this.why = why;
    }

    FetchException why() {
      return why;
    }
  }

  /**
   * @param image names the files; its size does not matter
   */
  PixelScales(ImageFetcher fetcher, Cutout image) {
    this.fetcher = fetcher;
    this.image = image;
  }

  /**
   * Arcseconds a pixel.
   *
   * @throws NoScale where a row with this position cannot be used
   * @throws OutOfReach where the list cannot be read further
   */
  double at(SkyPosition position) {
    Wcs wcs = grid == null ? open() : grid;
    grid = wcs;
    PixelPosition at = wcs.toPixel(position);
    LocalGrid local = at == null ? null : wcs.at(at.x(), at.y());
    if (local == null) {
      throw new NoScale("the galaxy is off the survey image.");
    }
    return local.pixelScale();
  }

  private Wcs open() {
    NoScale known = never;
    if (known != null) {
      throw known;
    }
    try (ImageFetcher.OpenImage open = fetcher.open(image, null)) {
      return open.image().reference().wcs();
    } catch (FetchException e) {
      if (e.kind() == FailureKind.TRANSIENT) {
        throw new OutOfReach(e);
      }
      NoScale fresh = new NoScale(String.valueOf(e.getMessage()));
      never = fresh;
      throw fresh;
    }
  }
}
