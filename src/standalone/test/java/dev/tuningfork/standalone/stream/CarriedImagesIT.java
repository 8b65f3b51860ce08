package dev.tuningfork.standalone.stream;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that are records themselves fit the heap, however many there are. */
class CarriedImagesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;

  @Test
  void aBacklogOfTwiceTheHeapIsClassified() throws Exception {
    int images = 600;
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publishImages(0, images, 900_000);
      try (var classifier =
          new ClassifierProcess(
              observatory.settingsFile(),
              Path.of("target", "carried-images-classifier.log"),
              "-Xmx256m",
              "-XX:+ExitOnOutOfMemoryError")) {
        observatory.awaitCommitted(images, PATIENCE);
        classifier.requireRunning();
      }
      observatory.requireOneOutcomeEach(images);
    }
  }
}
