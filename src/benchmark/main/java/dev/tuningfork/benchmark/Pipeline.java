package dev.tuningfork.benchmark;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The classifier as it ships, exactly once, on a broker in this process that holds all references
 * from the start. Timed from the moment that it has its partitions until the last answer is
 * committed and read; broker, classifier and reader share the machine.
 */
final class Pipeline implements Measurement {

  private static final Duration START = Duration.ofMinutes(1);

  private final List<Path> images;
  private final MorphologyModel model;

  Pipeline(List<Path> images, MorphologyModel model) {
    this.images = images;
    this.model = model;
  }

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public String description() {
    return "the classifier, exactly once, on an embedded broker with 4 partitions";
  }

  @Override
  public double galaxiesPerSecond(int galaxies) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      ClassifierSettings settings =
          ClassifierSettings.DEFAULT
              .withKafka("bootstrap.servers", broker.bootstrapServers())
              .withFetch(FetchSettings.of(FetchPolicy.ofFolders(folders())));
      References.publish(broker, settings.topics(), images, galaxies);
      try (var classifier = ClassifierApplication.start(settings, model)) {
        if (!classifier.awaitRunning(START)) {
          throw new IllegalStateException("The classifier did not start.");
        }
        long start = System.nanoTime();
        References.awaitAnswers(broker, settings.topics().output(), galaxies);
        return galaxies / ((System.nanoTime() - start) / 1e9);
      }
    }
  }

  private List<Path> folders() {
    return images.stream()
        .map(Path::getParent)
        .flatMap(Stream::ofNullable)
        .map(Objects::requireNonNull)
        .distinct()
        .toList();
  }
}
