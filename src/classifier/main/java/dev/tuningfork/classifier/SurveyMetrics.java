package dev.tuningfork.classifier;

import dev.tuningfork.classifier.fetch.TileFigures;
import dev.tuningfork.classifier.progress.SurveyBoard;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The measures of survey images, read from what is counted elsewhere.
 *
 * @param board empty where no survey images are read; galaxies of them may be all the same
 */
record SurveyMetrics(Optional<SurveyBoard> board, Supplier<TileFigures> tiles)
    implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry registry) {
    counter(
        registry,
        "tuning.fork.tile.cutouts",
        "Galaxies that a survey image was opened for",
        TileFigures::cutouts);
    counter(
        registry,
        "tuning.fork.tile.cache.hits",
        "Remote files of survey images that were cached completely when a galaxy needed them",
        TileFigures::hits);
    counter(
        registry,
        "tuning.fork.tile.cache.misses",
        "Remote files of survey images that were not cached, or only in part",
        TileFigures::misses);
    counter(
        registry,
        "tuning.fork.tile.fetched.bytes",
        "Bytes of remote survey images that were fetched",
        TileFigures::bytes);
    Gauge.builder("tuning.fork.tile.cache", () -> tiles.get().held())
        .description("Size of the remote survey images that are kept")
        .baseUnit("bytes")
        .register(registry);
    board.ifPresent(images -> bind(images, registry));
  }

  private void counter(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<TileFigures> figure) {
    FunctionCounter.builder(name, tiles, all -> figure.applyAsDouble(all.get()))
        .description(description)
        .register(registry);
  }

  private static void bind(SurveyBoard images, MeterRegistry registry) {
    Gauge.builder("tuning.fork.survey.images", images::unfinished)
        .description("Survey images that are not finished")
        .baseUnit("images")
        .register(registry);
    Gauge.builder("tuning.fork.survey.galaxies.left", images::left)
        .description("Galaxies of survey images that are listed and have no outcome yet")
        .baseUnit("galaxies")
        .register(registry);
    FunctionCounter.builder("tuning.fork.survey.galaxies", images, SurveyBoard::listed)
        .description("Galaxies that were listed from survey images")
        .register(registry);
    TimeGauge.builder(
            "tuning.fork.oldest.survey.image.age", images::oldestAge, TimeUnit.MILLISECONDS)
        .description("Age of the oldest survey image that is not finished; 0 if there is none")
        .register(registry);
  }
}
