package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Runs a command in this process, for tests that stand elsewhere. */
public final class CommandLineRun {

  private CommandLineRun() {}

  /** What the command writes to standard output; fails where it does not end well. */
  public static String requireOk(List<String> line) {
    return require(0, line);
  }

  /** What a command writes to standard output that ends with exit code 1. */
  public static String requireFailure(List<String> line) {
    return require(1, line);
  }

  /** What a command writes to standard output that ends with this exit code. */
  public static String require(int status, List<String> line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Commands.line(new PrintWriter(out, true), new PrintWriter(err, true))
            .execute(line.toArray(String[]::new));
    assertThat(code).as("%s says %s", line, err).isEqualTo(status);
    return out.toString();
  }
}
