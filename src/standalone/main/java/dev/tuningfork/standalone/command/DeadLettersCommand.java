package dev.tuningfork.standalone.command;

import picocli.CommandLine.Command;

/** {@code tuning-fork dead-letters}: what could not be classified, and what is done about it. */
@Command(
    name = "dead-letters",
    description = "Lists, shows and replays records that could not be classified.",
    subcommands = {
      DeadLettersListCommand.class,
      DeadLettersShowCommand.class,
      DeadLettersReplayCommand.class
    })
final class DeadLettersCommand {}
