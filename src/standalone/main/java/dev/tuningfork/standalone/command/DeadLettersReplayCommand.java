package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.KafkaClients;
import dev.tuningfork.classifier.deadletter.DeadLetter;
import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.DeadLetters;
import dev.tuningfork.classifier.deadletter.Place;
import dev.tuningfork.classifier.deadletter.Replay;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tuning-fork dead-letters replay}: another attempt at the letters that are chosen. */
@Command(
    name = "replay",
    description =
        "Sends dead letters to the input topic again, unchanged and exactly once. Replayed dead letters are skipped, also if an interrupted replay is repeated.",
    sortOptions = false)
final class DeadLettersReplayCommand implements Callable<Integer> {

  @Mixin private DeadLetterTopic topic = new DeadLetterTopic();
  @Mixin private DeadLetterChoice choice = new DeadLetterChoice();

  @Option(
      names = "--every",
      description = "Send all dead letters, if no other option selects some.")
  private boolean every;

  @Option(names = "--dry-run", description = "Only print how many would be sent.")
  private boolean dryRun;

  @Parameters(
      paramLabel = "PARTITION:OFFSET",
      arity = "0..*",
      converter = DeadLetterChoice.PlaceConverter.class,
      description = "Only these, by the position that list prints.")
  private Set<Place> places = new LinkedHashSet<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (choice.isEmpty() && places.isEmpty() && !every) {
      throw new ParameterException(
          spec.commandLine(),
          "Select dead letters: by position, by a filter such as --kind transient, or all with --every.");
    }
    ClassifierSettings settings = topic.settings();
    DeadLetterFilter filter = choice.filter(places, false);
    PrintWriter out = spec.commandLine().getOut();
    return dryRun ? count(settings, filter, out) : replay(settings, filter, out);
  }

  private static int count(ClassifierSettings settings, DeadLetterFilter filter, PrintWriter out) {
    try (DeadLetters letters = DeadLetterTopic.open(settings)) {
      out.printf(
          "%s would be sent to %s.%n",
          Terminal.counted(letters.list(filter, 0).total(), "dead letter"), target(settings));
    }
    return ExitCode.OK;
  }

  private static String target(ClassifierSettings settings) {
    return settings.topics().input()
        + settings.topics().surveyImages().map(topic -> " and " + topic).orElse("");
  }

  private int replay(ClassifierSettings settings, DeadLetterFilter filter, PrintWriter out) {
    Terminal terminal = Terminal.of(out, spec.commandLine().getErr());
    long[] sent = {0};
    Replay.Result result =
        Replay.run(
            KafkaClients.consumer(settings),
            KafkaClients.producer(settings),
            settings.topics(),
            filter,
            _ -> terminal.status("%,d sent".formatted(++sent[0])));
    for (DeadLetter letter : result.withoutValue()) {
      terminal.line(
          "%s has no value to send: it was too large to be kept%s."
              .formatted(
                  letter.place(),
                  letter.source().map(source -> ", and may still be at " + source).orElse("")));
    }
    terminal.line(
        "Sent %s to %s."
            .formatted(Terminal.counted(result.sent(), "dead letter"), target(settings)));
    if (result.withoutValueCount() > 0) {
      terminal.line("%,d could not be sent.".formatted(result.withoutValueCount()));
      return Commands.SOME_LEFT_OUT;
    }
    return ExitCode.OK;
  }
}
