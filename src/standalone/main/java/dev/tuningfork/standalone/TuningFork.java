package dev.tuningfork.standalone;

import dev.tuningfork.standalone.command.Commands;
import java.util.Locale;

/** Where the process starts. */
public final class TuningFork {

  private TuningFork() {}

  public static void main(String[] arguments) {
    // what it says is English, and so are the numbers in it: no format has to name a locale
    Locale.setDefault(Locale.ROOT);
    Commands.execute(arguments);
  }
}
