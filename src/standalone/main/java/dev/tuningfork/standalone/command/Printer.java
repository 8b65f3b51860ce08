package dev.tuningfork.standalone.command;

import dev.tuningfork.text.Printable;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What all commands print through. A line that is printed is one line, and what a format is given
 * is text alone: both are {@linkplain Printable made printable}, since file names, ids and messages
 * may have been written by anybody. Only {@link Terminal}'s own colours pass. Text of several lines
 * is printed line by line.
 */
final class Printer extends PrintWriter {

  private static final Pattern OWN = Pattern.compile("\u001b\\[(?:0|1|2|32|33)m|^\r\u001b\\[K");

  private volatile String underWay = "";
  private volatile long printedAt = System.nanoTime();

  Printer(Writer out) {
    super(out, true);
  }

  /** Remembers what is under way; an empty text for nothing in particular. */
  void underWay(String status) {
    underWay = status;
  }

  /** What is under way, in a few words. */
  String underWay() {
    return underWay.isEmpty() ? "Working …" : underWay;
  }

  /** When the last line was printed, on the clock of {@link System#nanoTime}. */
  long printedAt() {
    return printedAt;
  }

  /** One line, but for colours. */
  static String line(String text) {
    StringBuilder line = new StringBuilder();
    Matcher own = OWN.matcher(text);
    int end = 0;
    while (own.find()) {
      line.append(Printable.of(text.substring(end, own.start()))).append(own.group());
      end = own.end();
    }
    return line.append(Printable.of(text.substring(end))).toString();
  }

  @Override
  public void println(@Nullable String text) {
    super.println(line(String.valueOf(text)));
    printedAt = System.nanoTime();
  }

  @Override
  public void println(@Nullable Object text) {
    println(String.valueOf(text));
  }

  @Override
  public PrintWriter format(String format, @Nullable Object... arguments) {
    printedAt = System.nanoTime();
    return super.format(format, printable(arguments));
  }

  @Override
  public PrintWriter format(@Nullable Locale locale, String format, @Nullable Object... arguments) {
    printedAt = System.nanoTime();
    return super.format(locale, format, printable(arguments));
  }

  private static @Nullable Object[] printable(@Nullable Object[] arguments) {
    return Arrays.stream(arguments)
        .map(each -> each instanceof Number ? each : line(String.valueOf(each)))
        .toArray();
  }
}
