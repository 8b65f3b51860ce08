package dev.tuningfork.standalone.command;

import java.io.PrintWriter;

/**
 * Where a command writes: results to {@code out}, all else to {@code err}.
 *
 * @param err for progress, warnings and errors
 * @param live whether {@code err} is a terminal, on which a line can be overwritten
 * @param colour whether {@code out} is a terminal with colours
 */
record Terminal(PrintWriter out, PrintWriter err, boolean live, boolean colour) {

  private static final String PROPERTY = "tuningfork.terminal.";

  /**
   * The process's own. Java can only tell whether input and output are both terminals, so the
   * script that starts it says more.
   */
  static Terminal of(PrintWriter out, PrintWriter err) {
    return new Terminal(
        out,
        err,
        isLive(),
        Boolean.getBoolean(PROPERTY + "out") && System.getenv("NO_COLOR") == null);
  }

  /** Whether the process's standard error is a terminal. */
  static boolean isLive() {
    return Boolean.getBoolean(PROPERTY + "err");
  }

  /**
   * Says what is going on, on a line that the next thing drawn replaces. Without a terminal, it is
   * printed where it goes on for long ({@link Pulse}).
   */
  void status(String text) {
    if (live) {
      err.print("\r" + Printer.line(text) + "\u001b[K");
      err.flush(); // no line ends here
    } else if (err instanceof Printer printer) {
      printer.underWay(text);
    }
  }

  /** Says something that stays, on a line of its own. */
  void line(String text) {
    err.println((live ? "\r\u001b[K" : "") + text);
  }

  /** A number of things, such as {@code 1 dead letter} or {@code 1,200 dead letters}. */
  static String counted(long number, String thing) {
    return "%,d %s%s".formatted(number, thing, number == 1 ? "" : "s");
  }

  /** {@code 1 galaxy} or {@code 1,200 galaxies}. */
  static String galaxies(int number) {
    return "%,d %s".formatted(number, number == 1 ? "galaxy" : "galaxies");
  }

  /** Says that a run continues where it was interrupted; nothing where it has just begun. */
  void continuing(int classified, int galaxies) {
    if (classified > 0) {
      line(
          "Continuing with %,d of %,d galaxies; the others are already classified."
              .formatted(galaxies - classified, galaxies));
    }
  }

  String green(String text) {
    return coloured("32", text);
  }

  String yellow(String text) {
    return coloured("33", text);
  }

  String dim(String text) {
    return coloured("2", text);
  }

  String bold(String text) {
    return coloured("1", text);
  }

  private String coloured(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
