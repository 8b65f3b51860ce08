package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import dev.tuningfork.standalone.session.ClassifierSession;
import dev.tuningfork.standalone.session.ImageResult;
import dev.tuningfork.standalone.table.MorphologySpool;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Classifies images through the stream that a survey would use: publishes a reference to each, and
 * takes the replies.
 *
 * <p>References are published on a thread of their own, so that replies are taken while references
 * still go out. All else belongs to the thread that calls {@link #run}.
 */
final class ClassifyJob {

  private static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final List<Named> images;
  private final ReadingOptions reading;
  private final MorphologySpool spool;
  private final boolean resumable;
  private final Terminal terminal;
  private final SortedMap<Integer, String> unreadable = new TreeMap<>();

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
    int before = spool.size();
    try (ClassifierSession session =
        ClassifierSession.start(loaded, allowing(images), COMMIT_INTERVAL, Optional.empty())) {
      ProgressBar progress = new ProgressBar(terminal, images.size() - before, System::nanoTime);
      try {
        collect(session, progress, stop);
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
    }
    return unreadable;
  }

  private void collect(ClassifierSession session, ProgressBar progress, Interruption stop)
      throws IOException {
    int[] missing =
        IntStream.range(0, images.size()).filter(ordinal -> !spool.has(ordinal)).toArray();
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(
            () -> {
              for (int ordinal : missing) {
                session.publish(reading.reference(images.get(ordinal), ordinal));
              }
              session.flush();
            },
            publisher -> Thread.ofPlatform().name("publisher").daemon().start(publisher));
    int done = 0;
    while (done < missing.length) {
      if (stop.requested()) {
        throw new CancellationException("stopped");
      }
      for (ImageResult result : session.poll(PATIENCE)) {
        int ordinal = Integer.parseInt(result.referenceId().orElseThrow());
        switch (result) {
          case ImageResult.Classified classified -> spool.put(ordinal, classified.json());
          case ImageResult.Failed failure -> unreadable.put(ordinal, failure.reason());
        }
        done++;
      }
      progress.update(done, unreadable.size());
      if (publishing.isCompletedExceptionally()) {
        publishing.join();
      }
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
