package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.SecondTry.ImageFault;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.recording.PredictEvent;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The threads that ask the model, and nobody else does.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>An idle predictor takes all that waits, at once; while all of them work, the next batch
 *       grows up to the limit. Only while the decoders are behind does a predictor wait as well, 20
 *       ms at most, and one alone at a time.
 *   <li>One image never decides over another: a batch that fails is halved until the culprit is
 *       alone.
 *   <li>An image fails only where the model, asked about it alone and twice, fails on it, and
 *       answers an image that it has answered before. Before its first answer the test image of its
 *       loading takes that part. Where it fails on that one too, or its device has failed, the
 *       model is broken, and nothing more fails or is answered.
 * </ul>
 *
 * <p>Threads: a predictor gathers a batch, computes it and completes the outcomes. {@link #close}
 * interrupts all and waits for the forward passes that are under way.
 */
final class Predictors {

  /** The longest that a predictor waits for more images than there are. */
  private static final Duration FULLER_BATCH = Duration.ofMillis(20);

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final int batchLimit;
  private final BlockingQueue<Prepared> prepared;
  private final BooleanSupplier decodersAreBehind;
  private final ModelExchange models;
  private final Consumer<Throwable> onDefect;
  private final ClassifierMetrics metrics;
  private final Shadow shadow;
  private final Sampler sampler;

  private final Lock gathering = new ReentrantLock();
  private final List<Thread> threads = new ArrayList<>();
  private final SecondTry secondTry = new SecondTry("Classifying");
  private final AtomicLong batches = new AtomicLong();
  private volatile boolean stopped;

  /**
   * Starts the threads.
   *
   * @param count how many forward passes are computed at once
   * @param batchLimit the most images in one of them
   * @param decodersAreBehind whether so many images wait for the decoders that a fuller batch costs
   *     nobody time
   * @param onDefect called with what no image is to blame for, on a predictor's thread, which ends
   *     with it
   */
  Predictors(
      int count,
      int batchLimit,
      BlockingQueue<Prepared> prepared,
      BooleanSupplier decodersAreBehind,
      ModelExchange models,
      Consumer<Throwable> onDefect,
      ClassifierMetrics metrics,
      Shadow shadow,
      Sampler sampler) {
    this.batchLimit = batchLimit;
    this.prepared = prepared;
    this.decodersAreBehind = decodersAreBehind;
    this.models = models;
    this.onDefect = onDefect;
    this.metrics = metrics;
    this.shadow = shadow;
    this.sampler = sampler;
    Thread.Builder predicting = Thread.ofPlatform().daemon().name("predict-", 0);
    for (int i = 0; i < count; i++) {
      threads.add(predicting.unstarted(this::run));
    }
    threads.forEach(Thread::start);
  }

  /** Whether every predictor lives: one ends only with the model, or by a defect. */
  boolean areAlive() {
    return threads.stream().allMatch(Thread::isAlive);
  }

  /** How many batches the model has answered. */
  long batches() {
    return batches.get();
  }

  /** Answers nothing more, and waits for nothing. */
  void stop() {
    stopped = true;
    threads.stream().filter(one -> one != Thread.currentThread()).forEach(Thread::interrupt);
  }

  /**
   * Stops, and waits for the forward passes that are under way.
   *
   * @return whether all of them ended in this time
   */
  boolean close(Duration atMost) throws InterruptedException {
    stop();
    Instant deadline = Instant.now().plus(atMost);
    boolean ended = true;
    for (Thread thread : threads) {
      ended &= thread.join(Duration.between(Instant.now(), deadline));
    }
    return ended;
  }

  private void run() {
    List<Prepared> batch = new ArrayList<>(batchLimit);
    try {
      while (!stopped) {
        gather(batch);
        ServedModel serving = models.acquire(); // it may answer what was prepared for another
        try {
          for (Map.Entry<ServedModel, List<Prepared>> part : byModel(batch, serving).entrySet()) {
            predict(part.getKey(), part.getValue());
            recycle(part.getKey(), part.getValue());
          }
        } finally {
          serving.release();
        }
        batch.forEach(image -> image.served().release());
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because all are stopped
    } catch (RuntimeException | Error e) {
      onDefect.accept(e);
    }
  }

  /**
   * Takes what waits, and, while the decoders are behind, a fuller batch: then the cores have work
   * in the meantime, and an image in a batch of 32 costs a tenth less than in one of 16.
   */
  private void gather(List<Prepared> batch) throws InterruptedException {
    gathering.lockInterruptibly();
    try {
      batch.add(prepared.take());
      prepared.drainTo(batch, batchLimit - 1);
      long deadline = System.nanoTime() + FULLER_BATCH.toNanos();
      while (batch.size() < batchLimit
          && decodersAreBehind.getAsBoolean()
          && System.nanoTime() < deadline) {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        prepared.drainTo(batch, batchLimit - batch.size());
      }
    } finally {
      gathering.unlock();
    }
  }

  /** Leaves out the images that nobody waits for any longer. */
  private Map<ServedModel, List<Prepared>> byModel(List<Prepared> batch, ServedModel serving) {
    long now = System.nanoTime();
    Map<ServedModel, List<Prepared>> parts = new LinkedHashMap<>();
    for (Prepared image : batch) {
      if (!image.submitted().isDone()) {
        metrics.waited(now - image.since());
        image.waiting().objectId = image.submitted().origin().objectId();
        image.waiting().commit();
        ServedModel by = image.served().takesTheSameAs(serving) ? serving : image.served();
        parts.computeIfAbsent(by, _ -> new ArrayList<>(batchLimit)).add(image);
      }
    }
    return parts;
  }

  /** Gives the memory of images back that neither the shadow nor the model's test has in hand. */
  private static void recycle(ServedModel by, List<Prepared> images) {
    for (Prepared one : images) {
      if (one.shadow() == null && !by.keeps(one.image())) {
        one.served().preparation.recycle(one.image());
      }
    }
  }

  private void predict(ServedModel by, List<Prepared> images) {
    int largest = by.model.largestBatch();
    for (int from = 0; from < images.size(); from += largest) {
      predictBatch(by, images.subList(from, Math.min(images.size(), from + largest)));
    }
  }

  private void predictBatch(ServedModel by, List<Prepared> batch) {
    List<PreparedImage> images = batch.stream().map(Prepared::image).toList();
    List<AnswerProbabilities> answers;
    try {
      answers = secondTry.together(() -> forwardPass(by.model, images));
    } catch (DeviceException e) {
      throw new BrokenInstanceException(
          "The model %s cannot continue. %s".formatted(by.answerer.inWords(), e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      if (!stopped) {
        predictParts(by, batch, e);
      }
      return;
    }
    answered(by, batch, answers);
  }

  private void predictParts(ServedModel by, List<Prepared> failed, Throwable failure) {
    int size = failed.size();
    if (size > 1) {
      predictBatch(by, failed.subList(0, size / 2));
      predictBatch(by, failed.subList(size / 2, size));
      return;
    }
    Prepared one = failed.getFirst();
    try {
      requireWorkingModel(by);
      List<PreparedImage> image = List.of(one.image());
      answered(
          by,
          failed,
          secondTry.after(
              failure, one.submitted().origin().objectId(), () -> forwardPass(by.model, image)));
    } catch (ImageFault e) {
      if (!stopped) {
        requireWorkingModel(by);
        one.submitted().fail(Stage.INFER, FailureKind.PERMANENT, e.attempts(), e.failure());
      }
    }
  }

  private void answered(ServedModel by, List<Prepared> batch, List<AnswerProbabilities> answers) {
    by.answeredBefore.compareAndSet(null, batch.getFirst().image());
    for (int i = 0; i < batch.size(); i++) {
      complete(by, batch.get(i), answers.get(i));
    }
  }

  private void complete(ServedModel by, Prepared one, AnswerProbabilities answer) {
    PreparedImage image = one.image();
    one.submitted()
        .outcome()
        .complete(
            new Outcome.Classified(
                answer,
                by.answerer,
                one.sha256(),
                image.width(),
                image.height(),
                image.flags(),
                image.facts(),
                sampler.sample(image, answer),
                one.cutout()));
    if (one.shadow() != null) {
      shadow.compare(one.shadow(), answer);
    }
  }

  private List<AnswerProbabilities> forwardPass(MorphologyModel model, List<PreparedImage> batch) {
    long start = System.nanoTime();
    PredictEvent event = new PredictEvent();
    event.begin();
    List<AnswerProbabilities> answers = model.predict(batch);
    event.images = batch.size();
    event.commit();
    metrics.predicted(batch.size(), System.nanoTime() - start);
    batches.incrementAndGet();
    return answers;
  }

  private static void requireWorkingModel(ServedModel by) {
    PreparedImage answeredBefore = by.answeredBefore.get();
    try {
      if (answeredBefore == null) {
        by.model.selfTest();
      } else {
        by.model.predict(List.of(answeredBefore));
      }
    } catch (RuntimeException | Error e) {
      throw new BrokenInstanceException(
          "The model %s fails on %s (%s)."
              .formatted(
                  by.answerer.inWords(),
                  answeredBefore == null
                      ? "a test image, which it answered when it was loaded"
                      : "an image that it answered before",
                  e),
          e);
    }
  }
}
