package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.recording.DecodeEvent;
import dev.tuningfork.classifier.recording.FetchEvent;
import dev.tuningfork.classifier.recording.PredictEvent;
import dev.tuningfork.classifier.recording.WaitEvent;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a model, on one device, with the images of all who submit some.
 *
 * <pre>{@code
 * submit ─► queue ─► fetchers ─► fetched ─► decoders ─► prepared ─► predictors ─► outcome
 * }</pre>
 *
 * <p>Threads: each {@linkplain Fetchers fetcher}, each decoder and each predictor is one platform
 * thread that does nothing but take from the queue before it, work, and put into the queue after
 * it. There are as many predictors as the model does {@linkplain MorphologyModel#passes passes} at
 * once, and only they touch it: on a CPU one for each core, since passes side by side never wait
 * for each other, as the threads that share one pass do at the end of each of its layers; on a GPU
 * two, so that one batch is laid out while another is computed. Outcomes are completed on whichever
 * of these threads learns them.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Every queue is bounded, and a thread that finds the queue after it full waits. What a slow
 *       model cannot take thus piles up back to the first queue and no further, and then {@link
 *       #submit} declines. At most {@code queue + 2 × fetchers + 2 × decoders + 3 × passes × batch}
 *       images are inside, and at most {@code 2 × fetchers + decoders} of them as the bytes of a
 *       file.
 *   <li>One host holds no more fetchers than {@link ImageFetcher#imagesPerHost} says: what waits
 *       for more of it is passed by what waits for others. An image whose fetch hangs in what no
 *       interrupt ends is given up, and holds no fetcher longer.
 *   <li>An idle predictor takes whatever waits, at once; while all of them work, the next batch
 *       grows up to the limit. Only where half of what the decoders can hold waits for them does a
 *       predictor wait as well, 20 ms at most, and one alone at a time.
 *   <li>One image never decides over another: a batch that fails is halved until the culprit is
 *       alone.
 *   <li>An image is given up only for what the image did. Where the model fails even on an image
 *       that it has answered before, the model is broken: nothing more is given up or answered, and
 *       the owner is told, once.
 *   <li>The model may be {@linkplain #serve exchanged} while all this goes on: between two batches,
 *       and each answer says which model gave it. An image that was prepared for the old model goes
 *       to the new one where both take images alike, else to the old one. The old one is closed
 *       when no image on its way was prepared for it, and no sooner.
 * </ul>
 */
public final class Batcher implements ImageClassifier, AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** The longest that a predictor waits for more images than there are. */
  private static final Duration FULLER_BATCH = Duration.ofMillis(20);

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

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

  /** An image on its way, with the outcome that somebody waits for. */
  private record Submitted(
      ImageOrigin origin, Optional<String> host, CompletableFuture<Outcome> outcome) {}

  private record Fetched(Submitted submitted, FetchedImage file) {}

  /**
   * @param served whom it was prepared for
   * @param since when it was prepared, as {@link System#nanoTime} says
   * @param waiting the same, for a recording
   */
  private record Prepared(
      Submitted submitted,
      String sha256,
      Served served,
      PreparedImage image,
      Shadow.@Nullable Image shadow,
      long since,
      WaitEvent waiting) {}

  private final ImageFetcher fetcher;
  private final Function<InputSpec, Preparation> preparations;
  private final Consumer<Throwable> onBrokenModel;
  private final ClassifierMetrics metrics;
  private final Shadow shadow;
  private final Onlooker onlooker;
  private final int batchLimit;

  private final FetchQueue<Submitted> queue;
  private final Fetchers<Submitted, Fetched> fetchers;
  private final BurstQueue<Fetched> fetched;
  private final BlockingQueue<Prepared> prepared;
  private final Lock gathering = new ReentrantLock();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Thread> predictors = new ArrayList<>();
  private volatile Served serving;
  private boolean servesAnother;
  private volatile boolean closed;

  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicLong batches = new AtomicLong();
  private final AtomicLong images = new AtomicLong();

  /**
   * Starts the threads.
   *
   * @param preparations how images are prepared for a model that takes such input
   * @param model closed by this class only once another one serves
   * @param onBrokenModel called at most once, on a predictor's thread, which ends with it
   * @param shadow not closed by this class
   */
  public Batcher(
      BatcherSettings settings,
      ImageFetcher fetcher,
      Function<InputSpec, Preparation> preparations,
      MorphologyModel model,
      Consumer<Throwable> onBrokenModel,
      ClassifierMetrics metrics,
      Shadow shadow,
      Onlooker onlooker) {
    this.fetcher = fetcher;
    this.preparations = preparations;
    this.onBrokenModel = onBrokenModel;
    this.metrics = metrics;
    this.shadow = shadow;
    this.onlooker = onlooker;
    serving = new Served(model, preparations.apply(model.input()));
    batchLimit = Math.min(settings.batch(), model.largestBatch());
    queue = new FetchQueue<>(settings.queue(), fetcher.imagesPerHost(), Submitted::host);
    fetched = new BurstQueue<>(settings.fetchers());
    prepared = new ArrayBlockingQueue<>(2 * batchLimit * model.passes());
    Thread.Builder decoding = Thread.ofPlatform().daemon().name("decode-", 0);
    for (int i = 0; i < settings.decoders(); i++) {
      threads.add(decoding.unstarted(this::decodeImages));
    }
    Thread.Builder predicting = Thread.ofPlatform().daemon().name("predict-", 0);
    for (int i = 0; i < model.passes(); i++) {
      predictors.add(predicting.unstarted(this::predictBatches));
    }
    threads.addAll(predictors);
    threads.forEach(Thread::start);
    fetchers =
        new Fetchers<>(
            settings.fetchers(),
            queue,
            this::fetch,
            fetched::put,
            fetcher.longest(),
            this::giveUpFetching);
  }

  @Override
  public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
    Optional<String> host =
        switch (origin) {
          case ImageOrigin.Referenced(_, var image) -> fetcher.host(image);
          case ImageOrigin.Carried _ -> Optional.empty();
        };
    Submitted submitted = new Submitted(origin, host, new CompletableFuture<>());
    return queue.offer(submitted) ? Optional.of(submitted.outcome) : Optional.empty();
  }

  /**
   * Lets another model answer from the next batch on. The one before is closed when it has answered
   * what was prepared for it alone.
   *
   * @param model from now on this class's to close
   */
  public synchronized void serve(MorphologyModel model) {
    Served before = serving;
    serving = new Served(model, preparations.apply(model.input()));
    servesAnother = true;
    before.retire();
  }

  /** Which model answers. */
  public Answerer serving() {
    return serving.answerer;
  }

  /** Whether every predictor lives: one ends only with the model, or by a defect. */
  public boolean isAlive() {
    return predictors.stream().allMatch(Thread::isAlive);
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
   * the forward passes that are under way. Closes the model where it is not the one that this began
   * with.
   */
  @Override
  public synchronized void close() {
    closed = true;
    fetchers.close();
    threads.forEach(Thread::interrupt);
    try {
      Instant deadline = Instant.now().plus(CLOSING);
      boolean ended = true;
      for (Thread predictor : predictors) {
        ended &= predictor.join(Duration.between(Instant.now(), deadline));
      }
      if (ended && servesAnother) {
        serving.model.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Empty where nobody waits for it any longer, or it cannot be had. */
  private Optional<Fetched> fetch(Submitted submitted) {
    if (submitted.outcome.isDone()) {
      return Optional.empty();
    }
    long start = System.nanoTime();
    FetchEvent event = new FetchEvent();
    event.begin();
    try {
      FetchedImage file =
          switch (submitted.origin) {
            case ImageOrigin.Referenced(_, var image) -> fetcher.fetch(image);
            case ImageOrigin.Carried(_, var bytes, _) -> FetchedImage.of(bytes, 1);
          };
      metrics.fetched(System.nanoTime() - start);
      event.objectId = submitted.origin.objectId();
      event.bytes = file.bytes().length;
      event.attempts = file.attempts();
      event.commit();
      return Optional.of(new Fetched(submitted, file));
    } catch (FetchException e) {
      fail(submitted, Stage.FETCH, e.kind(), e.attempts(), e);
    } catch (RuntimeException | Error e) {
      fail(submitted, Stage.FETCH, FailureKind.TRANSIENT, 1, e);
    }
    return Optional.empty();
  }

  private void giveUpFetching(Submitted submitted) {
    String why =
        "The image had not come after %d s, and no interrupt ends what it waits for: does a file system hang?"
            .formatted(fetcher.longest().toSeconds());
    FetchException cause = new FetchException(FailureKind.TRANSIENT, 1, why, null);
    fail(submitted, Stage.FETCH, cause.kind(), cause.attempts(), cause);
  }

  private void decodeImages() {
    try {
      while (!closed) {
        decode(fetched.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because the batcher closes
    }
  }

  private void decode(Fetched fetched) throws InterruptedException {
    Submitted submitted = fetched.submitted;
    if (submitted.outcome.isDone()) {
      return;
    }
    long start = System.nanoTime();
    byte[] bytes = fetched.file.bytes();
    ImageDescription description = description(submitted.origin);
    Served served = beginPreparing();
    boolean done = false;
    DecodeEvent event = new DecodeEvent();
    event.begin();
    try {
      PreparedImage image = served.preparation.prepare(bytes, description);
      long end = System.nanoTime();
      metrics.decoded(end - start);
      event.objectId = submitted.origin.objectId();
      event.bytes = bytes.length;
      event.width = image.width();
      event.height = image.height();
      event.commit();
      Shadow.Image alsoFor = shadow.prepare(bytes, description, served.model.input(), image);
      WaitEvent waiting = new WaitEvent();
      waiting.begin();
      prepared.put(
          new Prepared(submitted, fetched.file.sha256(), served, image, alsoFor, end, waiting));
      done = true;
    } catch (ImageException e) {
      fail(submitted, Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1, e);
    } catch (RuntimeException | Error e) {
      fail(submitted, Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1, e);
    } finally {
      if (!done) {
        served.release();
      }
    }
  }

  /** Whoever serves, and waits for this image before it is closed. */
  private Served beginPreparing() {
    while (true) {
      Served served = serving;
      served.waitingFor.incrementAndGet();
      if (served == serving) {
        return served;
      }
      served.release(); // exchanged in between, so it may be closed already
    }
  }

  private void predictBatches() {
    List<Prepared> batch = new ArrayList<>(batchLimit);
    try {
      while (!closed && !broken.get()) {
        gather(batch);
        long now = System.nanoTime();
        Served serving = this.serving;
        Map<Served, List<Prepared>> parts = new LinkedHashMap<>();
        for (Prepared image : batch) {
          if (!image.submitted.outcome.isDone()) {
            metrics.waited(now - image.since);
            image.waiting.objectId = image.submitted.origin.objectId();
            image.waiting.commit();
            Served by = image.served.takesTheSameAs(serving) ? serving : image.served;
            parts.computeIfAbsent(by, _ -> new ArrayList<>(batchLimit)).add(image);
          }
        }
        for (Map.Entry<Served, List<Prepared>> part : parts.entrySet()) {
          predict(part.getKey(), part.getValue());
          recycle(part.getKey(), part.getValue());
        }
        batch.forEach(image -> image.served.release());
        batch.clear();
      }
    } catch (InterruptedException e) {
      // the thread ends, because the batcher closes or the model is broken
      Thread.currentThread().interrupt();
    } catch (BrokenModelException e) {
      if (broken.compareAndSet(false, true)) {
        predictors.stream()
            .filter(other -> other != Thread.currentThread())
            .forEach(Thread::interrupt);
        onBrokenModel.accept(e.getCause());
      }
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
      while (batch.size() < batchLimit && decodersAreBehind() && System.nanoTime() < deadline) {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        prepared.drainTo(batch, batchLimit - batch.size());
      }
    } finally {
      gathering.unlock();
    }
  }

  private boolean decodersAreBehind() {
    return fetched.isMoreThanHalfFull();
  }

  /** Gives the memory of images back that neither the shadow nor the model's test has in hand. */
  private static void recycle(Served by, List<Prepared> images) {
    for (Prepared one : images) {
      if (one.shadow == null && !by.keeps(one.image)) {
        one.served.preparation.recycle(one.image);
      }
    }
  }

  private void predict(Served by, List<Prepared> images) throws BrokenModelException {
    for (int from = 0; from < images.size(); from += by.model.largestBatch()) {
      predictBatch(
          by, images.subList(from, Math.min(images.size(), from + by.model.largestBatch())));
    }
  }

  private void predictBatch(Served by, List<Prepared> batch) throws BrokenModelException {
    List<AnswerProbabilities> answers;
    try {
      answers = forwardPass(by.model, batch.stream().map(Prepared::image).toList());
    } catch (RuntimeException | Error e) {
      if (closed) {
        return;
      } else if (batch.size() == 1) {
        requireWorkingModel(by, e);
        fail(batch.getFirst().submitted, Stage.INFER, FailureKind.PERMANENT, 1, e);
      } else {
        predictBatch(by, batch.subList(0, batch.size() / 2));
        predictBatch(by, batch.subList(batch.size() / 2, batch.size()));
      }
      return;
    }
    by.answeredBefore.compareAndSet(null, batch.getFirst().image);
    for (int i = 0; i < batch.size(); i++) {
      Prepared one = batch.get(i);
      PreparedImage image = one.image;
      one.submitted.outcome.complete(
          new Outcome.Classified(
              answers.get(i),
              by.answerer,
              one.sha256,
              image.width(),
              image.height(),
              image.flags(),
              image.facts(),
              onlooker.look(image, answers.get(i))));
      if (one.shadow != null) {
        shadow.compare(one.shadow, answers.get(i));
      }
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
    images.addAndGet(batch.size());
    return answers;
  }

  private static void requireWorkingModel(Served by, Throwable failure)
      throws BrokenModelException {
    PreparedImage answeredBefore = by.answeredBefore.get();
    if (answeredBefore != null) {
      try {
        by.model.predict(List.of(answeredBefore));
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
      case ImageOrigin.Referenced(_, var image) ->
          new ImageDescription(
              image.mediaType(),
              image.hdu(),
              image.pixelScale(),
              image.bands(),
              image.fieldOfView());
      case ImageOrigin.Carried(_, _, var mediaType) ->
          new ImageDescription(mediaType, null, null, List.of(), null);
    };
  }

  /** A model as it serves, with what is on its way to it. */
  private static final class Served {
    final MorphologyModel model;
    final Preparation preparation;
    final Answerer answerer;

    /** Images that are being prepared for it, or are prepared and not yet answered. */
    final AtomicInteger waitingFor = new AtomicInteger();

    /** The image that it answered first, to tell a broken model from a strange image. */
    final AtomicReference<@Nullable PreparedImage> answeredBefore = new AtomicReference<>();

    private volatile boolean retired;

    Served(MorphologyModel model, Preparation preparation) {
      this.model = model;
      this.preparation = preparation;
      answerer = Answerer.of(model);
    }

    /** Whether this very image is the one that tells a broken model. */
    @SuppressWarnings("ReferenceEquality")
    boolean keeps(PreparedImage image) {
      return image == answeredBefore.get();
    }

    /** Whether the other may answer what was prepared for this one. */
    boolean takesTheSameAs(Served other) {
      return this == other || model.input().equals(other.model.input());
    }

    /** An image is done with. */
    void release() {
      if (waitingFor.decrementAndGet() == 0 && retired) {
        model.close();
      }
    }

    /** Another one serves. */
    void retire() {
      waitingFor.incrementAndGet(); // so that it is closed here, or by whoever is the last
      retired = true;
      release();
    }
  }

  /** The model fails on an image that it has answered before. */
  private static final class BrokenModelException extends Exception {
    BrokenModelException(Throwable cause) {
      super(cause);
    }
  }
}
