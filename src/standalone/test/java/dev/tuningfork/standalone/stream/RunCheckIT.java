package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.standalone.command.CommandLineRun;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@code run --check}, against a broker and without one. */
class RunCheckIT {

  @TempDir Path folder;

  @Test
  void aValidConfigurationIsReportedAndNothingIsStarted() throws Exception {
    try (Observatory observatory = new Observatory(folder)) {
      Path settings = observatory.settingsFile();
      Files.writeString(
          settings, "output.topic=not-there\ntopics.create=true\n", StandardOpenOption.APPEND);

      List<String> command = List.of("run", "--config", settings.toString(), "--check");
      CommandLineRun.requireOk(command);
      String said = CommandLineRun.requireOk(command);

      assertThat(said.lines())
          .allMatch(line -> line.matches("\\w+ +good +.*\\."))
          .anyMatch(line -> line.startsWith("Settings"))
          .anyMatch(line -> line.startsWith("Kafka") && line.contains("would create not-there"))
          .anyMatch(line -> line.startsWith("Model") && line.contains("tiny 1 answers on cpu"));
    }
  }

  @Test
  void allMistakesAreReportedAtOnce() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path settings =
          Files.writeString(
              folder.resolve("wrong.properties"),
              """
              kafka.bootstrap.servers=127.0.0.1:1
              kafka.default.api.timeout.ms=1000
              kafka.request.timeout.ms=1000
              registry.url=http://127.0.0.1:1
              service.address=127.0.0.1:%d
              model=%s
              """
                  .formatted(taken.getLocalPort(), folder.resolve("no-model")));

      String said =
          CommandLineRun.requireFailure(List.of("run", "--config", settings.toString(), "--check"));

      assertThat(said.lines().filter(line -> line.matches("\\w+ +bad +.*[.?]")))
          .extracting(line -> line.substring(0, line.indexOf(' ')))
          .containsExactly("Kafka", "Registry", "Service", "Model");
      assertThat(LoggerFactory.getLogger("org.apache.kafka.clients.NetworkClient").isWarnEnabled())
          .as("the line on Kafka says it once")
          .isFalse();
    }
  }

  @Test
  void aSettingThatIsUnknownIsNamed() throws Exception {
    Path settings = Files.writeString(folder.resolve("wrong.properties"), "input.topics=x\n");
    assertThat(
            CommandLineRun.requireFailure(
                List.of("run", "--config", settings.toString(), "--check")))
        .contains("bad", "Did you mean input.topic?");
  }
}
