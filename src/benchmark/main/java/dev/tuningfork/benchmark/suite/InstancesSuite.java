package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.BrokerProcess;
import dev.tuningfork.benchmark.stream.Instance;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.classifier.stream.Topics;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One instance on one core, and two on two. Each is a process of its own that is held to its core.
 * The broker is a process too, and gets no core of its own: with one instance it is held to the
 * same core, with two it shares both. So the second measurement has twice the machine of the first,
 * and no more.
 */
final class InstancesSuite {

  private static final String UNIT = "images/s";

  /**
   * Of all answers: the JVMs compile what they run until the one, and partitions end after the
   * other.
   */
  private static final double FROM = 0.35;

  private static final double TO = 0.9;

  static final Suite SUITE =
      new Suite(
          "instances",
          "one instance on one core, two on two, each a process of its own",
          Suite.Form.FULL,
          InstancesSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    if (Runtime.getRuntime().availableProcessors() < 2 || !isOnPath("taskset")) {
      tally.leaveOut("It takes Linux' taskset and two cores.");
      return;
    }
    Path bundle = workload.saved(workload.bundle());
    List<Measurement> all =
        List.of(
            new Measurement(
                "one on one core",
                UNIT,
                "broker and instance held to core 0",
                () -> imagesPerSecond(workload, bundle, "0", List.of("0"))),
            new Measurement(
                "two on two cores",
                UNIT,
                "an instance held to core 0, one to core 1, and the broker on both",
                () -> imagesPerSecond(workload, bundle, "0,1", List.of("0", "1"))));
    // every run has fresh JVMs, so that there is nothing to warm up
    for (int run = 0; run < Math.min(3, workload.plan().runs()); run++) {
      for (Measurement one : all) {
        tally.add(one.name(), one.unit(), one.description(), one.once().call());
      }
    }
  }

  private static double imagesPerSecond(
      Workload workload, Path bundle, String brokerCores, List<String> cores) throws Exception {
    int galaxies = workload.plan().galaxies() * cores.size();
    Topics topics = Topics.DEFAULT;
    Path folder = workload.folder("instances");
    List<JavaProcess> instances = new ArrayList<>();
    try (BrokerProcess broker = BrokerProcess.start(brokerCores, folder.resolve("broker.log"));
        Answers answers = new Answers(broker.bootstrapServers(), topics.output())) {
      References.createTopics(broker.bootstrapServers(), topics);
      References.publish(broker.bootstrapServers(), topics, workload.images(), 0, galaxies);
      for (String core : cores) {
        instances.add(
            Instance.start(
                folder,
                "instance-on-" + core,
                core,
                broker.bootstrapServers(),
                bundle,
                workload.imageFolders(),
                Map.of()));
      }
      int from = (int) (FROM * galaxies);
      int to = (int) (TO * galaxies);
      answers.await(from);
      int counted = answers.count();
      long start = System.nanoTime();
      answers.await(to);
      double rate = (answers.count() - counted) / Pace.secondsSince(start);
      answers.await(galaxies);
      instances.forEach(JavaProcess::close);
      return rate;
    } finally {
      instances.forEach(JavaProcess::close);
    }
  }

  private static boolean isOnPath(String command) {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(String.valueOf(System.getenv("PATH")))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }
}
