package dev.tuningfork.benchmark.stream;

import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.command.Logging;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** An embedded broker in a process of its own, which can be held to some cores. */
public final class BrokerProcess implements AutoCloseable {

  private static final int ENDING_SECONDS = 60;

  private final Process process;
  private final BufferedReader says;
  private final String bootstrapServers;

  private BrokerProcess(Process process, BufferedReader says, String bootstrapServers) {
    this.process = process;
    this.says = says;
    this.bootstrapServers = bootstrapServers;
  }

  /** What runs in the process: a broker, until standard input ends. */
  public static void main(String[] arguments) throws IOException {
    Logging.errorsOnly();
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      System.out.println(broker.bootstrapServers());
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
    BufferedReader says = process.inputReader(StandardCharsets.UTF_8);
    String address = says.readLine();
    if (address == null) {
      throw new IOException("The broker's process ended at once; see " + log + ".");
    }
    return new BrokerProcess(process, says, address);
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(ENDING_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    } finally {
      says.close();
    }
  }
}
