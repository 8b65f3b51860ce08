package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Sampler;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.classifier.stream.Provenance;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import dev.tuningfork.standalone.table.MorphologySpool;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Classifies images on disk with the {@link Batcher} of a classifier on Kafka. There is no broker,
 * because the images are all here: a run that was interrupted continues from its journal.
 *
 * <p>Threads: the batcher's threads put outcomes into {@link #finished}. All else belongs to the
 * thread that calls {@link #run}. At most {@link #IN_FLIGHT} images are between the two, whatever
 * the number of images.
 */
final class ClassifyJob {

  /** What a message names as its source, with the place of the image among those of the run. */
  private static final String SOURCE = "classify";

  private static final int IN_FLIGHT = 1024;
  private static final long PATIENCE_MILLIS = 100;

  private record Finished(
      int ordinal, GalaxyImageReference reference, Instant since, Outcome outcome) {}

  private final List<Named> images;
  private final ReadingOptions reading;
  private final MorphologySpool spool;
  private final boolean resumable;
  private final Terminal terminal;
  private final SortedMap<Integer, String> unreadable = new TreeMap<>();
  private final BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

  /**
   * @param spool takes the answers; images whose answers it has are left alone
   * @param resumable whether the spool outlives a run that is stopped
   */
  ClassifyJob(
      List<Named> images,
      ReadingOptions reading,
      MorphologySpool spool,
      boolean resumable,
      Terminal terminal) {
    this.images = images;
    this.reading = reading;
    this.spool = spool;
    this.resumable = resumable;
    this.terminal = terminal;
  }

  /**
   * Classifies the images that have no morphology yet.
   *
   * @return why an image could not be read, by its place among the images
   * @throws CancellationException if it was asked to stop
   * @throws IOException if it fails; the message says whether the answers so far are kept
   */
  SortedMap<Integer, String> run(MorphologyModel loaded, Interruption stop) throws IOException {
    ProgressBar progress =
        new ProgressBar(terminal, images.size() - spool.size(), System::nanoTime);
    ClassifierSettings.Pipeline settings = allowing(images).pipeline();
    try (SurveyImageFetcher fetcher = new SurveyImageFetcher(settings.fetch());
        Batcher batcher = batcher(settings, fetcher, loaded)) {
      collect(batcher, progress, stop);
    } catch (CancellationException e) {
      throw stopped(e);
    } catch (IOException | IllegalStateException e) {
      throw failed(e);
    } finally {
      progress.finish();
    }
    terminal
        .err()
        .printf(
            "Classified %,d of %,d galaxies%s in %s, %s.%n",
            spool.size(),
            images.size(),
            loaded.views() == 1 ? "" : ", " + loaded.views() + " views of each,",
            ProgressBar.inWords(progress.elapsed()),
            ProgressBar.perSecond(progress.rate()));
    return unreadable;
  }

  private Batcher batcher(
      ClassifierSettings.Pipeline settings, SurveyImageFetcher fetcher, MorphologyModel model) {
    ImageLimits limits = settings.image();
    ClassifierMetrics metrics = ClassifierMetrics.noop();
    return new Batcher(
        settings.batch(),
        fetcher,
        input -> Batcher.Preparation.by(new Preprocessor(input, limits)),
        model,
        broken::set,
        metrics,
        new Shadow(0, limits, metrics),
        Sampler.NONE);
  }

  private void collect(Batcher batcher, ProgressBar progress, Interruption stop)
      throws IOException {
    int[] missing =
        IntStream.range(0, images.size()).filter(ordinal -> !spool.has(ordinal)).toArray();
    int submitted = 0;
    int done = 0;
    while (done < missing.length) {
      while (submitted < missing.length
          && submitted - done < IN_FLIGHT
          && submit(batcher, missing[submitted])) {
        submitted++;
      }
      for (Finished next = awaitFinished(); next != null; next = finished.poll()) {
        keep(next);
        done++;
      }
      progress.update(done, unreadable.size());
      Throwable failure = broken.get();
      if (failure != null) {
        throw new IllegalStateException(
            "The classifier has failed: " + failure.getMessage(), failure);
      }
      if (stop.requested()) {
        throw new CancellationException("stopped");
      }
    }
  }

  /** Whether the batcher has room for the image. */
  @SuppressWarnings("FutureReturnValueIgnored") // the outcome never arrives exceptionally
  private boolean submit(Batcher batcher, int ordinal) {
    GalaxyImageReference reference = reading.reference(images.get(ordinal), ordinal);
    Instant since = Instant.now();
    Optional<CompletableFuture<Outcome>> outcome = batcher.submit(ImageOrigin.of(reference));
    outcome.ifPresent(
        promised ->
            promised.thenAccept(
                result -> finished.add(new Finished(ordinal, reference, since, result))));
    return outcome.isPresent();
  }

  private @Nullable Finished awaitFinished() {
    try {
      return finished.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  private void keep(Finished image) throws IOException {
    switch (image.outcome()) {
      case Outcome.Classified classified ->
          spool.put(
              image.ordinal(),
              Provenance.of(classified.by())
                  .answer(
                      image.reference().objectId(),
                      image.reference(),
                      classified,
                      image.since(),
                      Instant.now(),
                      new GalaxyMorphology.Source(SOURCE, 0, image.ordinal()))
                  .toJson());
      case Outcome.Failed failed ->
          unreadable.put(image.ordinal(), Sentence.reason(failed.cause()));
    }
  }

  private CancellationException stopped(CancellationException cause) {
    CancellationException stopped =
        new CancellationException(
            !resumable
                ? "Stopped; nothing was written."
                : "Stopped after %,d of %,d galaxies. The same command with --resume continues."
                    .formatted(spool.size(), images.size()));
    stopped.initCause(cause);
    return stopped;
  }

  private IOException failed(Exception cause) {
    String sentence = Sentence.of(cause);
    return new IOException(
        !resumable || spool.size() == 0
            ? sentence
            : "%s The answers of %,d galaxies are kept; the same command with --resume continues."
                .formatted(sentence, spool.size()),
        cause);
  }

  private static ClassifierSettings allowing(List<Named> images) {
    return ClassifierSettings.DEFAULT.withFolders(
        images.stream().map(image -> image.real().getParent()).distinct().toList());
  }
}
