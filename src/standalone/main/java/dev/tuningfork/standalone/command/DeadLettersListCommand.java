package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.deadletter.DeadLetter;
import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.DeadLetterList;
import dev.tuningfork.classifier.deadletter.DeadLetters;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tuning-fork dead-letters list}: how many there are, and the newest. */
@Command(
    name = "list",
    description =
        "Groups dead letters by cause, with counts, and lists the newest. Replayed ones are left out.",
    sortOptions = false)
final class DeadLettersListCommand implements Callable<Integer> {

  private static final String GROUP = "%9s  %-14s  %-9s  %-28s  %s";
  private static final String LETTER = "%-20s  %-10s  %-14s  %-9s  %8s  %-20s  %s";
  private static final int SENTENCE = 100;

  @Mixin private DeadLetterTopic topic = new DeadLetterTopic();
  @Mixin private DeadLetterChoice choice = new DeadLetterChoice();

  @Option(names = "--all", description = "Also list replayed dead letters.")
  private boolean all;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The largest number of dead letters to list. Default: ${DEFAULT-VALUE}.")
  private int limit = 20;

  @Option(
      names = "--json",
      description = "Write one line of JSON per dead letter, and nothing else.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new ParameterException(
          spec.commandLine(), "--limit must be 0 or more, not " + limit + ".");
    }
    ClassifierSettings settings = topic.settings();
    DeadLetterFilter filter = choice.filter(Set.of(), all);
    PrintWriter out = spec.commandLine().getOut();
    try (DeadLetters letters = DeadLetterTopic.open(settings)) {
      if (json) {
        letters.each(filter, letter -> out.println(DeadLetterText.json(letter)));
      } else {
        print(letters.list(filter, limit), settings.topics().deadLetters(), out);
      }
    }
    return ExitCode.OK;
  }

  private void print(DeadLetterList list, String of, PrintWriter out) {
    if (list.total() == 0) {
      out.println("No dead letter in " + of + " matches.");
      return;
    }
    out.printf(GROUP + "%n", "letters", "stage", "kind", "exception", "reason");
    for (DeadLetterList.Group group : list.groups()) {
      out.printf(
          GROUP + "%n",
          "%,d".formatted(group.count()),
          group.alike().stage().map(Stage::label).orElse("–"),
          group.alike().kind().map(FailureKind::label).orElse("–"),
          DeadLetterText.line(DeadLetterText.simpleName(group.exception()), 28),
          DeadLetterText.line(group.reason(), SENTENCE));
    }
    if (list.newest().isEmpty()) {
      return;
    }
    out.println();
    out.printf(
        LETTER + "%n", "failed at", "place", "stage", "kind", "attempts", "object", "message");
    for (DeadLetter letter : list.newest()) {
      out.printf(
          LETTER + "%n",
          letter.givenUpAt().truncatedTo(ChronoUnit.SECONDS),
          letter.place(),
          DeadLetterText.stage(letter),
          DeadLetterText.kind(letter),
          letter.attempts(),
          DeadLetterText.line(letter.objectId().orElse("–"), 20),
          (letter.replayed() ? "(replayed) " : "")
              + DeadLetterText.line(letter.message(), SENTENCE));
    }
    long more = list.total() - list.newest().size();
    if (more > 0) {
      out.printf("and %,d older: --limit, or --json for all of them%n", more);
    }
  }
}
