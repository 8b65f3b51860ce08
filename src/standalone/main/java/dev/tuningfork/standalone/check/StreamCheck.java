package dev.tuningfork.standalone.check;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.session.ClassifierSession;
import dev.tuningfork.standalone.session.ImageResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The stream on a device, beside its roofline: the classifier as {@code run} starts it, on a broker
 * in this process.
 *
 * @param galaxies how many were measured, each with one answer
 * @param form of the model, as it is chosen by itself
 * @param batch its largest one, likewise
 * @param passes how many batches are computed at once
 * @param roofline images a second without Kafka
 * @param stream images a second from the first reference to the last answer that is committed
 */
record StreamCheck(
    int galaxies, String form, int batch, int passes, double roofline, double stream) {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * For each pass: a run of so many full batches warms up, and another one sets the number of
   * galaxies.
   */
  private static final int BATCHES = 8;

  /**
   * Measures both, each after a shorter run that warms up.
   *
   * @param files images, taken in turn
   * @param seconds that each takes at the roofline's rate, about
   */
  static StreamCheck measure(
      ModelBundle bundle, DeviceSetting device, List<byte[]> files, double seconds)
      throws Exception {
    ClassifierSettings settings = ClassifierSettings.DEFAULT;
    try (ScratchFolder folder = ScratchFolder.create("check");
        MorphologyModel model = ModelLoader.load(bundle, device, settings.forwardPasses())) {
      List<Path> images = new ArrayList<>();
      for (byte[] file : files) {
        images.add(Files.write(folder.path().resolve(String.valueOf(images.size())), file));
      }
      Roofline alone = new Roofline(images, model);
      int least = BATCHES * model.passes() * model.largestBatch();
      double _ = alone.imagesPerSecond(least);
      int galaxies = Math.max(least, (int) (seconds * alone.imagesPerSecond(least)));
      double roofline = alone.imagesPerSecond(galaxies);
      double stream;
      try (ClassifierSession session =
          ClassifierSession.start(model, settings.withFolders(List.of(folder.path())))) {
        double _ = imagesPerSecond(session, images, 0, galaxies / 2);
        stream = imagesPerSecond(session, images, galaxies / 2, galaxies);
      }
      return new StreamCheck(
          galaxies, model.form(), model.largestBatch(), model.passes(), roofline, stream);
    }
  }

  double ratio() {
    return stream / roofline;
  }

  /** Of so many references, whose numbers begin with the first. */
  private static double imagesPerSecond(
      ClassifierSession session, List<Path> images, int first, int count) {
    long start = System.nanoTime();
    for (int number = first; number < first + count; number++) {
      String uri = images.get(number % images.size()).toUri().toString();
      session.publish(GalaxyImageReference.of(String.valueOf(number), uri));
    }
    BitSet answered = new BitSet();
    long last = System.nanoTime();
    while (answered.cardinality() < count) {
      for (ImageResult result : session.poll(POLL)) {
        int number = number(result) - first;
        if (number < 0 || answered.get(number)) {
          throw new IllegalStateException("A galaxy was answered twice.");
        }
        answered.set(number);
        last = System.nanoTime();
      }
      if (System.nanoTime() - last > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "%,d of %,d galaxies were answered, and no more for %d s."
                .formatted(answered.cardinality(), count, PATIENCE.toSeconds()));
      }
    }
    return count * 1e9 / (System.nanoTime() - start);
  }

  private static int number(ImageResult result) {
    return switch (result) {
      case ImageResult.Classified classified ->
          Integer.parseInt(classified.morphology().objectId());
      case ImageResult.Failed failed ->
          throw new IllegalStateException("An image has no answer: " + failed.reason());
    };
  }
}
