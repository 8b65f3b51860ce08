package dev.tuningfork.trainer;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.Precision;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.augment.BatchLoader;
import dev.tuningfork.trainer.augment.CutoutStore;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.Portion;
import dev.tuningfork.trainer.data.Problem;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.learn.Campaign;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.learn.RunIdentity;
import dev.tuningfork.trainer.learn.Trainer;
import dev.tuningfork.trainer.learn.TrainingListener;
import dev.tuningfork.trainer.learn.TrainingLog;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.trainer.report.ModelCard;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * From data sets to a model bundle: reads the data, trains, evaluates the model ({@link
 * FinalEvaluation}) and puts what its users should know into the bundle ({@link TrainingManifest},
 * {@link TrainingCard}).
 *
 * @param dataSets the galaxies to train and evaluate on
 * @param split which galaxies are held out for the evaluation
 * @param portion how many of the others are learnt from; empty for all
 * @param strictness what becomes of problems in the data
 * @param settings of the training
 * @param pretrained weights that the network begins with; empty for random ones
 * @param teacher a model whose answers are learnt beside the labels; empty for none
 * @param name of the model
 * @param version of the model
 * @param precision of the weights in the bundle; the model is evaluated with these
 * @param devices that share each batch
 * @param folder for checkpoints, and for the data's cutouts while the run lasts
 */
