package dev.tuningfork.standalone.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.command.CommandLineRun;
import dev.tuningfork.standalone.command.MockSubjects;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Others read what is written here: Astropy the VOTable, the FITS table and the ECSV, PyArrow the
 * Parquet, confluent-kafka, jsonschema and fastavro the messages, jsonschema, pandas and Astropy
 * the answers about Zooniverse's subjects. They are installed from PyPI, in the versions of {@code
 * readers-requirements.txt}, into a folder of their own below {@code ~/.cache/tuning-fork}, which
 * later runs use again. Skipped where there is no Python 3.11 or PyPI cannot be reached.
 */
class ReadersIT {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String MESSAGES = "/dev/tuningfork/classifier/message/";
  private static final int SCHEMA = 7;

  /** Ids that a reader could take for something else than an id. */
  private static final List<String> HOSTILE =
      Stream.of(
              List.of("#", "#1", "# 2", "a\n#3", "a\nb", "a\n\nb", "a\r\nb", "a\rb", "\n", "\t"),
              List.of(
                  "\"quoted\"", "\"", "\"\"", "a\"b", "a\"\n#b", "'single'", "''", "\\", "a\\nb"),
              List.of(
                  "a,b c", "a;b", "a|b", "a\tb", "<a&b>", "]]>", "--", "=1+1", "+1", "-1", "@x"),
              List.of("nan", "NaN", "NA", "N/A", "null", "None", "true", "inf", "1.0", "1e5"),
              List.of("007", "0000000000000000001", "1237648720693755918", " a", "a ", "a  b"),
              List.of("%ECSV 1.0", "%41", "%C3%A1", "100%", "%é", "galáxia", "e\u0301", "日本", "🌌"),
              List.of("\0", "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\u200b"),
              List.of("\ufeffa", "\ufffe", "x".repeat(5000)))
          .flatMap(List::stream)
          .toList();

  /** What others could not read is there to be looked at. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void othersReadTheTablesAndTheMessages() throws Exception {
    Path readers = install();
    List<ObjectNode> morphologies = new ArrayList<>(List.of(whole(), sparse()));
    for (String id : HOSTILE) {
      ObjectNode morphology = whole();
      morphology.put("objectId", id);
      morphologies.add(morphology);
    }
    try (MorphologySpool spool = MorphologySpool.temporary(morphologies.size())) {
      for (int i = 0; i < morphologies.size(); i++) {
        spool.put(i, JSON.writeValueAsBytes(morphologies.get(i)));
      }
      for (String extension : List.of("vot", "fits", "ecsv", "csv", "parquet")) {
        new MorphologyTable(spool, DecisionTree.galaxyZoo2(), ReadersIT::file)
            .write(folder.resolve("galaxies." + extension), TableContent.INTERVALS);
      }
    }
    JSON.writeValue(folder.resolve("expected.json").toFile(), expected(morphologies));
    writeSubjects();
    for (String schema :
        List.of(
            "galaxy-image-reference.schema.json",
            "galaxy-image-reference.avsc",
            "galaxy-morphology.schema.json",
            "galaxy-morphology.avsc")) {
      Files.write(folder.resolve(schema), resource(MESSAGES + schema));
    }
    Path script = folder.resolve("readers.py");
    Files.write(script, resource("readers.py"));
    GalaxyMorphology first =
        GalaxyMorphology.fromJson(JSON.writeValueAsBytes(morphologies.getFirst()));
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      publish(broker, "json", first.objectId(), first.toJson());
      publish(broker, "avro", first.objectId(), first.toAvro(SCHEMA));
      Run run =
          run(
              Map.of("PYTHONPATH", readers.toString()),
              180,
              "python3",
              script.toString(),
              folder.toString(),
              broker.bootstrapServers());
      assertThat(run.status).as(run.output).isZero();
      assertThat(run.output)
          .contains(
              "VOTable:", "FITS:", "ECSV:", "CSV:", "Parquet:", "JSON:", "Avro:", "subjects:");
    }
  }

  /** What the model says of a manifest's subjects, and the form that Zooniverse expects it in. */
  private void writeSubjects() throws IOException {
    List<Path> images = new ArrayList<>();
    MockSurvey survey = new MockSurvey(1);
    for (int i = 0; i < 10; i++) {
      images.add(
          Files.write(folder.resolve("galaxy-%d.jpg".formatted(i)), survey.galaxy(i).jpeg()));
    }
    CommandLineRun.require(
        3,
        List.of(
            "subjects",
            MockSubjects.manifest(folder, images).toString(),
            "--out",
            folder.resolve("subjects.json").toString()));
    Files.write(
        folder.resolve("subject-assistant-1.schema.json"),
        resource("subject-assistant-1.schema.json"));
  }

