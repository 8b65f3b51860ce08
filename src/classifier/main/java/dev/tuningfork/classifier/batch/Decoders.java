package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.SecondTry.ImageFault;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.recording.DecodeEvent;
import dev.tuningfork.classifier.recording.WaitEvent;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tile.GalaxyCutter;
import dev.tuningfork.tile.GalaxyCutter.CutGalaxy;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that make the bytes of images into what the model takes.
 *
 * <p>Threads: each decoder takes from one queue, works, and puts into the next, where it waits for
 * room. {@link #close} interrupts all and waits for none.
 *
 * <p>Invariant: an image acquires the model that it is prepared for. It is released by the thread
 * that takes the image from the next queue, or here if the image never gets there.
 */
final class Decoders implements AutoCloseable {

  private final BurstQueue<Fetched> fetched;
  private final BlockingQueue<Prepared> prepared;
  private final ModelExchange models;
  private final ClassifierMetrics metrics;
  private final Shadow shadow;
  private final Consumer<Throwable> onDefect;
  private final SecondTry secondTry = new SecondTry("Decoding");
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param onDefect called with what no image is to blame for, on a decoder's thread, which ends
   *     with it
   */
  Decoders(
      int count,
      BurstQueue<Fetched> fetched,
      BlockingQueue<Prepared> prepared,
      ModelExchange models,
      ClassifierMetrics metrics,
      Shadow shadow,
      Consumer<Throwable> onDefect) {
    this.fetched = fetched;
    this.prepared = prepared;
    this.models = models;
    this.metrics = metrics;
    this.shadow = shadow;
    this.onDefect = onDefect;
    Thread.Builder decoding = Thread.ofPlatform().daemon().name("decode-", 0);
    for (int i = 0; i < count; i++) {
      threads.add(decoding.unstarted(this::run));
    }
    threads.forEach(Thread::start);
  }

  private void run() {
    try {
      while (!closed) {
        try (Fetched next = fetched.take()) {
          if (!next.submitted().isDone()) {
            decode(next);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the thread ends, because the batcher closes
    } catch (RuntimeException | Error e) {
      onDefect.accept(e);
    }
  }

  private void decode(Fetched image) throws InterruptedException {
    ServedModel served = models.acquire();
    boolean handedOn = false;
    try {
      prepared.put(prepared(image, served));
      handedOn = true;
    } catch (ImageException e) {
      fail(image, 1, e);
    } catch (ImageFault e) {
      fail(image, e.attempts(), e.failure());
    } finally {
      if (!handedOn) {
        served.release();
      }
    }
  }

  private void fail(Fetched image, int attempts, Throwable cause) {
    if (!closed) { // closing interrupts, which is no fault of the image's
      image.submitted().fail(Stage.DECODE_IMAGE, FailureKind.PERMANENT, attempts, cause);
    }
  }

  private Prepared prepared(Fetched image, ServedModel served) throws ImageException, ImageFault {
    try {
      return secondTry.together(() -> prepare(image, served));
    } catch (RuntimeException | Error e) {
      return secondTry.after(
          e, image.submitted().origin().objectId(), () -> prepare(image, served));
    }
  }

  private Prepared prepare(Fetched fetched, ServedModel served) throws ImageException {
    Submitted submitted = fetched.submitted();
    long start = System.nanoTime();
    DecodeEvent event = new DecodeEvent();
    event.begin();
    Made made =
        switch (fetched) {
          case Fetched.File(_, var file) -> made(file, submitted.origin().description(), served);
          case Fetched.Square(_, var origin, var open) -> made(origin, open.image(), served);
        };
    long end = System.nanoTime();
    metrics.decoded(end - start);
    PreparedImage image = made.image;
    event.objectId = submitted.origin().objectId();
    event.bytes = fetched.bytes();
    event.width = image.width();
    event.height = image.height();
    event.commit();
    Shadow.Image alsoFor = shadow.prepare(made.otherwise, served.model.input(), image);
    WaitEvent waiting = new WaitEvent();
    waiting.begin();
    return new Prepared(submitted, made.sha256, made.cutout, served, image, alsoFor, end, waiting);
  }

  /**
   * An image for a model.
   *
   * @param cutout which part of a survey image it is; null for a file
   * @param otherwise makes the same for another model
   */
  private record Made(
      PreparedImage image,
      String sha256,
      GalaxyMorphology.@Nullable Cutout cutout,
      Shadow.Preparation otherwise) {}

  private static Made made(FetchedImage file, ImageDescription description, ServedModel served)
      throws ImageException {
    return new Made(
        served.preparation.prepare(file.bytes(), description),
        file.sha256(),
        null,
        other -> other.prepare(file.bytes(), description));
  }

  private static Made made(ImageOrigin.OnTile origin, SurveyImage image, ServedModel served)
      throws ImageException {
    GalaxyCutter cutter = served.cutter(origin.cutout().recipe());
    CutGalaxy galaxy = cut(origin, image, cutter);
    return new Made(
        galaxy.image(),
        galaxy.image().pixels().sha256(),
        GalaxyMorphology.Cutout.of(
            origin.cutout().tile(),
            origin.cutout().bands().stream().map(GalaxyMorphology.Band::of).toList(),
            galaxy.cutout(),
            cutter.recipe()),
        other -> cut(origin, image, cutter.of(other.spec())).image());
  }

  private static CutGalaxy cut(ImageOrigin.OnTile origin, SurveyImage image, GalaxyCutter cutter)
      throws ImageException {
    GalaxyImageReference.Cutout cutout = origin.cutout();
    try {
      return cutter.cut(image, origin.cut(), cutout.sizeSuspect());
    } catch (ImageException e) {
      throw new ImageException(
          "Cannot cut the galaxy out of the survey image %s, on the grid of its band %s: %s"
              .formatted(cutout.tile(), cutout.bands().getFirst().name(), e.getMessage()),
          e);
    } catch (TileException e) {
      throw new ImageException(
          "Cannot read the survey image %s%s: %s"
              .formatted(
                  cutout.tile(),
                  e.band() == null ? "" : " in its band " + e.band(),
                  e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
