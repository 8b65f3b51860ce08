package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.deadletter.DeadLetter;
import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.DeadLetters;
import dev.tuningfork.classifier.deadletter.Place;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tuning-fork dead-letters show}: one letter, whole. */
@Command(
    name = "show",
    description = "Shows complete dead letters: the reason, the headers and the value.",
    sortOptions = false)
final class DeadLettersShowCommand implements Callable<Integer> {

  private static final String FIELD = "%-11s %s%n";

  @Mixin private DeadLetterTopic topic = new DeadLetterTopic();

  @Parameters(
      paramLabel = "PARTITION:OFFSET",
      arity = "1..*",
      converter = DeadLetterChoice.PlaceConverter.class,
      description = "Their positions, as list prints them.")
  private Set<Place> places = new LinkedHashSet<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ClassifierSettings settings = topic.settings();
    List<DeadLetter> found = new ArrayList<>();
    try (DeadLetters letters = DeadLetterTopic.open(settings)) {
      letters.each(DeadLetterFilter.at(places), found::add);
    }
    PrintWriter out = spec.commandLine().getOut();
    found.forEach(letter -> print(letter, out));
    Set<Place> missing = new TreeSet<>(places);
    found.forEach(letter -> missing.remove(letter.place()));
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "There is no dead letter at %s of %s."
              .formatted(
                  missing.stream().map(Place::toString).collect(Collectors.joining(" and at ")),
                  settings.topics().deadLetters()));
    }
    return ExitCode.OK;
  }

  private static void print(DeadLetter letter, PrintWriter out) {
    out.printf(FIELD, "place", letter.place() + (letter.replayed() ? ", replayed since" : ""));
    out.printf(FIELD, "failed at", letter.givenUpAt());
    out.printf(FIELD, "stage", DeadLetterText.stage(letter));
    out.printf(FIELD, "kind", DeadLetterText.kind(letter));
    out.printf(FIELD, "exception", DeadLetterText.printable(letter.exception()));
    out.printf(FIELD, "message", DeadLetterText.printable(letter.message()));
    out.printf(FIELD, "attempts", letter.attempts());
    out.printf(FIELD, "replays", letter.replays());
    letter.source().ifPresent(source -> out.printf(FIELD, "source", source));
    out.printf(FIELD, "key", DeadLetterText.bytes(letter.key()));
    for (var header : letter.headers()) {
      out.printf(FIELD, "header", DeadLetterText.header(header));
    }
    byte[] value = letter.value();
    if (value == null) {
      out.printf(
          FIELD,
          "value",
          letter.valueLeftOut().isPresent()
              ? "of %,d bytes, too large to be kept: the original may still be at its source"
                  .formatted(letter.valueLeftOut().getAsLong())
              : "none");
    } else {
      out.printf(FIELD, "value", "%,d bytes".formatted(value.length));
      DeadLetterText.value(value).lines().forEach(out::println);
    }
    out.println();
  }
}
