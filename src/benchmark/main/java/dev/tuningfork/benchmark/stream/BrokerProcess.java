package dev.tuningfork.benchmark.stream;

import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.command.Logging;
import java.io.IOException;
import java.nio.file.Path;

/** An embedded broker in a process of its own, which can be held to some cores. */
public final class BrokerProcess implements AutoCloseable {

  private final AnsweringProcess process;
  private final String bootstrapServers;

  private BrokerProcess(AnsweringProcess process) throws IOException {
    this.process = process;
    this.bootstrapServers = process.answer().textValue();
  }

  /** What runs in the process: a broker, until standard input ends. */
  public static void main(String[] arguments) throws IOException {
    Logging.errorsOnly();
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      System.out.println("\"" + broker.bootstrapServers() + "\"");
      while (System.in.read() >= 0) {
        // nothing is said to it
      }
    }
  }

  /**
   * Starts one, and returns when it serves.
   *
   * @param cores as {@link JavaProcess#start} takes them
   * @param log what it complains of is added to this file
   */
  public static BrokerProcess start(String cores, Path log) throws IOException {
    Process process =
        new ProcessBuilder(JavaProcess.command(cores, BrokerProcess.class.getName()))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new BrokerProcess(new AnsweringProcess("The broker's process", process, log));
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
