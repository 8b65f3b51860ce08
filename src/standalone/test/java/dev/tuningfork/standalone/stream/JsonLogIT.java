package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code tuning-fork run} logs for a collector of logs. */
class JsonLogIT {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @TempDir Path folder;

  @Test
  void everyLineIsJsonAndThatOfAGalaxySaysWhichAndWhere() throws Exception {
    Path log = folder.resolve("log.jsonl");
    try (Observatory observatory = new Observatory(folder)) {
      Path settings = observatory.settingsFile();
      Files.writeString(settings, "log.format=json\n", StandardOpenOption.APPEND);
      long offset =
          observatory.publishRaw(
              "bad",
              "{",
              new RecordHeader(
                  "traceparent", ("00-" + TRACE + "-b7ad6b7169203331-01").getBytes(UTF_8)));
      try (var _ = new ClassifierProcess(settings, log, "--sun-misc-unsafe-memory-access=allow")) {
        observatory.awaitCommitted(1, Duration.ofMinutes(2));
      }
      List<JsonNode> ofGalaxies = new ArrayList<>();
      for (String line : Files.readAllLines(log)) {
        JsonNode event = new JsonMapper().readTree(line);
        assertThat(event.get("formattedMessage").asText()).isNotBlank();
        if (event.at("/mdc/objectId").isTextual()) {
          ofGalaxies.add(event);
        } else {
          // a start and a stop on a healthy cluster are nothing to warn of
          assertThat(event.get("level").asText()).as(line).isEqualTo("INFO");
        }
      }
      assertThat(ofGalaxies)
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.at("/mdc/objectId").asText()).isEqualTo("bad");
                assertThat(event.at("/mdc/source").asText())
                    .matches("galaxy-images-[0-3]@" + offset);
                assertThat(event.at("/mdc/traceId").asText()).isEqualTo(TRACE);
                assertThat(event.get("formattedMessage").asText())
                    .startsWith("bad is dead-lettered (decode-message): ");
              });
    }
  }
}
