package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.Place;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which dead letters are meant. */
final class DeadLetterChoice {

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      split = ",",
      converter = StageConverter.class,
      completionCandidates = Stages.class,
      description = "The stage that failed: ${COMPLETION-CANDIDATES}.")
  private Set<Stage> stages = new LinkedHashSet<>();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      description = "permanent, or transient: those that may succeed if they are tried again.")
  private Set<FailureKind> kinds = new LinkedHashSet<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "Failed at this time or later: for example 2026-03-01T12:00:00Z, or 90m, 12h or 7d ago.")
  private @Nullable Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "Failed before this time.")
  private @Nullable Instant until;

  @Option(
      names = "--message",
      paramLabel = "TEXT",
      converter = TextConverter.class,
      description =
          "The reason contains this text (case does not matter), or matches a regular expression written as /…/.")
  private @Nullable Pattern message;

  boolean isEmpty() {
    return stages.isEmpty() && kinds.isEmpty() && since == null && until == null && message == null;
  }

  DeadLetterFilter filter(Set<Place> places, boolean replayed) {
    return new DeadLetterFilter(
        stages,
        kinds,
        Optional.ofNullable(since),
        Optional.ofNullable(until),
        Optional.ofNullable(message),
        places,
        replayed);
  }

  static final class Stages implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Stage.values()).map(Stage::label).iterator();
    }
  }

  static final class StageConverter implements ITypeConverter<Stage> {
    @Override
    public Stage convert(String text) {
      return Arrays.stream(Stage.values())
          .filter(stage -> stage.label().equalsIgnoreCase(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "there is no stage " + text + ", but " + String.join(", ", new Stages())));
    }
  }

  static final class TimeConverter implements ITypeConverter<Instant> {

    private static final Pattern AGO = Pattern.compile("\\d{1,6}[smhd]");

    @Override
    public Instant convert(String text) {
      if (AGO.matcher(text).matches()) {
        return Instant.now().minus(Duration.parse((text.endsWith("d") ? "P" : "PT") + text));
      }
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "'%s' is not a time such as 2026-03-01T12:00:00Z, 90m, 12h or 7d".formatted(text));
      }
    }
  }

  static final class TextConverter implements ITypeConverter<Pattern> {
    @Override
    public Pattern convert(String text) {
      return text.length() > 2 && text.startsWith("/") && text.endsWith("/")
          ? Pattern.compile(text.substring(1, text.length() - 1))
          : Pattern.compile(text, Pattern.LITERAL | Pattern.CASE_INSENSITIVE);
    }
  }

  static final class PlaceConverter implements ITypeConverter<Place> {
    @Override
    public Place convert(String text) {
      try {
        return Place.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
