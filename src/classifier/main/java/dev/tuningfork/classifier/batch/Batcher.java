package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tile.CutLimit;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Feeds a model, on one device, with the images of all who submit some.
 *
 * <pre>{@code
 * submit ─► FetchQueue ─► Fetchers ─► BurstQueue ─► Decoders ─► prepared ─► Predictors ─► outcome
 * }</pre>
 *
 * <p>Threads: each {@linkplain Fetchers fetcher}, each {@linkplain Decoders decoder} and each
 * {@linkplain Predictors predictor} is one platform thread that does nothing but take from the
 * queue before it, work, and put into the queue after it. There are as many predictors as the model
 * does {@linkplain MorphologyModel#passes passes} at once, and only they touch it: on a CPU one for
 * each core, since passes side by side never wait for each other, as the threads that share one
 * pass do at the end of each of its layers; on a GPU two, so that one batch is laid out while
 * another is computed. Outcomes are completed on whichever of these threads learns them.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Every queue is bounded, and a thread that finds the queue after it full waits. What a slow
 *       model cannot take thus piles up back to the first queue and no further, and then {@link
 *       #submit} declines. At most {@code queue + heldUp + late + 2 × fetchers + 2 × decoders + 3 ×
 *       passes × batch} images are inside, where {@code late} is the most {@linkplain Fetchers
 *       fetches that take too long}.
 *   <li>The first two queues hold at most {@code queueBytes} each (and as much for slow hosts).
 *       Besides, each fetcher and each decoder has the bytes of one image in hand. Prepared images
 *       are all of the size that the model's input has, so their number bounds their bytes.
 *   <li>One host holds no more fetchers than {@link ImageFetcher#imagesPerHost} says, and a slow
 *       one none that others need ({@link FetchQueue}). An image whose fetch hangs in what no
 *       interrupt ends fails, and holds no fetcher longer. A host has no more such threads than
 *       fetchers.
 *   <li>An image fails only for what it did, or its host ({@link SecondTry}). Where no image is to
 *       blame, the instance is broken: nothing more is answered, and the owner is called, once.
 *   <li>The model may be {@linkplain #serve exchanged} while all this goes on: between two batches,
 *       and each answer says which model gave it. An image that was prepared for the old model goes
 *       to the new one where both take images alike, else to the old one. The old one is closed
 *       when no image on its way was prepared for it, and no sooner.
 * </ul>
 */
public final class Batcher implements ImageClassifier, AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** Turns the bytes of an image into what the model takes. Used by many threads at once. */
  @FunctionalInterface
  public interface Preparation {
    PreparedImage prepare(byte[] bytes, ImageDescription description) throws ImageException;

    /** Takes the memory of an image back that nobody will look at again. */
    default void recycle(PreparedImage image) {}

    /** As a model's input is specified, in memory that is used again. */
    static Preparation by(Preprocessor preprocessor) {
      return new Preparation() {
        @Override
        public PreparedImage prepare(byte[] bytes, ImageDescription description)
            throws ImageException {
          return preprocessor.prepare(bytes, description);
        }

        @Override
        public void recycle(PreparedImage image) {
          preprocessor.recycle(image);
        }
      };
    }
  }

  private final ImageFetcher fetcher;
  private final Function<InputSpec, Preparation> preparations;
  private final Consumer<Throwable> onBroken;
  private final CutLimit cutLimit;
  private final int batchLimit;
  private final ModelExchange models;
  private final FetchQueue<Submitted> queue;
  private final BlockingQueue<Prepared> prepared;
  private final FetchStep fetching;
  private final Fetchers<Submitted, Fetched> fetchers;
  private final Decoders decoders;
  private final Predictors predictors;
  private final AtomicBoolean broken = new AtomicBoolean();

  /**
   * Starts the threads.
   *
   * @param preparations how images are prepared for a model that takes such input
   * @param model closed by this class only once another one serves
   * @param onBroken called at most once, where this cannot continue, on the thread that found it
   * @param shadow not closed by this class
   */
  public Batcher(
      BatcherSettings settings,
      ImageFetcher fetcher,
      Function<InputSpec, Preparation> preparations,
      MorphologyModel model,
      Consumer<Throwable> onBroken,
      ClassifierMetrics metrics,
      Shadow shadow,
      Sampler sampler) {
    this.fetcher = fetcher;
    this.preparations = preparations;
    this.onBroken = onBroken;
    batchLimit = settings.batchLimit(model.largestBatch());
    cutLimit = CutLimit.of(settings.decoders());
    models = new ModelExchange(served(model));
    fetching = new FetchStep(fetcher, metrics);
    queue = queue(settings, fetcher, fetching);
    BurstQueue<Fetched> fetched =
        new BurstQueue<>(settings.fetchers(), settings.queueBytes(), Fetched::bytes);
    prepared = new ArrayBlockingQueue<>(2 * batchLimit * model.passes());
    predictors =
        new Predictors(
            model.passes(),
            batchLimit,
            prepared,
            fetched::isMoreThanHalfFull,
            models,
            this::breakDown,
            metrics,
            shadow,
            sampler);
    decoders =
        new Decoders(
            settings.decoders(), fetched, prepared, models, metrics, shadow, this::breakDown);
    fetchers =
        new Fetchers<>(
            settings.fetchers(),
            queue,
            fetching::fetch,
            toDecoders(fetched),
            settings.slowAfter(),
            fetcher.longest(),
            submitted -> longest(submitted.origin()),
            this::heldTooLong,
            this::breakDown);
  }

  private static FetchQueue<Submitted> queue(
      BatcherSettings settings, ImageFetcher fetcher, FetchStep fetching) {
    return new FetchQueue<>(
        new FetchQueue.Limits(
            settings.queue(),
            settings.heldUp(),
            settings.queueBytes(),
            host -> Math.min(fetcher.imagesPerHost(host), settings.fetchers()),
            fetcher.longest()),
        Submitted::host,
        Submitted::bytes,
        fetching::fail,
        System::nanoTime);
  }

  @Override
  public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
    Submitted submitted = new Submitted(origin, host(origin), new CompletableFuture<>());
    if (!queue.offer(submitted)) {
      return Optional.empty();
    }
    if (submitted.host().isPresent()) {
      var _ =
          submitted
              .outcome()
              .exceptionally(
                  cancelled -> {
                    queue.forget(submitted);
                    return null;
                  });
    }
    return Optional.of(submitted.outcome());
  }

  @Override
  public Optional<String> host(ImageOrigin origin) {
    return switch (origin) {
      case ImageOrigin.Referenced(_, var image) -> fetcher.host(image);
      case ImageOrigin.OnTile tile -> fetcher.host(tile.image());
      case ImageOrigin.Carried _ -> Optional.empty();
    };
  }

  private static Fetchers.Next<Fetched> toDecoders(BurstQueue<Fetched> queue) {
    return new Fetchers.Next<>() {
      @Override
      public void put(Fetched got) throws InterruptedException {
        queue.put(got);
      }

      @Override
      public void drop(Fetched got) {
        got.close();
      }
    };
  }

  private Duration longest(ImageOrigin origin) {
    return switch (origin) {
      case ImageOrigin.Referenced(_, var image) -> fetcher.longest(image);
      case ImageOrigin.OnTile tile -> fetcher.longest(tile.image());
      case ImageOrigin.Carried _ -> fetcher.longest();
    };
  }

  @Override
  public Set<String> slowHosts() {
    return queue.slowHosts();
  }

  /** Until the host is silent, and then until the attempt ends that was under way. */
  @Override
  public Duration longestWait() {
    return fetcher.longest().multipliedBy(2);
  }

  /**
   * Lets another model answer from the next batch on. The one before is closed when it has answered
   * what was prepared for it alone.
   *
   * @param model from now on this class's to close
   */
  public void serve(MorphologyModel model) {
    models.serve(served(model));
  }

  private ServedModel served(MorphologyModel model) {
    return new ServedModel(model, preparations.apply(model.input()), Answerer.of(model), cutLimit);
  }

  /** Which model answers. */
  public Answerer serving() {
    return models.serving().answerer;
  }

  /** The most images in one batch, of this model and of those that it is exchanged for. */
  public int batchLimit() {
    return batchLimit;
  }

  /** Whether every predictor lives: one ends only with the model, or by a defect. */
  public boolean isAlive() {
    return predictors.areAlive();
  }

  /** How many images are prepared and wait for the model. */
  public int prepared() {
    return prepared.size();
  }

  /** How many batches the model has answered. */
  public long batches() {
    return predictors.batches();
  }

  /**
   * Stops, and drops what is on its way: those outcomes never arrive. Waits up to ten seconds for
   * the forward passes that are under way. Closes the model where it is not the one that this began
   * with.
   */
  @Override
  public void close() {
    fetching.close();
    fetchers.close();
    decoders.close();
    try {
      if (predictors.close(CLOSING)) {
        models.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private FetchException heldTooLong() {
    String why =
        "Reading the file took longer than %d s. The file system (for example NFS) may be hanging."
            .formatted(fetcher.longest().toSeconds());
    return new FetchException(FailureKind.TRANSIENT, 1, why, null);
  }

  private void breakDown(Throwable cause) {
    if (broken.compareAndSet(false, true)) {
      predictors.stop();
      onBroken.accept(cause);
    }
  }
}
