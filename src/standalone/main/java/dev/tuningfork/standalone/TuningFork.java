package dev.tuningfork.standalone;

import dev.tuningfork.standalone.command.Commands;

/** Where the process starts. */
public final class TuningFork {

  private TuningFork() {}

  public static void main(String[] arguments) {
    System.exit(Commands.line().execute(arguments));
  }
}