public record TrainingRun(
    List<DataSet> dataSets,
    HeldOutSplit split,
    Optional<Portion> portion,
    Strictness strictness,
    TrainingSettings settings,
    Optional<Pretrained> pretrained,
    Optional<Teacher> teacher,
    String name,
    String version,
    Precision precision,
    Devices devices,
    RunFolder folder) {

  private static final int VALIDATION_BATCH = 64;

  /** Threads that prepare batches; each costs a buffer, and the network needs the cores. */
  private static final int LOADERS = 2;

  /**
   * A model, and how well it answers.
   *
   * @param evaluations one for each tree, in the order of the bundle's heads
   * @param learntFrom how many galaxies it learnt from
   * @param heldOut the galaxies that it was judged on, of all trees
   */
  public record Trained(
      ModelBundle bundle, List<Evaluation> evaluations, int learntFrom, List<Member> heldOut) {

    public Trained {
      evaluations = List.copyOf(evaluations);
      heldOut = List.copyOf(heldOut);
    }

    /** Of the first tree. */
    public Evaluation evaluation() {
      return evaluations.getFirst();
    }

    /** The galaxies that the first tree's answers were judged on. */
    public List<Member> firstHeldOut() {
      return TrainingData.of(heldOut, evaluation().tree());
    }
  }

  /**
   * The same run on fewer galaxies, judged on the same ones.
   *
   * @param elsewhere where this run keeps its checkpoints
   */
  public TrainingRun on(Portion fewer, RunFolder elsewhere) {
    return new TrainingRun(
        dataSets,
        split,
        Optional.of(fewer),
        strictness,
        settings,
        pretrained,
        teacher,
        name,
        version,
        precision,
        devices,
        elsewhere);
  }

  public TrainingRun {
    dataSets = List.copyOf(dataSets);
    teacher.ifPresent(model -> model.requireTrees(settings.campaigns()));
  }

  /**
   * Trains, evaluates and describes the model.
   *
   * @param resume whether to continue from the folder's last checkpoint
   * @param messages gets what a user should know besides the progress, a line at a time
   * @return empty if the listener asked to stop
   * @throws IOException if a file cannot be read or written
   * @throws ModelException if the trained model cannot be used
   * @throws IllegalArgumentException if data or settings are invalid
   */
  public Optional<Trained> run(boolean resume, TrainingListener listener, Consumer<String> messages)
      throws IOException, ModelException {
    TrainingData all = TrainingData.read(dataSets, split, strictness);
    TrainingData data = portion.map(all::learningFrom).orElse(all);
    Trainer trainer = new Trainer(settings, identity(data), devices, folder, listener);
    Weights random = settings.firstWeights(trainer.network());
    Weights start = pretrained.map(first -> first.over(random, trainer.network())).orElse(random);
    report(data, messages);
    requireAllTrees(data);
    Optional<Trainer.Result> result = resume ? trainer.finished() : Optional.empty();
    if (result.isEmpty()) {
      result = learnt(trainer, data, start, resume, listener, messages);
    }
    return result.isEmpty()
        ? Optional.empty()
        : Optional.of(published(data, result.get(), messages));
  }

  private static void report(TrainingData data, Consumer<String> messages) {
    Problem.sentences(data.problems()).forEach(messages);
    messages.accept(
        "%,d galaxies to learn from, %,d held out, %,d problems"
            .formatted(data.training().size(), data.heldOut().size(), data.problems().size()));
    if (data.heldOut().isEmpty()) {
      throw new IllegalArgumentException(
          "No galaxy is held out, so the model could not be judged: give more galaxies, or a larger --held-out share.");
    }
  }

  /**
   * A head that no galaxy teaches would answer at random, and one that none judges is not known.
   */
  private void requireAllTrees(TrainingData data) {
    for (Campaign campaign : settings.campaigns()) {
      String tree = campaign.tree().id();
      if (TrainingData.of(data.training(), campaign.tree()).isEmpty()) {
        throw new IllegalArgumentException(
            "There is no galaxy to learn the tree %s from: give labels of its questions, or leave it out of --tree."
                .formatted(tree));
      }
      if (TrainingData.of(data.heldOut(), campaign.tree()).isEmpty()) {
        throw new IllegalArgumentException(
            "No galaxy with labels of the tree %s is held out, so its answers could not be judged: give more galaxies, or a larger --held-out share."
                .formatted(tree));
      }
    }
  }

  /** Everything that decides the weights: only the same run may continue from a checkpoint. */
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
      Consumer<String> messages)
      throws IOException, ModelException {
    List<Member> lessons = lessons(data, listener);
    Files.createDirectories(folder.path());
    try (CutoutStore training = cutouts(lessons, settings.augmentation(), listener);
        CutoutStore heldOut = cutouts(data.heldOut(), Augmentation.NONE, listener)) {
      check(training.problems(), messages);
      check(heldOut.problems(), messages);
      try (BatchLoader batches =
              BatchLoader.training(training, settings.batch(), settings.seed(), LOADERS);
          BatchLoader validation = BatchLoader.evaluation(heldOut, VALIDATION_BATCH, 1)) {
        return trainer.train(batches, validation, start, resume);
      }
    }
  }

  /** The training galaxies, with the teacher's answers where there is a teacher. */
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
          "There are galaxies without labels, but no --teacher to label them.");
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

  private void check(List<Problem> problems, Consumer<String> messages) {
    Problem.sentences(problems).forEach(messages);
    strictness.check(problems);
  }

  private Trained published(TrainingData data, Trainer.Result result, Consumer<String> messages)
      throws IOException, ModelException {
    messages.accept("Judging the model on the galaxies that were held out");
    Weights weights =
        pretrained.map(first -> first.mixedWith(result.weights())).orElse(result.weights());
    List<ModelBundle> bundles = new ArrayList<>();
    List<Evaluation> evaluations = new ArrayList<>();
    for (Campaign.Outputs outputs : Campaign.outputs(settings.campaigns())) {
      Campaign campaign = outputs.campaign();
      FinalEvaluation evaluated =
          FinalEvaluation.of(
              description(campaign),
              weights.answering(outputs.from(), outputs.to()),
              precision,
              TrainingData.of(data.heldOut(), campaign.tree()));
      if (evaluated.findings().get(ModelDescription.BFLOAT16_UNTRIED) instanceof String reason) {
        messages.accept("The model was not tried in bfloat16. " + reason);
      }
      evaluated.evaluation().leftOut().forEach(messages);
      evaluations.add(evaluated.evaluation());
      bundles.add(described(campaign, evaluated, data, result));
    }
    return new Trained(
        bundles.stream().reduce(ModelBundle::withHead).orElseThrow(),
        evaluations,
        data.training().size(),
        data.heldOut());
  }

  /** The bundle of one head. */
  private ModelBundle described(
      Campaign campaign, FinalEvaluation evaluated, TrainingData data, Trainer.Result result)
      throws IOException {
    SequencedMap<String, Object> training = TrainingManifest.of(this, data, result);
    training.putAll(evaluated.findings());
    ModelBundle bundle = evaluated.bundle().trained(training, evaluated.evaluation().byName());
    String card =
        TrainingCard.of(bundle.description(), campaign, this, data, result, evaluated).text();
    return bundle
        .with(ModelCard.FILE, card.getBytes(StandardCharsets.UTF_8))
        .with(TrainingLog.FILE, Files.readAllBytes(folder.log()));
  }

  private ModelDescription description(Campaign campaign) {
    return ModelDescription.of(
            name, version, campaign.tree(), settings.architecture(), settings.input())
        .answering(campaign.questions().stream().map(Question::id).toList())
        .giving(settings.likelihood().isPresent() ? Output.CONCENTRATIONS : Output.LOGITS);
  }
}
