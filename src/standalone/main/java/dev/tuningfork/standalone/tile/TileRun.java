package dev.tuningfork.standalone.tile;

import dev.tuningfork.standalone.tile.Allotment.Places;
import dev.tuningfork.standalone.tile.Allotment.Share;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileCache;
import dev.tuningfork.tile.TileException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the galaxies of an allotment, tile by tile.
 *
 * <p>Threads: each worker takes a chunk of galaxies of one tile and does all that is to be done
 * with them. The caller's thread opens tiles, hands out chunks and takes back what became of them,
 * in the order of the chunks. At most two chunks a worker are under way, so memory is bounded by
 * the number of workers and the size of a chunk. A tile is closed once its last chunk is back.
 */
public final class TileRun {

  private final Allotment allotment;
  private final TileCache cache;
  private final int workers;
  private final int chunk;

  /**
   * @param workers how many threads work
   * @param chunk how many galaxies one of them takes at once
   */
  public TileRun(Allotment allotment, TileCache cache, int workers, int chunk) {
    this.allotment = allotment;
    this.cache = cache;
    this.workers = workers;
    this.chunk = chunk;
  }

  /** What is to be done with some galaxies of a tile. Called by many threads at once. */
  @FunctionalInterface
  public interface Work<R> {
    /** One outcome for each place, in their order. */
    List<Outcome<R>> on(NamedTile tile, SurveyImage image, List<Place> places);
  }

  /** What became of a galaxy. */
  public sealed interface Outcome<R> {
    Place place();

    record Done<R>(Place place, R result) implements Outcome<R> {}

    /**
     * It failed.
     *
     * @param reason a sentence
     */
    record Failed<R>(Place place, String reason) implements Outcome<R> {}
  }

  /** Takes outcomes, on the caller's thread. */
  @FunctionalInterface
  public interface Sink<R> {
    void take(Outcome<R> outcome) throws IOException;
  }

  private record Handed<R>(
      Share share, @Nullable SurveyImage image, Future<List<Outcome<R>>> outcomes) {}

  /**
   * Does the work.
   *
   * @param wanted whether a galaxy is still to be done
   * @param stop asked between chunks
   * @throws CancellationException where it was to stop
   */
  public <R> void run(Predicate<Place> wanted, Work<R> work, Sink<R> sink, BooleanSupplier stop)
      throws IOException {
    Deque<Handed<R>> underWay = new ArrayDeque<>();
    Closing closing = new Closing();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(workers, Thread.ofPlatform().name("tile-", 0).factory())) {
      try {
        for (Share share : allotment.shares()) {
          run(share, threads, underWay, closing, wanted, work, sink, stop);
        }
        while (!underWay.isEmpty()) {
          deliver(underWay.removeFirst(), closing, sink, stop);
        }
      } catch (IOException | RuntimeException | Error e) {
        threads.shutdownNow();
        throw e;
      }
    } finally {
      closing.closeAll();
    }
  }

  private <R> void run(
      Share share,
      ExecutorService threads,
      Deque<Handed<R>> underWay,
      Closing closing,
      Predicate<Place> wanted,
      Work<R> work,
      Sink<R> sink,
      BooleanSupplier stop)
      throws IOException {
    SurveyImage image = null;
    String failure = "";
    try (Places places = new Places(share)) {
      for (List<Place> window = places.next(); !window.isEmpty(); window = places.next()) {
        List<Place> left = window.stream().filter(wanted).toList();
        for (int from = 0; from < left.size(); from += chunk) {
          if (image == null && failure.isEmpty()) {
            try {
              image = SurveyImage.open(share.tile().bands(), cache);
              closing.add(image);
            } catch (TileException e) {
              failure = String.valueOf(e.getMessage());
            }
          }
          List<Place> part = left.subList(from, Math.min(left.size(), from + chunk));
          SurveyImage open = image;
          String reason = failure;
          underWay.add(
              new Handed<>(
                  share,
                  open,
                  threads.submit(
                      () ->
                          open == null
                              ? TileRun.<R>failed(part, reason)
                              : work.on(share.tile(), open, part))));
          if (underWay.size() >= 2 * workers) {
            deliver(underWay.removeFirst(), closing, sink, stop);
          }
        }
      }
    }
  }

  private static <R> List<Outcome<R>> failed(List<Place> places, String reason) {
    List<Outcome<R>> outcomes = new ArrayList<>(places.size());
    places.forEach(place -> outcomes.add(new Outcome.Failed<>(place, reason)));
    return outcomes;
  }

  private static <R> void deliver(
      Handed<R> handed, Closing closing, Sink<R> sink, BooleanSupplier stop) throws IOException {
    if (stop.getAsBoolean()) {
      throw new CancellationException("stopped");
    }
    List<Outcome<R>> outcomes;
    try {
      outcomes = handed.outcomes().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "A worker failed on the tile %s: %s"
              .formatted(handed.share().tile().name(), e.getCause()),
          e.getCause());
    }
    for (Outcome<R> outcome : outcomes) {
      sink.take(outcome);
    }
    closing.reached(handed.image());
  }

  /** Closes tiles behind the chunk that was delivered last. */
  private static final class Closing {

    private final Deque<SurveyImage> open = new ArrayDeque<>();

    void add(@Nullable SurveyImage image) {
      if (image != null && !open.contains(image)) {
        open.add(image);
      }
    }

    /** Chunks come in order, so a tile before this one has none left. */
    void reached(@Nullable SurveyImage image) {
      while (image != null && open.size() > 1 && open.getFirst() != image) {
        open.removeFirst().close();
      }
    }

    void closeAll() {
      open.forEach(SurveyImage::close);
      open.clear();
    }
  }
}
