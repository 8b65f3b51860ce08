package dev.tuningfork.trainer.learn;

import dev.tuningfork.network.Network;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.augment.BatchLoader;
import dev.tuningfork.trainer.augment.LoadedBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Trains a network: epochs of steps, each epoch judged on galaxies that are held out, checkpoints
 * on the way. A run that is taken up from its last checkpoint ends with the very weights that it
 * would have had without the interruption, on the same machine with as many threads.
 *
 * <p>Belongs to one thread.
 */
public final class Trainer {

  private static final Duration BETWEEN_CHECKPOINTS = Duration.ofMinutes(5);

  private final TrainingSettings settings;
  private final RunIdentity identity;
  private final Network network;
  private final Devices devices;
  private final RunFolder folder;
  private final Duration betweenCheckpoints;
  private final TrainingListener listener;

  /**
   * @param identity of the run: the settings, and what else a checkpoint must have in common with
   *     it
   * @param devices that share each batch
   * @param folder where checkpoints and the log of epochs go
   */
  public Trainer(
      TrainingSettings settings,
      RunIdentity identity,
      Devices devices,
      RunFolder folder,
      TrainingListener listener) {
    this(settings, identity, devices, folder, BETWEEN_CHECKPOINTS, listener);
  }

  Trainer(
      TrainingSettings settings,
      RunIdentity identity,
      Devices devices,
      RunFolder folder,
      Duration betweenCheckpoints,
      TrainingListener listener) {
    this.settings = settings;
    this.identity = identity;
    this.network = settings.network();
    this.devices = devices;
    this.folder = folder;
    this.betweenCheckpoints = betweenCheckpoints;
    this.listener = listener;
  }

  /** What is trained. */
  public Network network() {
    return network;
  }

  /**
   * What a run leaves.
   *
   * @param weights averaged over steps: of the last epoch, or of the best one where the settings
   *     have a patience
   * @param epoch the epoch that they are of
   * @param epochs how many were run
   * @param minutes that all steps took
   */
  public record Result(Weights weights, int epoch, int epochs, double minutes) {}

  /**
   * Trains to the end, or until the listener asks it to stop.
   *
   * @param start the first weights; a run that continues has its own
   * @param resume whether to continue from the folder's last checkpoint
   * @return empty if it was asked to stop: it can be taken up again
   * @throws IOException if a checkpoint cannot be written or read
   * @throws IllegalArgumentException if there are fewer galaxies than a batch has, or the
   *     checkpoint is of another run
   */
  public Optional<Result> train(
      BatchLoader training, BatchLoader validation, Weights start, boolean resume)
      throws IOException {
    start.requireFor(network);
    if (training.stepsPerEpoch() == 0) {
      throw new IllegalArgumentException(
          "There are fewer galaxies to learn from than the %d of a batch: give more, or a smaller --batch."
              .formatted(settings.batch()));
    }
    try (Learner learner =
        new Learner(PyTorch.engine(), network, settings, start, devices.list())) {
      Progress progress = Progress.START;
      if (resume) {
        Checkpoint checkpoint = last();
        learner.restore(checkpoint);
        progress = checkpoint.progress();
      }
      folder.prepare(progress.epoch());
      return new Run(learner, training, validation, progress).toTheEnd();
    }
  }

  /**
   * What the folder's run has left, if it came to its end: there is nothing to continue with then,
   * and no need for images to learn from.
   *
   * @throws IOException if there is no checkpoint, or it cannot be read
   * @throws IllegalArgumentException if the checkpoint is of another run
   */
  public Optional<Result> finished() throws IOException {
    Checkpoint checkpoint = last();
    return ended(checkpoint.progress())
        ? Optional.of(result(checkpoint.progress(), checkpoint.averages()))
        : Optional.empty();
  }

  private boolean ended(Progress progress) {
    boolean outOfPatience =
        settings.patience() > 0
            && progress.bestEpoch() > 0
            && progress.epoch() - 1 - progress.bestEpoch() >= settings.patience();
    return progress.epoch() > settings.epochs() || outOfPatience;
  }

  private Result result(Progress progress, Weights averages) throws IOException {
    int done = progress.epoch() - 1;
    double minutes = progress.seconds() / 60;
    return settings.patience() == 0
        ? new Result(averages, done, done, minutes)
        : new Result(
            Checkpoint.read(folder.best()).averages(), progress.bestEpoch(), done, minutes);
  }

