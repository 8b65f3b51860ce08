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
 * A script such as {@code peer.py} in a process of its own, which measures what it is told to and
 * is idle in between: a line of JSON for each command, and one for its answer. Belongs to one
 * thread.
 */
public final class PythonPeer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final OutputStream commands;
  private final Path log;

  private final String script;

  private PythonPeer(String script, Process process, Path log) {
    this.script = script;
    this.process = process;
    this.log = log;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.getOutputStream();
  }

  /**
   * Starts {@code peer.py}, and returns when it has loaded its packages.
   *
   * @param cores how many threads the network may use
   */
  public static PythonPeer start(Python python, int cores) throws IOException {
    return start(python, "peer.py", "--cores", String.valueOf(cores));
  }

  /** Starts a script that says when it is ready, and returns then. */
  public static PythonPeer start(Python python, String script, String... arguments)
      throws IOException {
    Path log = python.scripts().resolve(script + ".log");
    Process process =
        new ProcessBuilder(python.command(script, arguments)).redirectError(log.toFile()).start();
    PythonPeer peer = new PythonPeer(script, process, log);
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
      throw new IOException(script + " has ended:\n" + Files.readString(log));
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
