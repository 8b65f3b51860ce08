package dev.tuningfork.benchmark.suite;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code consumer.py} on the same kind of broker, topics, images and weights as the {@link
 * Pipeline}, and timed alike: from the moment that it has its partitions.
 *
 * @param form usual or best, as the script says what they are
 * @param bundle the model's folder
 * @param questions as {@link Workload#questions} gives them
 */
record PythonConsumer(
    Python python, String form, List<Path> images, Path bundle, Object questions) {

  private static final ObjectMapper JSON = new ObjectMapper();

  double imagesPerSecond(int galaxies) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Topics topics = Topics.DEFAULT;
      References.createTopics(broker.bootstrapServers(), topics);
      References.publish(broker.bootstrapServers(), topics, images, 0, galaxies);
      Path log = python.scripts().resolve("consumer.log");
      Process process =
          new ProcessBuilder(
                  python.command(
                      "consumer.py",
                      "--bootstrap",
                      broker.bootstrapServers(),
                      "--form",
                      form,
                      "--model",
                      bundle.toString(),
                      "--questions",
                      JSON.writeValueAsString(questions),
                      "--input",
                      topics.input(),
                      "--output",
                      topics.output(),
                      "--cores",
                      String.valueOf(Runtime.getRuntime().availableProcessors())))
              .redirectError(log.toFile())
              .start();
      try (BufferedReader says = process.inputReader(StandardCharsets.UTF_8);
          Answers answers = new Answers(broker.bootstrapServers(), topics.output())) {
        if (says.readLine() == null) {
          throw new IOException("consumer.py has ended:\n" + Files.readString(log));
        }
        long start = System.nanoTime();
        answers.await(galaxies);
        return galaxies / Pace.secondsSince(start);
      } finally {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    }
  }
}
