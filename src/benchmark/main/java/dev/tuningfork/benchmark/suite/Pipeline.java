package dev.tuningfork.benchmark.suite;

import com.sun.management.OperatingSystemMXBean;
import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The classifier as it ships, exactly once, on a broker in this process that holds all references
 * from the start. Timed from the moment that it has its partitions until the last answer is
 * committed and read; broker, classifier and reader share the machine.
 */
final class Pipeline {

  static final String DESCRIPTION =
      "the classifier, exactly once, on an embedded broker with 4 partitions";

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  static final Duration START = Duration.ofMinutes(1);

  private final Workload workload;
  private final MorphologyModel model;
  private double bytesOfAnswers;
  private double processorMillis;

  Pipeline(Workload workload, MorphologyModel model) {
    this.workload = workload;
    this.model = model;
  }

  /** The mean size of the answers of the latest run. */
  double bytesOfAnswers() {
    return bytesOfAnswers;
  }

  /** The processor time of a galaxy in the latest run, its share of broker and reader included. */
  double processorMillis() {
    return processorMillis;
  }

  double imagesPerSecond(int galaxies) throws Exception {
    return imagesPerSecond(galaxies, references(workload.images(), galaxies));
  }

  /** What is to be classified. */
  @FunctionalInterface
  interface Backlog {

    /**
     * Publishes it.
     *
     * @param settings find the broker and read the workload's images
     * @return the settings of the classifier
     */
    ClassifierSettings publish(String bootstrapServers, ClassifierSettings settings)
        throws Exception;
  }

  /** References to files, which are taken in turn. */
  static Backlog references(List<Path> images, int galaxies) {
    return (servers, settings) -> {
      References.createTopics(servers, settings.topics());
      References.publish(servers, settings.topics(), images, 0, galaxies);
      return settings.withFolders(Workload.foldersOf(images));
    };
  }

  /**
   * The same for another backlog.
   *
   * @param galaxies how many it has; each is answered
   */
  double imagesPerSecond(int galaxies, Backlog backlog) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        // what another run left would be restored for this one
        ScratchFolder state = ScratchFolder.create("benchmark-state")) {
      ClassifierSettings settings =
          backlog
              .publish(broker.bootstrapServers(), workload.settings(broker.bootstrapServers()))
              .withKafka("state.dir", state.path().toString());
      try (var classifier = ClassifierApplication.start(settings, model);
          var answers = new Answers(broker.bootstrapServers(), settings.topics().output())) {
        if (!classifier.awaitRunning(START)) {
          throw new IllegalStateException("The classifier did not start.");
        }
        long start = System.nanoTime();
        long worked = PROCESS.getProcessCpuTime();
        answers.await(galaxies);
        bytesOfAnswers = answers.meanBytes();
        processorMillis = (PROCESS.getProcessCpuTime() - worked) / 1e6 / galaxies;
        return galaxies / Pace.secondsSince(start);
      }
    }
  }
}
