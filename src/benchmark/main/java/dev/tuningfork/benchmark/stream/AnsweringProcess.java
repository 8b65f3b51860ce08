package dev.tuningfork.benchmark.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that answers each line of its standard input with a line of JSON, and ends with its
 * input. Belongs to one thread.
 */
public final class AnsweringProcess implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final String name;
  private final Process process;
  private final Path log;
  private final BufferedReader answers;
  private final OutputStream commands;

  /**
   * Takes over a process.
   *
   * @param name for messages
   * @param log where its standard error goes
   */
  public AnsweringProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.getOutputStream();
  }

  /** Writes a line, and returns the answer. */
  public JsonNode ask(String line) throws IOException {
    commands.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    commands.flush();
    return answer();
  }

  /**
   * The next answer.
   *
   * @throws IOException with the process's log, where the process has ended
   */
  public JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException(name + " has ended:\n" + Files.readString(log));
    }
    return JSON.readTree(line);
  }

  @Override
  public void close() throws IOException {
    commands.close();
    JavaProcess.awaitOrKill(process);
    answers.close();
  }
}
