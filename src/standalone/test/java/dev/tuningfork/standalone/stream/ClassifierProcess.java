package dev.tuningfork.standalone.stream;

import dev.tuningfork.standalone.TuningFork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code tuning-fork run} in a process of its own, which can be killed. */
final class ClassifierProcess implements AutoCloseable {

  private final Process process;

  /**
   * @param log what it says is added to this file
   */
  ClassifierProcess(Path settings, Path log, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:TieredStopAtLevel=1"); // its life is short
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(TuningFork.class.getName(), "run", "--config", settings.toString()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  long pid() {
    return process.pid();
  }

  void requireRunning() {
    if (!process.isAlive()) {
      throw new AssertionError("The classifier ended of its own accord: " + process.exitValue());
    }
  }

  /** SIGKILL, after this time. */
  void killAfter(long milliseconds) throws InterruptedException {
    if (process.waitFor(milliseconds, TimeUnit.MILLISECONDS)) {
      requireRunning();
    }
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM: it closes cleanly. */
  @Override
  public void close() {
    process.destroy();
    boolean ended = false;
    try {
      ended = process.waitFor(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly();
      throw new AssertionError("The classifier did not end within a minute.");
    }
  }
}
