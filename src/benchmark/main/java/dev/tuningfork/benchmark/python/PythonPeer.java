package dev.tuningfork.benchmark.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code peer.py} in a process of its own, which measures what it is told to and is idle in
 * between: a line of JSON for each command, and one for its answer. Belongs to one thread.
 */
public final class PythonPeer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final OutputStream commands;
  private final Path log;

  private PythonPeer(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.getOutputStream();
  }

  /**
   * Starts it, and returns when it has loaded its packages.
   *
   * @param cores how many threads the network may use
   */
  public static PythonPeer start(Python python, int cores) throws IOException {
    Path log = python.scripts().resolve("peer.log");
    Process process =
        new ProcessBuilder(python.command("peer.py", "--cores", String.valueOf(cores)))
            .redirectError(log.toFile())
            .start();
    PythonPeer peer = new PythonPeer(process, log);
    peer.answer();
    return peer;
  }

  /**
   * Has it do something, and returns its answer.
   *
   * @param command {@code do} and the arguments of that method of the script
   */
  public JsonNode ask(Map<String, Object> command) throws IOException {
    commands.write(JSON.writeValueAsBytes(command));
    commands.write('\n');
    commands.flush();
    return answer();
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("peer.py has ended:\n" + Files.readString(log));
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    } finally {
      answers.close();
    }
  }
}
