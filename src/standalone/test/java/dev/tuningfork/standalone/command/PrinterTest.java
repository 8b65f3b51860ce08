package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PrinterTest {

  private static final String HOSTILE = "a\nForged\r\u001b[2J\u001b[8m\u202eb\u200b";

  private final StringWriter written = new StringWriter();
  private final Printer printer = new Printer(written);

  @Test
  void aLineStaysALine() {
    printer.println("Wrote " + HOSTILE + ".");
    printer.println(Path.of("a\u001b[2Jb\nc"));
    printer.printf("%s: %,d%n", HOSTILE, 1);

    assertThat(written.toString().lines())
        .containsExactly("Wrote a·Forged··[2J·[8m·b·.", "a·[2Jb·c", "a·Forged··[2J·[8m·b·: 1");
  }

  @Test
  void whatTheTerminalDrawsItselfPasses() {
    Terminal terminal = new Terminal(printer, printer, true, true);
    terminal.line(terminal.green("good") + "\u001b[31m");
    terminal.status("half\n");

    assertThat(written)
        .hasToString(
            "\r\u001b[K\u001b[32mgood\u001b[0m·[31m" + System.lineSeparator() + "\rhalf·\u001b[K");
  }

  @Test
  void everyCommandPrintsThroughIt() {
    StringWriter err = new StringWriter();
    int status =
        Commands.line(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
            .execute("classify", "no-such\nForged\u001b[2J", "--out", "galaxies.csv");

    assertThat(status).isNotZero();
    assertThat(err.toString()).contains("no-such·Forged").doesNotContain("\u001b");
    assertThat(err.toString().lines()).noneMatch(line -> line.startsWith("Forged"));
  }
}
