package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.stream.Provenance;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import dev.tuningfork.standalone.table.MorphologySpool;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Classifies images on disk. There is no broker, because the images are all here: a run that was
 * interrupted continues from its journal.
 */
final class ClassifyJob {

  /** What a message names as its source, with the place of the image among those of the run. */
  private static final String SOURCE = "classify";

  private static final int IN_FLIGHT = 1024;

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
    ProgressBar progress =
        new ProgressBar(terminal, images.size() - spool.size(), System::nanoTime);
    List<Integer> missing =
        IntStream.range(0, images.size()).filter(ordinal -> !spool.has(ordinal)).boxed().toList();
    try {
      new Classification<>(
              missing, ordinal -> reading.reference(images.get(ordinal), ordinal), IN_FLIGHT)
          .run(allowing(images).pipeline(), loaded, progress, stop, this::keep);
    } catch (CancellationException e) {
      throw Interruption.stopped(e, resumable, spool.size(), images.size());
    } catch (IOException | IllegalStateException e) {
      throw failed(e);
    } finally {
      progress.finish();
    }
    progress.report(
        "Classified %,d of %,d galaxies%s"
            .formatted(
                spool.size(),
                images.size(),
                loaded.views() == 1 ? "" : ", " + loaded.views() + " views of each,"));
    return unreadable;
  }

  private void keep(Classification.Finished<Integer> image) throws IOException {
    switch (image.outcome()) {
      case Outcome.Classified classified ->
          spool.put(
              image.image(),
              Provenance.of(classified.by())
                  .answer(
                      image.reference().objectId(),
                      image.reference(),
                      classified,
                      image.since(),
                      Instant.now(),
                      new GalaxyMorphology.Source(SOURCE, 0, image.image()))
                  .toJson());
      case Outcome.Failed failed -> unreadable.put(image.image(), Sentence.reason(failed.cause()));
    }
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
