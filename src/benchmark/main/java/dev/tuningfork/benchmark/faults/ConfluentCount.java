package dev.tuningfork.benchmark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.benchmark.faults.Reckoning.Flaw;
import dev.tuningfork.benchmark.faults.Reckoning.Questions;
import dev.tuningfork.benchmark.python.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The same count as a {@link Reckoning}'s, by {@code count.py}: a consumer written in Python with
 * confluent-kafka, which shares no code with the product, not even Kafka's client.
 */
record ConfluentCount(Python python) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads all topics from beginning to end.
   *
   * @param lost a number that has no outcome
   */
  Count count(
      String bootstrapServers, Reckoning.Topics topics, Questions questions, IntFunction<Flaw> lost)
      throws IOException, InterruptedException {
    Path expected = python.scripts().resolve("expected.json");
    Surveys surveys = questions.surveys();
    Map<String, Object> all =
        Map.of(
            "topics",
            Map.of(
                "answers",
                topics.answers(),
                "deadLetters",
                topics.deadLetters(),
                "surveyImages",
                topics.surveyImages()),
            "references",
            questions.references(),
            "images",
            questions.hashes(),
            "mayFail",
            digits(questions.references(), questions.mayFail()),
            "surveys",
            Map.of(
                "rows",
                surveys.rows(),
                "off",
                Surveys.OFF_THE_IMAGE,
                "unusable",
                Surveys.UNUSABLE,
                "mayFail",
                digits(surveys.images(), surveys.mayFail())));
    JSON.writeValue(expected.toFile(), all);
    JsonNode found = run("--bootstrap", bootstrapServers, "--expected", expected.toString());
    List<Flaw> flaws = new ArrayList<>();
    for (JsonNode flaw : found.path("flaws")) {
      int number = flaw.path("number").intValue();
      flaws.add(
          flaw.has("at")
              ? Flaw.at(
                  number,
                  flaw.path("what").textValue(),
                  Instant.ofEpochMilli(flaw.path("at").longValue()))
              : lost.apply(number));
    }
    JsonNode read = found.path("read");
    return new Count(
        "confluent-kafka in Python",
        read.path(topics.answers()).intValue(),
        read.path(topics.deadLetters()).intValue(),
        read.path(topics.surveyImages()).intValue(),
        flaws);
  }

  private static String digits(int count, IntPredicate holds) {
    return IntStream.range(0, count)
        .mapToObj(number -> holds.test(number) ? "1" : "0")
        .collect(Collectors.joining());
  }

  private JsonNode run(String... arguments) throws IOException, InterruptedException {
    Path answer = python.scripts().resolve("count.json");
    Path log = python.scripts().resolve("count.log");
    Process process =
        new ProcessBuilder(python.command("count.py", arguments))
            .redirectOutput(answer.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException("count.py failed: " + Files.readString(log));
      }
      return JSON.readTree(answer.toFile());
    } finally {
      process.destroyForcibly();
    }
  }
}
