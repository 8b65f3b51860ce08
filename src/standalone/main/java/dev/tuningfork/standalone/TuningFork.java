package dev.tuningfork.standalone;

import dev.tuningfork.standalone.command.Commands;
import dev.tuningfork.standalone.command.Interruption;
import java.util.Locale;

/** Where the process starts. */
public final class TuningFork {

  private TuningFork() {}

  public static void main(String[] arguments) {
    // what it says is English, and so are the numbers in it: no format has to name a locale
    Locale.setDefault(Locale.ROOT);
    int code = Commands.line().execute(arguments);
    Interruption.commandEnded();
    System.exit(code);
  }
}
