package dev.tuningfork.standalone;

import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.standalone.command.Commands;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Runs once what should start quickly, for the JVM to make its AOT cache from (JEP 514): {@code
 * classify}, and {@code demo}, which starts the same classifier as {@code run}. Ends with the exit
 * code of the first command that fails.
 */
public final class Rehearsal {

  private Rehearsal() {}

  public static void main(String[] arguments) throws IOException {
    Locale.setDefault(Locale.ROOT);
    int code = 0;
    try (ScratchFolder scratch = ScratchFolder.create("rehearsal")) {
      Path image =
          Files.write(scratch.path().resolve("galaxy.jpg"), new MockSurvey(1).galaxy(0).jpeg());
      Path table = scratch.path().resolve("galaxies.csv");
      for (List<String> command :
          List.of(
              List.of("classify", image.toString(), "--out", table.toString(), "--device", "cpu"),
              List.of("demo", "--count", "1", "--port", "0", "--device", "cpu"))) {
        if (code == 0) {
          code = Commands.line().execute(command.toArray(String[]::new));
        }
      }
    }
    System.exit(code);
  }
}
