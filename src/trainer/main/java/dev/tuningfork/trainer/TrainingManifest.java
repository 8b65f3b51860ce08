package dev.tuningfork.trainer;

import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.learn.Objective;
import dev.tuningfork.trainer.learn.Trainer;
import dev.tuningfork.trainer.learn.TrainingSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The training in {@code model.json}, under {@code training}. A run writes it, and a later
 * evaluation reads from it which galaxies the model has seen.
 */
public final class TrainingManifest {

  private static final String DATA = "data";
  private static final String IMAGES = "images";
  private static final String TRAIN_ONLY = "trainOnly";
  private static final String HELD_OUT = "heldOut";
  private static final String SHARE = "share";
  private static final String SALT = "salt";

  private TrainingManifest() {}

  static SequencedMap<String, Object> of(
      TrainingRun run, TrainingData data, Trainer.Result result) {
    TrainingSettings settings = run.settings();
    SequencedMap<String, Object> training = new LinkedHashMap<>();
    training.put(DATA, data.sources().stream().map(TrainingManifest::source).toList());
    SequencedMap<String, Object> rule = new LinkedHashMap<>();
    rule.put("rule", "the first 4 bytes of SHA-256(salt + id), as a fraction, are below the share");
    rule.put(SHARE, run.split().share());
    rule.put(SALT, run.split().salt());
    training.put(HELD_OUT, rule);
    run.pretrained()
        .ifPresent(
            first -> {
              training.put("pretrained", first.origin());
              training.put("pretrainedKept", first.kept());
            });
    run.teacher().ifPresent(model -> training.put("teacher", model.describe()));
    training.put("losses", settings.losses().stream().map(Objective.Term::describe).toList());
    training.put("augmentation", settings.augmentation());
    training.put("descent", settings.descent());
    training.put("epochs", result.epochs());
    training.put("epochOfTheWeights", result.epoch());
    training.put("batch", settings.batch());
    training.put("frozenEpochs", settings.frozenEpochs());
    training.put("patience", settings.patience());
    training.put("seed", settings.seed());
    training.put("devices", run.devices().toString());
    training.put("minutes", Math.round(result.minutes()));
    return training;
  }

  private static Map<String, Object> source(TrainingData.Source source) {
    SequencedMap<String, Object> entry = new LinkedHashMap<>();
    entry.put(IMAGES, GalaxySource.shortened(source.dataSet().source().images()));
    entry.put("source", source.dataSet().source().describe());
    entry.put("training", source.training());
    entry.put("heldOut", source.heldOut());
    entry.put(TRAIN_ONLY, !source.dataSet().judged());
    entry.put("weight", source.dataSet().weight());
    source.dataSet().cropPixels().ifPresent(side -> entry.put("cropPixels", side));
    return entry;
  }

  /** Which galaxies were held out of a model's training; empty where its bundle does not say. */
  public static Optional<HeldOutSplit> split(ModelDescription model) {
    return model.training().get(HELD_OUT) instanceof Map<?, ?> rule
            && rule.get(SHARE) instanceof Number share
            && rule.get(SALT) instanceof String salt
        ? Optional.of(new HeldOutSplit(share.doubleValue(), salt))
        : Optional.empty();
  }

  /** How far a model has seen the galaxies of a folder. */
  public enum Seen {
    /** The model did not learn from the folder, as far as its bundle says. */
    NONE,
    /** It learnt from those that its split does not hold out. */
    SOME,
    /** It learnt from all of them, at least in one of its data sets. */
    ALL
  }

  /** How far a model has seen the galaxies whose images are in a folder. */
  public static Seen seen(ModelDescription model, Path images) {
    Seen seen = Seen.NONE;
    if (model.training().get(DATA) instanceof List<?> sets) {
      for (Object entry : sets) {
        if (entry instanceof Map<?, ?> set
            && GalaxySource.shortened(images).equals(set.get(IMAGES))) {
          if (Boolean.TRUE.equals(set.get(TRAIN_ONLY))) {
            return Seen.ALL;
          }
          seen = Seen.SOME;
        }
      }
    }
    return seen;
  }
}
