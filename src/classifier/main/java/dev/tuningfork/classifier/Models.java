package dev.tuningfork.classifier;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.ModelWatch;
import dev.tuningfork.classifier.rollout.Refusal;
import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of one classifier: the one that answers, its shadow, and the watches that bring
 * others. Safe for use by many threads at once.
 */
final class Models implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Models.class);

  private final ClassifierSettings settings;
  private final RolloutSettings rollout;
  private final Batcher batcher;
  private final Shadow shadow;
  private final ClassifierMetrics metrics;
  private volatile @Nullable ModelWatch watch;
  private volatile @Nullable ModelWatch shadowWatch;

  /**
   * @param batcher not closed by this class
   * @param shadow closed by this class
   */
  Models(ClassifierSettings settings, Batcher batcher, Shadow shadow, ClassifierMetrics metrics) {
    this.settings = settings;
    rollout = settings.model().rollout();
    this.batcher = batcher;
    this.shadow = shadow;
    this.metrics = metrics;
  }

  /**
   * Begins to look for other models, where the settings want that.
   *
   * @param onExchange called when another model answers
   */
  void open(Runnable onExchange) {
    Optional<Duration> poll = rollout.watch() ? Optional.of(rollout.poll()) : Optional.empty();
    if (rollout.watch()) {
      watch =
          new ModelWatch(
              settings.model().name(),
              Optional.of(serving().identity().sha256()),
              poll,
              this::load,
              model -> {
                batcher.serve(model);
                metrics.exchanged();
                onExchange.run();
                LOG.info("The model is now {}.", serving().inWords());
              });
    }
    rollout
        .shadow()
        .ifPresent(
            name ->
                shadowWatch =
                    new ModelWatch(
                        name,
                        Optional.empty(),
                        poll,
                        this::load,
                        model -> {
                          shadow.cast(model);
                          LOG.info(
                              "{} {} is the shadow model.",
                              model.identity().name(),
                              model.identity().version());
                        }));
  }

  Answerer serving() {
    return batcher.serving();
  }

  Optional<ModelIdentity> shadow() {
    return shadow.model();
  }

  /** What is refused, the serving model's place first. */
  Optional<Refusal> refusal() {
    return Stream.of(refusal(watch), refusal(shadowWatch)).flatMap(Optional::stream).findFirst();
  }

  void measure() {
    metrics.watchRefusals("serving", () -> refusal(watch).isPresent());
    metrics.watchRefusals("shadow", () -> refusal(shadowWatch).isPresent());
  }

  private static Optional<Refusal> refusal(@Nullable ModelWatch watch) {
    return Optional.ofNullable(watch).flatMap(ModelWatch::refusal);
  }

  /** In batches of the size that the first model takes: beside its work, none can be measured. */
  private MorphologyModel load(ModelBundle bundle) throws ModelException {
    return ModelLoader.load(
        bundle.answering(settings.model().tree()),
        DeviceSetting.parse(settings.model().device()),
        settings.forwardPasses().decided(batcher.batchLimit()));
  }

  @Override
  public void close() {
    for (ModelWatch each : new ModelWatch[] {watch, shadowWatch}) {
      if (each != null) {
        each.close();
      }
    }
    shadow.close();
  }
}
