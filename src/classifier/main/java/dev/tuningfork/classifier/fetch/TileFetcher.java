package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.GalaxyImageReference.Cutout;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tile.OpenTiles;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileException;
import dev.tuningfork.tile.TileSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Opens survey images: files of this machine, and copies of files elsewhere. Safe for use by many
 * threads at once.
 */
final class TileFetcher implements AutoCloseable {

  /** A survey image that changes so often while a galaxy is fetched is not tried again. */
  private static final int MOST_VERSIONS = 3;

  private final Sources sources;
  private final OpenTiles tiles;
  private final RemoteTiles copies;
  private final BandCheck check = new BandCheck();

  /** A larger square is not fetched ahead, since it will be refused. */
  private final CutLimit limit;

  private final LongAdder cutouts = new LongAdder();

  TileFetcher(FetchSettings settings, Sources sources, Attempts attempts, ExecutorService threads) {
    TileSettings own = settings.tiles();
    this.sources = sources;
    this.tiles = own.openTiles();
    this.limit = new CutLimit(settings.limits().bytes());
    Attempts patient = new Attempts(settings.retries(), own.fetchTime(), own.fetchTime(), threads);
    this.copies = new RemoteTiles(own, attempts, patient, threads, tiles);
  }

  TileFigures figures() {
    return new TileFigures(
        cutouts.sum(), copies.hits(), copies.misses(), copies.fetched(), copies.held());
  }

  /** Whether all files of a survey image are on this machine, or it cannot be opened at all. */
  boolean isHere(Cutout cutout) {
    return cutout.bands().stream().allMatch(this::isHere);
  }

  private boolean isHere(Band band) {
    try {
      return sources.of(Sources.uri(band.uri())).isHere();
    } catch (SourceException e) {
      return true;
    }
  }

  /** See {@link ImageFetcher#open}. */
  ImageFetcher.OpenImage open(Cutout cutout, @Nullable Cut cut) throws FetchException {
    if (cut == null) {
      return open(cutout, false);
    }
    cutouts.increment();
    for (int round = 1; ; round++) {
      Opened opened = open(cutout, true);
      boolean ready = false;
      try {
        ready = opened.isHere() || isFetched(cutout, cut, opened, round == MOST_VERSIONS);
        if (ready) {
          return opened;
        }
      } finally {
        if (!ready) {
          opened.close();
        }
      }
    }
  }

  /** What is open for one galaxy, and the copies that this uses. */
  private record Opened(OpenTiles.Lease lease, List<RemoteTiles.Use> uses)
      implements ImageFetcher.OpenImage {
    @Override
    public SurveyImage image() {
      return lease.image();
    }

    /** Whether nothing is left to fetch. */
    boolean isHere() {
      return uses.stream().allMatch(use -> use.tile().isComplete());
    }

    @Override
    public void close() {
      lease.close();
      uses.forEach(RemoteTiles.Use::close);
    }
  }

  private Opened open(Cutout cutout, boolean galaxy) throws FetchException {
    SequencedMap<String, TileSource> files = new LinkedHashMap<>();
    List<RemoteTiles.Use> uses = new ArrayList<>();
    boolean open = false;
    try {
      for (Band band : cutout.bands()) {
        files.put(band.name(), file(cutout, band, galaxy, uses));
      }
      OpenTiles.Lease lease = tiles.lease(files);
      open = true;
      return new Opened(lease, uses);
    } catch (TileException e) {
      throw failure(cutout, e);
    } finally {
      if (!open) {
        uses.forEach(RemoteTiles.Use::close);
      }
    }
  }

  private TileSource file(Cutout cutout, Band band, boolean galaxy, List<RemoteTiles.Use> uses)
      throws FetchException {
    try {
      URI uri = Sources.uri(band.uri());
      ImageSource source = sources.of(uri);
      if (source instanceof FileSource files) {
        Path file = files.locate(uri);
        check.require(band, file);
        return TileSource.of(file, band.hdu());
      }
      source.check(uri);
      RemoteTile tile = copy(band, source, galaxy, uses);
      return TileSource.of(tile, tile.copy(), band.hdu());
    } catch (SourceException e) {
      throw new FetchException(
          e.kind(),
          1,
          "Cannot open %s at %s: %s."
              .formatted(named(cutout, band.name()), RedactedUri.of(band.uri()), e.getMessage()),
          e);
    } catch (FetchException e) {
      throw inside(cutout, band.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FetchException(
          FailureKind.TRANSIENT,
          1,
          "Cannot open %s: it was interrupted.".formatted(named(cutout, band.name())),
          e);
    }
  }

  /** The copy of the file that the message means, if that is the one which the server has now. */
  private RemoteTile copy(Band band, ImageSource source, boolean galaxy, List<RemoteTiles.Use> uses)
      throws FetchException, SourceException, InterruptedException {
    while (true) {
      RemoteTiles.Use use = copies.use(band.uri(), source, galaxy, band.sha256() != null);
      uses.add(use);
      try {
        check.require(band, use.tile());
        return use.tile();
      } catch (SourceException e) {
        if (!copies.isOutdated(use, source, String.valueOf(e.getMessage()))) {
          throw e;
        }
      }
    }
  }

  /**
   * Fetches what a galaxy needs, by cutting it out.
   *
   * @return false where a file has changed by now, so that it should be opened again
   */
  private boolean isFetched(Cutout cutout, Cut cut, Opened opened, boolean last)
      throws FetchException {
    SurveyImage image = opened.image();
    try {
      limit.check(image, cut);
      image.cut(cut);
    } catch (TileException e) {
      if (!last && !image.isCurrent()) {
        return false;
      }
      FetchException failure = causeOf(e);
      if (failure != null) {
        throw inside(cutout, e.band(), failure);
      }
    } catch (ImageException e) {
      return true; // of the galaxy, which its decoder finds out again
    }
    return true;
  }

  private static FetchException failure(Cutout cutout, TileException e) {
    FetchException failure = causeOf(e);
    return failure != null
        ? inside(cutout, e.band(), failure)
        : new FetchException(
            FailureKind.PERMANENT,
            1,
            "Cannot open %s: %s".formatted(named(cutout, e.band()), e.getMessage()),
            e);
  }

  /** Why a part of a file could not be fetched, if that is the reason. */
  private static @Nullable FetchException causeOf(@Nullable Throwable e) {
    return e == null ? null : e instanceof FetchException failure ? failure : causeOf(e.getCause());
  }

  private static FetchException inside(Cutout cutout, @Nullable String band, FetchException e) {
    return new FetchException(
        e.kind(),
        e.attempts(),
        "Cannot open %s: %s".formatted(named(cutout, band), e.getMessage()),
        e);
  }

  private static String named(Cutout cutout, @Nullable String band) {
    return band == null
        ? "the survey image " + cutout.tile()
        : "the band %s of the survey image %s".formatted(band, cutout.tile());
  }

  @Override
  public void close() {
    tiles.close();
    copies.close();
  }
}