  private record Run(int status, String output) {}

  private static Path install() throws Exception {
    Run python;
    try {
      python = run(Map.of(), 60, "python3", "-c", "import sys; print(sys.version_info >= (3, 11))");
    } catch (IOException e) {
      python = new Run(1, e.toString());
    }
    assumeTrue(
        python.output.strip().equals("True"),
        "Skipped: reading with Astropy and others wants Python 3.11.");
    byte[] requirements = resource("readers-requirements.txt");
    String version =
        HexFormat.of().toHexDigits(new String(requirements, StandardCharsets.UTF_8).hashCode());
    Path cache =
        Path.of(System.getProperty("user.home"), ".cache", "tuning-fork", "readers-" + version);
    Path whole = cache.resolve("installed");
    if (!Files.exists(whole)) {
      Files.createDirectories(cache);
      Path list = Files.write(cache.resolve("requirements.txt"), requirements);
      Run pip =
          run(
              Map.of(),
              300,
              "python3",
              "-m",
              "pip",
              "install",
              "--quiet",
              "--upgrade",
              "--disable-pip-version-check",
              "--only-binary=:all:",
              "--target",
              cache.resolve("site").toString(),
              "--requirement",
              list.toString());
      assumeTrue(
          pip.status == 0,
          "Skipped: PyPI cannot be reached, or does not have what readers-requirements.txt names: "
              + pip.output);
      Files.createFile(whole);
    }
    return cache.resolve("site");
  }

  private static Run run(Map<String, String> environment, int seconds, String... command)
      throws Exception {
    Path output = Files.createTempFile("readers", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      String text = Files.readString(output);
      return new Run(ended ? process.exitValue() : -1, text);
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  private static void publish(EmbeddedBroker broker, String topic, String key, byte[] value)
      throws Exception {
    broker.createTopic(topic, 1);
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get(30, TimeUnit.SECONDS);
    }
  }

  /** The example, with intervals. */
  private static ObjectNode whole() throws IOException {
    ObjectNode morphology =
        (ObjectNode) JSON.readTree(resource(MESSAGES + "galaxy-morphology.example.json"));
    for (JsonNode answer : morphology.at("/questions/0/answers")) {
      double probability = answer.path("probability").asDouble();
      ((ObjectNode) answer).put("lower90", probability / 2).put("upper90", (1 + probability) / 2);
    }
    return morphology;
  }

  /** The same of another galaxy, with everything absent that may be. */
  private static ObjectNode sparse() throws IOException {
    ObjectNode morphology = whole();
    morphology.put("objectId", "J1000+02 é");
    ((ObjectNode) morphology.path("morphology")).remove("class");
    morphology.putArray("flags");
    ObjectNode question = (ObjectNode) morphology.at("/questions/0");
    question.remove("askedProbability");
    for (JsonNode answer : question.path("answers")) {
      ((ObjectNode) answer).remove(List.of("joint", "lower90", "upper90"));
    }
    return morphology;
  }

  private static ArrayNode expected(List<ObjectNode> morphologies) {
    ArrayNode rows = JSON.createArrayNode();
    for (ObjectNode morphology : morphologies) {
      ObjectNode row = rows.addObject();
      row.put("object_id", morphology.path("objectId").asText());
      row.put("file", file(rows.size() - 1));
      row.put("class", morphology.at("/morphology/class").asText());
      row.put("description", morphology.at("/morphology/description").asText());
      List<String> flags = new ArrayList<>();
      morphology.path("flags").forEach(flag -> flags.add(flag.asText()));
      row.put("flags", String.join(" ", flags));
      ObjectNode numbers = row.putObject("numbers");
      JsonNode question = morphology.at("/questions/0");
      numbers.set("smooth_or_featured_asked", question.get("askedProbability"));
      JsonNode smooth = question.at("/answers/0");
      numbers.set("smooth_or_featured_smooth", smooth.get("probability"));
      numbers.set("smooth_or_featured_smooth_lower90", smooth.get("lower90"));
      numbers.set("smooth_or_featured_smooth_upper90", smooth.get("upper90"));
    }
    return rows;
  }

  private static String file(int ordinal) {
    return "cutouts/" + ordinal + ".jpg";
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream resource = ReadersIT.class.getResourceAsStream(name)) {
      return resource.readAllBytes();
    }
  }
}
