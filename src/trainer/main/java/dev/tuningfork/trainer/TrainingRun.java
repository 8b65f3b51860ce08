package dev.tuningfork.trainer;

import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.Precision;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.network.Weights;
import dev.tuningfork.network.module.NetworkModule;
import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.augment.BatchLoader;
import dev.tuningfork.trainer.augment.CutoutStore;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.Hash;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.Problem;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.data.UnlabelledImages;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.evaluate.Evaluator;
import dev.tuningfork.trainer.evaluate.IntervalWidths;
import dev.tuningfork.trainer.evaluate.Judged;
import dev.tuningfork.trainer.evaluate.ModelCard;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.learn.RunIdentity;
import dev.tuningfork.trainer.learn.Trainer;
import dev.tuningfork.trainer.learn.TrainingListener;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * From data sets to a model bundle: reads, trains, judges, and writes down all that a user of the
 * model should know.
 *
 * @param dataSets what is learnt from and judged on
 * @param split which galaxies are only judged on
 * @param strictness what becomes of problems in the data
 * @param settings of the training
 * @param pretrained arrays that the network begins with instead of random ones, and where they come
 *     from, in words; empty for none
 * @param teacher a model whose answers are learnt beside the labels; empty for none
 * @param name of the model
 * @param version of the model
 * @param precision of the weights in the bundle; the model is judged with these
 * @param devices that share each batch
 * @param folder where checkpoints go and the data's cutouts lie meanwhile
 */
