package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Feeds one model, on one device, with the images of all who submit some.
 *
 * <pre>{@code
 * submit ─► queue ─► fetchers ─► fetched ─► decoders ─► prepared ─► predictor ─► outcome
 *                 (virtual threads)    (platform threads)      (one platform thread)
 * }</pre>
 *
 * <p>Threads: each fetcher, each decoder and the predictor is one thread that does nothing but take
 * from the queue before it, work, and put into the queue after it. Only the predictor touches the
 * model. Outcomes are completed on whichever of these threads learns them.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Every queue is bounded, and a thread that finds the queue after it full waits. What a slow
 *       model cannot take thus piles up back to the first queue and no further, and then {@link
 *       #submit} declines. At most {@code queue + 2 × fetchers + 2 × decoders + 3 × batch} images
 *       are inside, and at most {@code 2 × fetchers + decoders} of them as the bytes of a file.
 *   <li>An idle device takes whatever waits, at once; while it works, the next batch grows up to
 *       the limit. Images are prepared for the next batch while this one is computed.
 *   <li>One image never decides over another: a batch that fails is halved until the culprit is
 *       alone.
 *   <li>An image is given up only for what the image did. Where the model fails even on an image
 *       that it has answered before, the model is broken: nothing more is given up or answered, and
 *       the owner is told, once.
 * </ul>
 */
public final class Batcher implements ImageClassifier, AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** Turns the bytes of an image into what the model takes. Used by many threads at once. */
  @FunctionalInterface
  public interface Preparation {
    PreparedImage prepare(byte[] bytes, ImageDescription description) throws ImageException;
  }

  /** An image on its way, with the outcome that somebody waits for. */
  private record Submitted(ImageOrigin origin, CompletableFuture<Outcome> outcome) {}

  private record Fetched(Submitted submitted, FetchedImage file) {}

  /**
   * @param since when it was prepared, as {@link System#nanoTime} says
   */
  private record Prepared(Submitted submitted, String sha256, PreparedImage image, long since) {}

  private final ImageFetcher fetcher;
  private final Preparation preparation;
  private final MorphologyModel model;
  private final Consumer<Throwable> onBrokenModel;
  private final ClassifierMetrics metrics;
  private final Onlooker onlooker;
  private final int batchLimit;

  private final BlockingQueue<Submitted> queue;
  private final BlockingQueue<Fetched> fetched;
  private final BlockingQueue<Prepared> prepared;
  private final List<Thread> threads = new ArrayList<>();
  private final Thread predictor;
  private volatile boolean closed;

  /** An image that the model has answered before, to tell a broken model from a strange image. */
  private @Nullable PreparedImage answeredBefore;

  private final AtomicLong batches = new AtomicLong();
  private final AtomicLong images = new AtomicLong();

  /**
   * Starts the threads.
   *
   * @param model not closed by this class
   * @param onBrokenModel called at most once, on the predictor's thread, which ends with it
   */
  public Batcher(
      BatcherSettings settings,
      ImageFetcher fetcher,
      Preparation preparation,
      MorphologyModel model,
      Consumer<Throwable> onBrokenModel,
      ClassifierMetrics metrics,
      Onlooker onlooker) {
    this.fetcher = fetcher;
    this.preparation = preparation;
    this.model = model;
    this.onBrokenModel = onBrokenModel;
    this.metrics = metrics;
    this.onlooker = onlooker;
    batchLimit = Math.min(settings.batch(), model.largestBatch());
    queue = new ArrayBlockingQueue<>(settings.queue());
    fetched = new ArrayBlockingQueue<>(settings.fetchers());
    prepared = new ArrayBlockingQueue<>(2 * batchLimit);
    Thread.Builder virtual = Thread.ofVirtual().name("fetch-", 0);
    for (int i = 0; i < settings.fetchers(); i++) {
      threads.add(virtual.unstarted(() -> work(queue, this::fetch)));
    }
    Thread.Builder platform = Thread.ofPlatform().daemon().name("decode-", 0);
    for (int i = 0; i < settings.decoders(); i++) {
      threads.add(platform.unstarted(() -> work(fetched, this::decode)));
    }
    predictor = Thread.ofPlatform().daemon().name("predict").unstarted(this::predictBatches);
    threads.add(predictor);
    threads.forEach(Thread::start);
  }

  @Override
  public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
    Submitted submitted = new Submitted(origin, new CompletableFuture<>());
    return queue.offer(submitted) ? Optional.of(submitted.outcome) : Optional.empty();
  }

  /** Whether the predictor's thread lives, without which no outcome arrives. */
  public boolean isAlive() {
    return predictor.isAlive();
  }

  /** How many images are prepared and wait for the model. */
  public int prepared() {
    return prepared.size();
  }

  /** How many batches the model has answered. */
  public long batches() {
    return batches.get();
  }

  /** How many images the model has answered. */
  public long images() {
    return images.get();
  }

  /**
   * Stops, and drops what is on its way: those outcomes never arrive. Waits up to ten seconds for
   * the forward pass that is under way.
   */
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    try {
      predictor.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Step<T> {
    void apply(T item) throws InterruptedException;
  }

  private <T> void work(BlockingQueue<T> from, Step<T> step) {
    try {
      while (!closed) {
        step.apply(from.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because the batcher closes
    }
  }

  private void fetch(Submitted submitted) throws InterruptedException {
    if (submitted.outcome.isDone()) {
      return;
    }
    long start = System.nanoTime();
    try {
      FetchedImage file =
          switch (submitted.origin) {
            case ImageOrigin.Referenced(var image) -> fetcher.fetch(image);
            case ImageOrigin.Carried(var bytes, _) -> new FetchedImage(bytes, sha256(bytes), 1);
          };
      metrics.fetched(System.nanoTime() - start);
      fetched.put(new Fetched(submitted, file));
    } catch (FetchException e) {
      fail(submitted, Stage.FETCH, e.kind(), e.attempts(), e);
    } catch (RuntimeException | Error e) {
      fail(submitted, Stage.FETCH, FailureKind.TRANSIENT, 1, e);
    }
  }

  private void decode(Fetched fetched) throws InterruptedException {
    Submitted submitted = fetched.submitted;
    if (submitted.outcome.isDone()) {
      return;
    }
    long start = System.nanoTime();
    try {
      PreparedImage image =
          preparation.prepare(fetched.file.bytes(), description(submitted.origin));
      long end = System.nanoTime();
      metrics.decoded(end - start);
      prepared.put(new Prepared(submitted, fetched.file.sha256(), image, end));
    } catch (ImageException e) {
      fail(submitted, Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1, e);
    } catch (RuntimeException | Error e) {
      fail(submitted, Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1, e);
    }
  }

  private void predictBatches() {
    List<Prepared> batch = new ArrayList<>(batchLimit);
    try {
      while (!closed) {
        batch.add(prepared.take());
        prepared.drainTo(batch, batchLimit - 1);
        batch.removeIf(image -> image.submitted.outcome.isDone());
        if (!batch.isEmpty()) {
          long now = System.nanoTime();
          batch.forEach(image -> metrics.waited(now - image.since));
          predict(batch);
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because the batcher closes
    } catch (BrokenModelException e) {
      onBrokenModel.accept(e.getCause());
    }
  }

  private void predict(List<Prepared> batch) throws BrokenModelException {
    List<AnswerProbabilities> answers;
    try {
      answers = forwardPass(batch.stream().map(Prepared::image).toList());
    } catch (RuntimeException | Error e) {
      if (closed) {
        return;
      } else if (batch.size() == 1) {
        requireWorkingModel(e);
        fail(batch.getFirst().submitted, Stage.INFER, FailureKind.PERMANENT, 1, e);
      } else {
        predict(batch.subList(0, batch.size() / 2));
        predict(batch.subList(batch.size() / 2, batch.size()));
      }
      return;
    }
    answeredBefore = batch.getFirst().image;
    for (int i = 0; i < batch.size(); i++) {
      Prepared one = batch.get(i);
      PreparedImage image = one.image;
      one.submitted.outcome.complete(
          new Outcome.Classified(
              answers.get(i),
              one.sha256,
              image.width(),
              image.height(),
              image.flags(),
              onlooker.look(image, answers.get(i))));
    }
  }

  private List<AnswerProbabilities> forwardPass(List<PreparedImage> batch) {
    long start = System.nanoTime();
    List<AnswerProbabilities> answers = model.predict(batch);
    metrics.predicted(batch.size(), System.nanoTime() - start);
    batches.incrementAndGet();
    images.addAndGet(batch.size());
    return answers;
  }

  private void requireWorkingModel(Throwable failure) throws BrokenModelException {
    if (answeredBefore != null) {
      try {
        model.predict(List.of(answeredBefore));
      } catch (RuntimeException | Error e) {
        throw new BrokenModelException(failure);
      }
    }
  }

  private void fail(
      Submitted submitted, Stage stage, FailureKind kind, int attempts, Throwable cause) {
    if (!closed) { // closing interrupts, which is no fault of the image's
      submitted.outcome.complete(new Outcome.Failed(stage, kind, attempts, cause));
    }
  }

  private static ImageDescription description(ImageOrigin origin) {
    return switch (origin) {
      case ImageOrigin.Referenced(var image) ->
          new ImageDescription(image.mediaType(), image.hdu(), image.pixelScale(), image.bands());
      case ImageOrigin.Carried(_, var mediaType) ->
          new ImageDescription(mediaType, null, null, List.of());
    };
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  /** The model fails on an image that it has answered before. */
  private static final class BrokenModelException extends Exception {
    BrokenModelException(Throwable cause) {
      super(cause);
    }
  }
}