  private Checkpoint last() throws IOException {
    Checkpoint checkpoint = Checkpoint.read(folder.last());
    List<String> differences = identity.differencesFrom(checkpoint.settings());
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "The checkpoint %s is of a run with other settings or data: %s. Give the same ones, or start over without --resume."
              .formatted(folder.last(), String.join("; ", differences)));
    }
    return checkpoint;
  }

  /** One run from where it stands to its end. */
  private final class Run {

    private final Learner learner;
    private final BatchLoader training;
    private final BatchLoader validation;
    private final Schedule schedule;
    private final int steps;
    private final StepRate stepRate = new StepRate();
    private Progress progress;
    private long lastCheckpoint = System.nanoTime();

    Run(Learner learner, BatchLoader training, BatchLoader validation, Progress progress) {
      this.learner = learner;
      this.training = training;
      this.validation = validation;
      this.progress = progress;
      this.steps = training.stepsPerEpoch();
      int all = steps * settings.epochs();
      this.schedule =
          new Schedule(
              settings.descent().learningRate(),
              Math.max(1, (int) (all * settings.descent().warmUp())),
              all);
    }

    Optional<Result> toTheEnd() throws IOException {
      while (!ended(progress)) {
        if (!epoch()) {
          return Optional.empty();
        }
      }
      return Optional.of(result(progress, learner.averages()));
    }

    /** False if it was asked to stop before the end. */
    private boolean epoch() throws IOException {
      int epoch = progress.epoch();
      learner.freezeBackbone(epoch <= settings.frozenEpochs());
      Agreement agreement = new Agreement(settings.campaigns());
      Iterator<LoadedBatch> batches = training.epoch(epoch - 1, progress.step());
      while (batches.hasNext()) {
        step(batches, agreement);
        if (listener.stopRequested()) {
          save();
          return false;
        }
        if (System.nanoTime() - lastCheckpoint >= betweenCheckpoints.toNanos()) {
          save();
        }
      }
      judge(agreement);
      return true;
    }

    /** Ends an epoch: its figures, and its checkpoint. */
    private void judge(Agreement training) throws IOException {
      int epoch = progress.epoch();
      double trainingLoss = progress.lossSum() / steps;
      Judgement judgement = validate();
      boolean best = progress.isBest(judgement.loss());
      progress = progress.judged(judgement.loss()).nextEpoch();
      EpochMetrics figures =
          new EpochMetrics(
              epoch,
              settings.epochs(),
              trainingLoss,
              judgement.loss(),
              training.first(),
              judgement.agreement().shares(),
              judgement.agreement().rmse(),
              stepRate.imagesPerSecond(),
              stepRate.waited(),
              schedule.rate(epoch * steps - 1),
              progress.seconds() / 60);
      folder.append(figures);
      Checkpoint saved = save();
      if (best) {
        saved.save(folder.best());
      }
      listener.epochDone(figures);
    }

    private void step(Iterator<LoadedBatch> batches, Agreement agreement) {
      long begin = System.nanoTime();
      LoadedBatch batch = batches.next();
      int number = (progress.epoch() - 1) * steps + progress.step();
      Learner.Step step = learn(batch, number);
      agreement.add(batch.galaxies(), step.outputs());
      double seconds = (System.nanoTime() - begin) / 1e9;
      stepRate.add(batch.galaxies().size(), seconds, batch.waitedSeconds());
      progress = progress.stepped(step.loss(), seconds);
      int left = steps * settings.epochs() - number - 1;
      listener.stepped(
          progress.epoch(),
          progress.step(),
          steps,
          progress.lossSum() / progress.step(),
          stepRate.imagesPerSecond(),
          Duration.ofMillis((long) (1000 * left * stepRate.secondsPerStep())));
    }

    /** One step of the optimiser; {@code number} counts the run's steps from 0. */
    private Learner.Step learn(LoadedBatch batch, int number) {
      double rate = schedule.rate(number);
      Learner.Step step;
      try {
        step = learner.step(batch.memory(), batch.galaxies(), rate, number + 1, randomSeed(number));
      } finally {
        batch.release();
      }
      if (!Double.isFinite(step.loss())) {
        throw new IllegalStateException(
            "The loss is no longer a number in epoch %d: lower the learning rate. The checkpoint before it is %s."
                .formatted(progress.epoch(), folder.last()));
      }
      return step;
    }

    private int randomSeed(int number) {
      return new SplittableRandom(settings.seed() * 1_000_003L + number).nextInt();
    }

    private Judgement validate() {
      Agreement agreement = new Agreement(settings.campaigns());
      double sum = 0;
      int galaxies = 0;
      for (Iterator<LoadedBatch> batches = validation.epoch(0, 0); batches.hasNext(); ) {
        LoadedBatch batch = batches.next();
        try {
          Learner.Step judged = learner.judge(batch.memory(), batch.galaxies());
          agreement.add(batch.galaxies(), judged.outputs());
          sum += judged.loss() * batch.galaxies().size();
          galaxies += batch.galaxies().size();
        } finally {
          batch.release();
        }
      }
      return new Judgement(sum / galaxies, agreement);
    }

    private Checkpoint save() throws IOException {
      Checkpoint checkpoint = learner.checkpoint(progress, identity.toString());
      checkpoint.save(folder.last());
      lastCheckpoint = System.nanoTime();
      return checkpoint;
    }
  }

  private record Judgement(double loss, Agreement agreement) {}

  /** How fast the steps of this process go. */
  private static final class StepRate {
    private long images;
    private int steps;
    private double seconds;
    private double waiting;

    void add(int batch, double took, double waited) {
      images += batch;
      steps++;
      seconds += took;
      waiting += waited;
    }

    double imagesPerSecond() {
      return images / seconds;
    }

    double secondsPerStep() {
      return seconds / steps;
    }

    double waited() {
      return waiting / seconds;
    }
  }
}