public record TrainingRun(
    List<DataSet> dataSets,
    HeldOutSplit split,
    Strictness strictness,
    TrainingSettings settings,
    Optional<Pretrained> pretrained,
    Optional<Teacher> teacher,
    String name,
    String version,
    Precision precision,
    Devices devices,
    RunFolder folder) {

  private static final int JUDGED_AT_ONCE = 64;

  /** Threads that prepare batches; each costs a buffer, and the network wants the cores. */
  private static final int LOADERS = 2;

  /**
   * Weights that were trained before, on something else.
   *
   * @param weights some or all of the network's arrays
   * @param origin in words, for the model's card
   * @param kept how much of the model they are in the end, 0 to 1, the rest being what was learnt
   *     from them: what two trainings have in common is less bound to the galaxies of the second
   *     (Wortsman et al. 2022, arXiv:2109.01903). Only where they are all of the network's arrays
   */
  public record Pretrained(Weights weights, String origin, double kept) {

    public Pretrained {
      if (!(kept >= 0 && kept < 1)) {
        throw new IllegalArgumentException(
            "The share of the first weights that is kept must be 0 or more and less than 1, not %s."
                .formatted(kept));
      }
    }

    private String fingerprint() {
      Hash hash = new Hash();
      weights.arrays().forEach((name, array) -> hash.add(name).add(array.values()));
      return hash.hex() + ", kept " + kept;
    }

    private Weights mixedWith(Weights learnt) {
      return kept == 0 ? learnt : learnt.towards(weights, kept);
    }
  }

  /** A model, and how well it answers. */
  public record Trained(ModelBundle bundle, Evaluation evaluation) {}

  public TrainingRun {
    dataSets = List.copyOf(dataSets);
  }

  /**
   * Does it.
   *
   * @param resume whether to go on from the folder's last checkpoint
   * @param told what there is to say besides the progress of training, a line at a time
   * @return empty if the listener asked it to stop
   * @throws IOException if a file cannot be read or written
   * @throws ModelException if the model that comes out cannot be used
   * @throws IllegalArgumentException if data or settings are not as they should be
   */
  public Optional<Trained> run(boolean resume, TrainingListener listener, Consumer<String> told)
      throws IOException, ModelException {
    TrainingData data = TrainingData.read(dataSets, split, strictness);
    Trainer trainer = new Trainer(settings, identity(data), devices, folder, listener);
    Weights start = settings.firstWeights(trainer.network());
    if (pretrained.isPresent()) {
      start = start.with(pretrained.get().weights());
      if (pretrained.get().kept() > 0) {
        pretrained.get().weights().requireFor(trainer.network());
      }
    }
    Problem.sentences(data.problems()).forEach(told);
    told.accept(
        String.format(
            Locale.ROOT,
            "%,d galaxies to learn from, %,d held out, %,d problems",
            data.training().size(),
            data.heldOut().size(),
            data.problems().size()));
    if (data.heldOut().isEmpty()) {
      throw new IllegalArgumentException(
          "No galaxy is held out, so nothing could be said of how good the model is: give more"
              + " galaxies, or a greater share.");
    }
    Optional<Trainer.Result> result = resume ? trainer.finished() : Optional.empty();
    if (result.isEmpty()) {
      result = learnt(trainer, data, start, resume, listener, told);
    }
    return result.isEmpty() ? Optional.empty() : Optional.of(judged(data, result.get(), told));
  }

  /** Whose checkpoint this run may take up: everything that decides the weights. */
  private RunIdentity identity(TrainingData data) {
    return RunIdentity.of(settings)
        .with("share held out", split.share() + " by salt " + split.salt())
        .with("galaxies to learn from", data.trainingFingerprint())
        .with("galaxies held out", data.heldOutFingerprint())
        .with("first weights", pretrained.map(Pretrained::fingerprint).orElse("random"))
        .with("teacher", teacher.map(Teacher::fingerprint).orElse("none"));
  }

  private Optional<Trainer.Result> learnt(
      Trainer trainer,
      TrainingData data,
      Weights start,
      boolean resume,
      TrainingListener listener,
      Consumer<String> told)
      throws IOException, ModelException {
    List<Member> lessons = lessons(data, listener);
    Files.createDirectories(folder.path());
    try (CutoutStore training = cutouts(lessons, settings.augmentation(), listener);
        CutoutStore heldOut = cutouts(data.heldOut(), Augmentation.NONE, listener)) {
      check(training.problems(), told);
      check(heldOut.problems(), told);
      try (BatchLoader batches =
              BatchLoader.training(training, settings.batch(), settings.seed(), LOADERS);
          BatchLoader judged = BatchLoader.evaluation(heldOut, JUDGED_AT_ONCE, 1)) {
        return trainer.train(batches, judged, start, resume);
      }
    }
  }

  /** What is learnt of each galaxy: what its labels say, or what these and the teacher say. */
  private List<Member> lessons(TrainingData data, TrainingListener listener) throws ModelException {
    List<Member> galaxies = data.training();
    if (teacher.isPresent()) {
      return teacher
          .get()
          .taught(
              galaxies, done -> listener.preparing("asking the teacher", done, galaxies.size()));
    }
    if (galaxies.stream().anyMatch(member -> !member.galaxy().labelled())) {
      throw new IllegalArgumentException(
          "There are galaxies without labels and no teacher that says what is on them.");
    }
    return galaxies;
  }

  private CutoutStore cutouts(
      List<Member> galaxies, Augmentation augmentation, TrainingListener listener)
      throws IOException {
    return CutoutStore.create(
        galaxies,
        settings.input(),
        augmentation,
        folder.path(),
        done -> listener.preparing("preparing images", done, galaxies.size()));
  }

  private void check(List<Problem> problems, Consumer<String> told) {
    Problem.sentences(problems).forEach(told);
    strictness.check(problems);
  }

  private Trained judged(TrainingData data, Trainer.Result result, Consumer<String> told)
      throws IOException, ModelException {
    ModelDescription description =
        ModelDescription.of(
                name, version, DecisionTree.galaxyZoo2(), settings.architecture(), settings.input())
            .answering(settings.questions().stream().map(Question::id).toList())
            .giving(settings.givesConcentrations() ? Output.CONCENTRATIONS : Output.LOGITS);
    told.accept("Judging the model on the galaxies that were held out");
    Weights weights =
        rounded(
            description,
            pretrained.map(first -> first.mixedWith(result.weights())).orElse(result.weights()));
    SequencedMap<String, Object> training = training(data, result);
    tryBfloat16(description, weights, data.heldOut(), training)
        .ifPresent(
            reason -> {
              training.put(ModelDescription.BFLOAT16_UNTRIED, reason);
              told.accept("The model was not tried in bfloat16. " + reason);
            });
    description = description.trained(training, new LinkedHashMap<>());
    Optional<IntervalWidths> widths = Optional.empty();
    if (settings.givesConcentrations()) {
      Evaluation narrow = evaluation(description, weights, data, false);
      widths = Optional.of(IntervalWidths.fit(narrow.questions(), narrow.galaxies()));
      weights = widths.get().applied(weights, description.heads());
    }
    Evaluation evaluation = evaluation(description, weights, data, true);
    evaluation.leftOut().forEach(told);
    widths.ifPresent(
        fitted -> {
          training.put("intervalFactors", fitted.factors());
          fitted
              .crossFitted()
              .value()
              .ifPresent(share -> training.put("within90CrossFitted", share));
        });
    ModelDescription trained = description.trained(training, evaluation.metrics());
    String card =
        new ModelCard(
                trained, sources(data), split, settings(result), asked(data), evaluation, widths)
            .text();
    ModelBundle bundle =
        ModelBundle.of(trained, weights, precision)
            .withReferenceAnswers()
            .with(ModelCard.FILE, card.getBytes(StandardCharsets.UTF_8))
            .with(RunFolder.LOG, Files.readAllBytes(folder.log()));
    return new Trained(bundle, evaluation);
  }

  /** As the bundle keeps them and bfloat16 holds them, so that it serves what was judged. */
  private Weights rounded(ModelDescription description, Weights weights) {
    Weights kept = ModelBundle.of(description, weights, precision).weights();
    return NetworkModule.rounded(description.network(), kept, settings.input());
  }

  /**
   * Writes down how far answers in bfloat16 are from those in float32.
   *
   * @return why that cannot be found out on this machine, which says nothing against the model
   */
  private Optional<String> tryBfloat16(
      ModelDescription description,
      Weights weights,
      List<Member> galaxies,
      SequencedMap<String, Object> training)
      throws ModelException {
    Optional<String> failure = Forms.on(new DeviceSetting.Auto()).failure(Form.BFLOAT16);
    if (failure.isPresent()) {
      return Optional.of(
          "The processor used for training cannot compute in bfloat16: " + failure.get());
    }
    try {
      training.put(ModelDescription.BFLOAT16_ERROR, bfloat16Error(description, weights, galaxies));
      return Optional.empty();
    } catch (ModelException | PredictionException | DeviceException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The largest over many galaxies: on the few drawn ones of a bundle it may be half as large. */
  private double bfloat16Error(ModelDescription description, Weights weights, List<Member> galaxies)
      throws ModelException {
    ModelBundle bundle = ModelBundle.of(description, weights, precision);
    List<Judged> rounded = evaluation(bundle, Form.BFLOAT16, galaxies, false).galaxies();
    List<Judged> exact = evaluation(bundle, Form.FLOAT32, galaxies, false).galaxies();
    double largest = 0;
    for (Question question : settings.questions()) {
      for (int g = 0; g < exact.size(); g++) {
        double[] one = exact.get(g).upright().conditional(question);
        double[] other = rounded.get(g).upright().conditional(question);
        for (int a = 0; a < one.length; a++) {
          largest = Math.max(largest, Math.abs(one[a] - other[a]));
        }
      }
    }
    return largest;
  }

  /** In the form in which the model will serve. */
  private Evaluation evaluation(
      ModelDescription description, Weights weights, TrainingData data, boolean turning)
      throws ModelException {
    ModelBundle bundle = ModelBundle.of(description, weights, precision).withReferenceAnswers();
    return evaluation(bundle, Form.AUTO, data.heldOut(), turning);
  }

  private static Evaluation evaluation(
      ModelBundle bundle, Form form, List<Member> galaxies, boolean turning) throws ModelException {
    try (MorphologyModel model =
        ModelLoader.load(
            bundle,
            new DeviceSetting.Auto(),
            ForwardPasses.DEFAULT.in(form).ofImages(JUDGED_AT_ONCE))) {
      return Evaluator.evaluate(model, galaxies, 1, turning, done -> {});
    }
  }

  private static List<ModelCard.Source> sources(TrainingData data) {
    return data.sources().stream()
        .map(
            source ->
                new ModelCard.Source(
                    source.dataSet().source().describe(),
                    source.training(),
                    source.heldOut(),
                    role(source.dataSet())))
        .toList();
  }

  private static String role(DataSet dataSet) {
    if (dataSet.judged()) {
      return "";
    }
    return dataSet.source() instanceof UnlabelledImages
        ? "what the teacher says of them"
        : "a biased choice, so judged on none";
  }

  /** Of how many training galaxies at least half of the volunteers were asked each question. */
  private Map<String, Integer> asked(TrainingData data) {
    return settings.questions().stream()
        .collect(
            Collectors.toMap(
                Question::id,
                question ->
                    (int)
                        data.training().stream()
                            .map(Member::galaxy)
                            .map(LabelledGalaxy::votes)
                            .flatMap(Optional::stream)
                            .filter(votes -> votes.asked(question) >= 0.5)
                            .count()));
  }

  /** For the card. */
  private List<String> settings(Trainer.Result result) {
    TrainingSettings.Descent descent = settings.descent();
    Augmentation augmentation = settings.augmentation();
    return List.of(
        pretrained
            .map(TrainingRun::words)
            .orElse("first weights: drawn at random (Glorot and Bengio 2010)"),
        teacher.map(model -> "teacher: " + model.words()).orElse("teacher: none"),
        "loss: "
            + settings.losses().stream()
                .map(term -> "%s × %s".formatted(term.weight(), term.loss()))
                .collect(Collectors.joining(" + ")),
        String.format(
            Locale.ROOT,
            "%d epochs in batches of %d; %s, learning rate up to %s with warm-up over %s of the"
                + " steps and cosine decay, each layer's %s times that of the one above it; weight"
                + " decay %s; gradient norm at most %s",
            result.epochs(),
            settings.batch(),
            descent.optimizer(),
            descent.learningRate(),
            descent.warmUp(),
            descent.depthDecay(),
            descent.weightDecay(),
            descent.clipNorm()),
        settings.patience() == 0
            ? "weights: average over the steps with decay %s, after the last epoch; nothing about the held-out galaxies was used to train, or to choose when to stop"
                .formatted(descent.average())
            : "weights: average over the steps with decay %s, after epoch %d, which was the best on the held-out galaxies: the figures below are a little too good for that"
                .formatted(descent.average(), result.epoch()),
        "augmentation: " + words(augmentation),
        String.format(
            Locale.ROOT,
            "seed %d; %.0f minutes on %s",
            settings.seed(),
            result.minutes(),
            devices));
  }

  private static String words(Pretrained first) {
    return "first weights: "
        + first.origin()
        + (first.kept() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; the model is %s × these + %s × those that were learnt from them (Wortsman et al."
                    + " 2022)",
                first.kept(),
                1 - first.kept()));
  }

  private static String words(Augmentation augmentation) {
    return augmentation.equals(Augmentation.NONE)
        ? "none"
        : String.format(
            Locale.ROOT,
            "%s%szoom up to ×%s, shift up to %s pixels, brightness up to ×%s, noise up to %s",
            augmentation.rotate() ? "rotation by any angle, " : "",
            augmentation.flip() ? "mirroring, " : "",
            augmentation.zoom(),
            augmentation.shift(),
            augmentation.brightness(),
            augmentation.noise());
  }

  /** For the manifest. */
  private SequencedMap<String, Object> training(TrainingData data, Trainer.Result result) {
    SequencedMap<String, Object> training = new LinkedHashMap<>();
    training.put("data", data.sources().stream().map(TrainingRun::source).toList());
    SequencedMap<String, Object> rule = new LinkedHashMap<>();
    rule.put("rule", "the first 4 bytes of SHA-256(salt + id), as a fraction, are below the share");
    rule.put("share", split.share());
    rule.put("salt", split.salt());
    training.put("heldOut", rule);
    pretrained.ifPresent(
        first -> {
          training.put("pretrained", first.origin());
          training.put("pretrainedKept", first.kept());
        });
    teacher.ifPresent(model -> training.put("teacher", model.words()));
    training.put(
        "losses",
        settings.losses().stream()
            .map(term -> "%s × %s".formatted(term.weight(), term.loss()))
            .toList());
    training.put("augmentation", settings.augmentation());
    training.put("descent", settings.descent());
    training.put("epochs", result.epochs());
    training.put("epochOfTheWeights", result.epoch());
    training.put("batch", settings.batch());
    training.put("frozenEpochs", settings.frozenEpochs());
    training.put("patience", settings.patience());
    training.put("seed", settings.seed());
    training.put("devices", devices.toString());
    training.put("minutes", Math.round(result.minutes()));
    return training;
  }

  private static Map<String, Object> source(TrainingData.Source source) {
    SequencedMap<String, Object> entry = new LinkedHashMap<>();
    entry.put("images", GalaxySource.shortened(source.dataSet().source().images()));
    entry.put("source", source.dataSet().source().describe());
    entry.put("training", source.training());
    entry.put("heldOut", source.heldOut());
    entry.put("trainOnly", !source.dataSet().judged());
    entry.put("weight", source.dataSet().weight());
    source.dataSet().cropPixels().ifPresent(side -> entry.put("cropPixels", side));
    return entry;
  }
}
