package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.time.Duration;

/**
 * The classifier as it ships, exactly once, on a broker in this process that holds all references
 * from the start. Timed from the moment that it has its partitions until the last answer is
 * committed and read; broker, classifier and reader share the machine.
 */
final class Pipeline {

  static final String DESCRIPTION =
      "the classifier, exactly once, on an embedded broker with 4 partitions";

  static final Duration START = Duration.ofMinutes(1);

  private final Workload workload;
  private final MorphologyModel model;
  private double bytesOfAnswers;

  Pipeline(Workload workload, MorphologyModel model) {
    this.workload = workload;
    this.model = model;
  }

  /** The mean size of the answers of the latest run. */
  double bytesOfAnswers() {
    return bytesOfAnswers;
  }

  double imagesPerSecond(int galaxies) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      ClassifierSettings settings = workload.settings(broker.bootstrapServers());
      References.createTopics(broker.bootstrapServers(), settings.topics());
      References.publish(
          broker.bootstrapServers(), settings.topics(), workload.images(), 0, galaxies);
      try (var classifier = ClassifierApplication.start(settings, model);
          var answers = new Answers(broker.bootstrapServers(), settings.topics().output())) {
        if (!classifier.awaitRunning(START)) {
          throw new IllegalStateException("The classifier did not start.");
        }
        long start = System.nanoTime();
        answers.await(galaxies);
        bytesOfAnswers = answers.meanBytes();
        return galaxies / Pace.secondsSince(start);
      }
    }
  }
}
