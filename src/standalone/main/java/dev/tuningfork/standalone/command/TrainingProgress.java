package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.learn.EpochMetrics;
import dev.tuningfork.trainer.learn.TrainingListener;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * How training goes: on a terminal a bar that is updated, elsewhere a line every ten seconds, and
 * in both cases a line per epoch.
 */
final class TrainingProgress implements TrainingListener {

  private static final long REDRAW_NANOS = 200_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final Terminal terminal;
  private final BooleanSupplier stop;
  private long drawn = System.nanoTime();

  TrainingProgress(Terminal terminal, BooleanSupplier stop) {
    this.terminal = terminal;
    this.stop = stop;
  }

  @Override
  public void preparing(String what, int done, int of) {
    show(what, "", done, of, " galaxies");
  }

  @Override
  public void stepped(
      int epoch, int step, int steps, double loss, double imagesPerSecond, Duration left) {
    String pace =
        ", loss %.4f, %,.0f images/s, %s left"
            .formatted(loss, imagesPerSecond, ProgressBar.inWords(left));
    show("epoch " + epoch, "step ", step, steps, pace);
  }

  /** From any thread, and now and then only. */
  private synchronized void show(String what, String thing, int done, int of, String more) {
    if (System.nanoTime() - drawn <= (terminal.live() ? REDRAW_NANOS : LINE_NANOS)) {
      return;
    }
    drawn = System.nanoTime();
    String count = "%s%,d of %,d%s".formatted(thing, done, of, more);
    if (terminal.live()) {
      terminal.status("%s %s %s".formatted(what, ProgressBar.bar((double) done / of), count));
    } else {
      terminal.line(what + " " + count);
    }
  }

  @Override
  public void epochDone(EpochMetrics figures) {
    Map.Entry<String, Double> first = figures.validationAccuracy().firstEntry();
    terminal.line(
        "epoch %d of %d: loss %.4f, on held-out galaxies %.4f%s%s; %,.0f images/s, %.1f min"
            .formatted(
                figures.epoch(),
                figures.epochs(),
                figures.trainingLoss(),
                figures.validationLoss(),
                figures.rmse() == null ? "" : ", RMSE %.4f".formatted(figures.rmse()),
                first == null
                    ? ""
                    : ", %s %.1f %%".formatted(first.getKey(), 100 * first.getValue()),
                figures.imagesPerSecond(),
                figures.minutes()));
  }

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }
}
