package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.model.MorphologyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording holds of a classifier that runs while it is made. */
@Timeout(120)
class RecordingIT {

  private static final List<String> OF_EACH_GALAXY = List.of("Fetch", "Decode", "Wait");

  @TempDir Path folder;

  @Test
  void aRecordingHoldsTheStagesOfEveryGalaxy() throws Exception {
    Path file = folder.resolve("classifier.jfr");
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model();
        Recording recording = new Recording()) {
      observatory.publish(0, 3);
      recording.start();
      try (var _ = ClassifierApplication.start(observatory.settings(), model)) {
        observatory.awaitCommitted(3, Duration.ofMinutes(1));
      }
      recording.stop();
      recording.dump(file);
    }

    Map<String, List<RecordedEvent>> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("dev.tuningfork."))
            .collect(
                Collectors.groupingBy(
                    event -> event.getEventType().getName().substring("dev.tuningfork.".length())));
    for (String stage : OF_EACH_GALAXY) {
      assertThat(events.get(stage))
          .as(stage)
          .extracting(event -> event.getString("objectId"))
          .containsExactlyInAnyOrder("0", "1", "2");
    }
    for (RecordedEvent decode : events.get("Decode")) {
      Path image = folder.resolve(decode.getString("objectId") + ".jpg");
      assertThat(decode.getLong("bytes")).isEqualTo(Files.size(image));
      assertThat(decode.getInt("width")).isEqualTo(Observatory.SIDE);
      assertThat(decode.getDuration()).isPositive();
    }
    assertThat(events.get("Predict").stream().mapToInt(event -> event.getInt("images")).sum())
        .isEqualTo(3);
    assertThat(events.get("Commit")).isNotEmpty();
  }
}
