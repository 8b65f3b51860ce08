package dev.tuningfork.standalone.command;

import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.Place;
import dev.tuningfork.standalone.tile.TileRun;
import java.io.IOException;

/**
 * Takes what becomes of the galaxies of tiles: keeps the results, lists the failures, and shows how
 * many there are. Belongs to one thread.
 */
final class TileResults<R> implements TileRun.Sink<R> {

  /** Keeps a galaxy's result. */
  @FunctionalInterface
  interface Keeper<R> {
    void keep(Place place, R result) throws IOException;
  }

  private final ProgressBar progress;
  private final LeftOut leftOut;
  private final Keeper<R> keeper;
  private int done;
  private int failed;

  TileResults(ProgressBar progress, LeftOut leftOut, Keeper<R> keeper) {
    this.progress = progress;
    this.leftOut = leftOut;
    this.keeper = keeper;
  }

  @Override
  public void take(TileRun.Outcome<R> outcome) throws IOException {
    done++;
    switch (outcome) {
      case TileRun.Outcome.Done<R>(Place place, R result) -> keeper.keep(place, result);
      case TileRun.Outcome.Failed<R>(Place place, String reason) -> {
        failed++;
        leftOut.row(place, reason);
      }
    }
    progress.update(done, failed);
  }
}
