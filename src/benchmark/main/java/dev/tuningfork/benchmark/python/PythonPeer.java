package dev.tuningfork.benchmark.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.benchmark.stream.AnsweringProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A script such as {@code peer.py} in a process of its own, which measures on command and is idle
 * otherwise: a line of JSON for each command, and one for its answer. Belongs to one thread.
 */
public final class PythonPeer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final AnsweringProcess process;

  private PythonPeer(AnsweringProcess process) {
    this.process = process;
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
    AnsweringProcess answering = new AnsweringProcess(script, process, log);
    answering.answer();
    return new PythonPeer(answering);
  }

  /**
   * Has it do something, and returns its answer.
   *
   * @param command {@code do} and the arguments of that method of the script
   */
  public JsonNode ask(Map<String, Object> command) throws IOException {
    return process.ask(JSON.writeValueAsString(command));
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
