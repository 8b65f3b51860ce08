package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.CommandLineRun;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters of a real classifier, listed, shown and replayed by the commands. */
@Timeout(180)
class DeadLettersIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Header OWN = new RecordHeader("telescope", new byte[] {0, (byte) 0xFF, 7});

  @TempDir Path folder;

  @Test
  void whatIsReplayedIsClassifiedOrFailsAgainWithItsAttemptsCounted() throws Exception {
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model()) {
      Path later = folder.toRealPath().resolve("later.jpg");
      observatory.publishRaw("mended", reference("mended", later), OWN);
      observatory.publishRaw("lost", reference("lost", folder.toRealPath().resolve("never.jpg")));
      observatory.publishRaw("unreadable", "{\"objectId\":");
      try (var _ = ClassifierApplication.start(observatory.settings(), model)) {
        observatory.awaitCommitted(3, PATIENCE);

        assertThat(run(observatory, "list"))
            .containsPattern("2 +fetch +permanent ")
            .containsPattern("1 +decode-message +permanent ")
            .contains("never.jpg");
        assertThat(run(observatory, "list", "--message", "NEVER.JPG").lines())
            .hasSize(5)
            .last()
            .asString()
            .contains("lost");
        assertThat(run(observatory, "list", "--stage", "decode-message", "--json").lines())
            .singleElement()
            .asString()
            .contains("\"objectId\":\"unreadable\"", "\"attempts\":1", "\"replayed\":false");
        assertThat(run(observatory, "list", "--since", "1h", "--until", "30m")).contains("No dead");
        String place = place(run(observatory, "list", "--message", "/later[.]jpg/", "--json"));
        assertThat(run(observatory, "show", place))
            .contains("telescope: 00 ff 07", "later.jpg", "\n  \"objectId\" : \"mended\",");

        Files.copy(folder.resolve("0.jpg"), later);
        run(observatory, "replay", "--stage", "fetch");
        observatory.awaitCommitted(3 + 2, PATIENCE);

        assertThat(run(observatory, "list", "--stage", "fetch", "--json").lines())
            .singleElement()
            .asString()
            .contains("\"objectId\":\"lost\"", "\"attempts\":2", "\"replays\":1");
        assertThat(run(observatory, "list", "--all", "--json").lines())
            .hasSize(4)
            .filteredOn(line -> line.contains("\"replayed\":true"))
            .hasSize(2);
        run(observatory, "replay", "--every", "--stage", "fetch");
        observatory.awaitCommitted(3 + 2 + 1, PATIENCE);
        assertThat(run(observatory, "list", "--stage", "fetch", "--json"))
            .contains("\"attempts\":3", "\"replays\":2");
      }
      List<ConsumerRecord<String, byte[]>> mended =
          observatory.records(Topics.DEFAULT.input()).stream()
              .filter(record -> record.key().equals("mended"))
              .toList();
      assertThat(mended).hasSize(2);
      assertThat(mended.getLast().value()).isEqualTo(mended.getFirst().value());
      assertThat(Arrays.asList(mended.getLast().headers().toArray()))
          .containsExactly(
              OWN,
              new RecordHeader(DeadLetterHeaders.REPLAYS, "1".getBytes(UTF_8)),
              new RecordHeader(DeadLetterHeaders.ATTEMPTS_BEFORE, "1".getBytes(UTF_8)));
    }
  }

  @Test
  void aReplayThatIsKilledAndRepeatedSendsEachChosenLetterOnce() throws Exception {
    int letters = 1_200;
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publishDeadLetters(letters);
      for (int heldAfter : new int[] {450, 333}) {
        killedReplay(observatory, heldAfter);
      }
      assertThat(replays(observatory)).as("replayed by the first two").hasSizeBetween(200, 1_000);

      run(observatory, "replay", "--stage", "decode-message");
      Map<String, Long> sent = replays(observatory);
      assertThat(sent).hasSize(letters);
      assertThat(sent.values()).containsOnly(1L);

      assertThat(run(observatory, "list")).contains("No dead letter");
      assertThat(run(observatory, "replay", "--every", "--dry-run")).startsWith("0 dead letters");
      run(observatory, "replay", "--every");
      assertThat(replays(observatory).values()).containsOnly(1L);
    }
  }

  private static void killedReplay(Observatory observatory, int heldAfter) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HeldReplay.class.getName(),
                observatory.broker.bootstrapServers(),
                String.valueOf(heldAfter))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader says =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      assertThat(says.readLine()).isEqualTo("held");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** How often each galaxy's record was replayed, as committed in the input topic. */
  private static Map<String, Long> replays(Observatory observatory) {
    return observatory.records(Topics.DEFAULT.input()).stream()
        .filter(record -> record.headers().lastHeader(DeadLetterHeaders.REPLAYS) != null)
        .collect(Collectors.groupingBy(ConsumerRecord::key, Collectors.counting()));
  }

  private static String run(Observatory observatory, String command, String... options) {
    List<String> line = new ArrayList<>(List.of("dead-letters", command));
    line.addAll(List.of("--bootstrap-servers", observatory.broker.bootstrapServers()));
    line.addAll(List.of(options));
    return CommandLineRun.requireOk(line);
  }

  private static String place(String json) {
    return json.replaceFirst("(?s).*\"place\":\"([^\"]+)\".*", "$1");
  }

  private static String reference(String objectId, Path image) {
    return "{\"objectId\":\"%s\",\"image\":{\"uri\":\"%s\"}}".formatted(objectId, image.toUri());
  }
}
