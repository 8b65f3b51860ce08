package dev.tuningfork.classifier.rollout;

import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second model that classifies a share of the images. Its answers are compared with the published
 * ones. Nothing of what it says is published; how far it is from the other's answers is measured.
 *
 * <p>It never harms the stream: no thread waits for it, images that do not fit are skipped, and
 * exceptions are counted. A shadow that fails repeatedly is turned off. What it costs is bounded by
 * the share: the forward passes, and, where it takes other images than the serving model does,
 * their preparation.
 *
 * <p>Threads: those that prepare and compare images, and one of its own, the only one that touches
 * the model. At most two batches wait for it.
 */
public final class Shadow implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);
  private static final Duration CLOSING = Duration.ofSeconds(5);
  private static final long LOOK_UP_MILLIS = 200;
  private static final int LARGEST_BATCH = 64;
  private static final int FAILURES_IN_A_ROW = 10;

  /** Prepares an image as another model takes it. */
  @FunctionalInterface
  public interface Preparation {
    PreparedImage by(Preprocessor preprocessor) throws ImageException;
  }

  /** An image as the shadow takes it. */
  public static final class Image {
    private final Asked asked;
    private final PreparedImage prepared;

    private Image(Asked asked, PreparedImage prepared) {
      this.asked = asked;
      this.prepared = prepared;
    }
  }

  private record Asked(MorphologyModel model, Preprocessor preprocessor) {}

  private record Compared(Image image, AnswerProbabilities served) {}

  private final double share;
  private final ImageLimits limits;
  private final ClassifierMetrics metrics;
  private final BlockingQueue<Compared> queue = new ArrayBlockingQueue<>(2 * LARGEST_BATCH);
  private final Thread thread = Thread.ofPlatform().daemon().name("shadow").unstarted(this::run);

  private final AtomicReference<@Nullable Asked> asked = new AtomicReference<>();
  private final Queue<MorphologyModel> dismissed = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;
  private int failuresInARow;

  /**
   * @param share of the images that it is asked about, 0 to 1
   */
  public Shadow(double share, ImageLimits limits, ClassifierMetrics metrics) {
    this.share = share;
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * Asks this model from now on, and no longer the one before, which is closed.
   *
   * @param model from now on this class's to close
   */
  public synchronized void cast(MorphologyModel model) {
    Asked before = asked.getAndSet(new Asked(model, new Preprocessor(model.input(), limits)));
    if (before != null) {
      dismissed.add(before.model);
    }
    if (!thread.isAlive()) {
      thread.start();
    }
  }

  /** Which model is asked. */
  public Optional<ModelIdentity> model() {
    return Optional.ofNullable(asked.get()).map(now -> now.model.identity());
  }

  /**
   * Prepares an image for the shadow, if it is one of the share.
   *
   * @param preparation makes the image for the shadow, where it takes another input
   * @param spec of the image that was prepared for the serving model
   * @return null where the shadow shall not be asked about it
   */
  public @Nullable Image prepare(Preparation preparation, InputSpec spec, PreparedImage prepared) {
    Asked now = asked.get();
    if (now == null || ThreadLocalRandom.current().nextDouble() >= share) {
      return null;
    }
    if (queue.remainingCapacity() == 0) {
      metrics.shadowed(ClassifierMetrics.Shadowed.PASSED_OVER);
      return null;
    }
    try {
      return new Image(
          now, spec.equals(now.model.input()) ? prepared : preparation.by(now.preprocessor));
    } catch (ImageException | RuntimeException | Error e) {
      metrics.shadowed(ClassifierMetrics.Shadowed.FAILED);
      return null;
    }
  }

  /** Compares, in its own time, the shadow's answer with the one that is published. */
  public void compare(Image image, AnswerProbabilities served) {
    if (!queue.offer(new Compared(image, served))) {
      metrics.shadowed(ClassifierMetrics.Shadowed.PASSED_OVER);
    }
  }

  /** Stops, and closes the model when the forward pass that is under way is done. */
  @Override
  public synchronized void close() {
    closed = true;
    if (!thread.isAlive()) {
      return; // it never had a model
    }
    thread.interrupt();
    try {
      thread.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Compared> batch = new ArrayList<>(LARGEST_BATCH);
    try {
      while (!closed) {
        Compared first = queue.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
        Asked now = asked.get();
        closeDismissed();
        if (first != null && now != null) {
          batch.add(first);
          queue.drainTo(batch, Math.min(LARGEST_BATCH, now.model.largestBatch()) - 1);
          batch.removeIf(compared -> !compared.image.asked.equals(now));
          if (!batch.isEmpty()) {
            ask(now, batch);
          }
          batch.clear();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because the shadow closes
    } finally {
      Asked last = asked.getAndSet(null);
      if (last != null) {
        dismissed.add(last.model);
      }
      closeDismissed();
    }
  }

  private void ask(Asked now, List<Compared> batch) {
    try {
      List<AnswerProbabilities> answers =
          now.model.predict(batch.stream().map(compared -> compared.image.prepared).toList());
      for (int i = 0; i < batch.size(); i++) {
        measure(batch.get(i).served, answers.get(i));
        metrics.shadowed(ClassifierMetrics.Shadowed.COMPARED);
      }
      failuresInARow = 0;
    } catch (RuntimeException | Error e) {
      batch.forEach(_ -> metrics.shadowed(ClassifierMetrics.Shadowed.FAILED));
      failuresInARow++;
      if (failuresInARow == 1) {
        LOG.warn("The shadow model failed. Published answers do not depend on it.", e);
      } else if (failuresInARow == FAILURES_IN_A_ROW) {
        LOG.error(
            "The shadow model failed {} times in a row and is turned off.", failuresInARow, e);
        failuresInARow = 0;
        if (asked.compareAndSet(now, null)) {
          dismissed.add(now.model);
        }
      }
    }
  }

  private void measure(AnswerProbabilities served, AnswerProbabilities shadow) {
    for (Question question : served.tree().questions()) {
      Divergence.of(question, served, shadow)
          .ifPresent(
              divergence ->
                  metrics.diverged(question.id(), divergence.distance(), divergence.agreed()));
    }
  }

  private void closeDismissed() {
    for (MorphologyModel model = dismissed.poll(); model != null; model = dismissed.poll()) {
      model.close();
    }
  }
}
