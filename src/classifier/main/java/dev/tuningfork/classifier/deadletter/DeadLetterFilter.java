package dev.tuningfork.classifier.deadletter;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Selects dead letters: those that meet all conditions here.
 *
 * @param stages where they failed; empty: anywhere
 * @param kinds empty: both
 * @param from failed then or later
 * @param to failed before then
 * @param message found in the sentence that says why
 * @param places these alone; empty: anywhere
 * @param replayed whether those that have been replayed are meant too
 */
public record DeadLetterFilter(
    Set<Stage> stages,
    Set<FailureKind> kinds,
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<Pattern> message,
    Set<Place> places,
    boolean replayed) {

  /** All that have not been replayed. */
  public static final DeadLetterFilter OPEN = at(Set.of()).unreplayed();

  public DeadLetterFilter {
    stages = Set.copyOf(stages);
    kinds = Set.copyOf(kinds);
    places = Set.copyOf(places);
  }

  /** Those at one place, replayed or not. */
  public static DeadLetterFilter at(Set<Place> places) {
    return new DeadLetterFilter(
        Set.of(), Set.of(), Optional.empty(), Optional.empty(), Optional.empty(), places, true);
  }

  /** The same, but for those that have been replayed. */
  DeadLetterFilter unreplayed() {
    return new DeadLetterFilter(stages, kinds, from, to, message, places, false);
  }

  public boolean matches(DeadLetter letter) {
    return (replayed || !letter.replayed())
        && (places.isEmpty() || places.contains(letter.place()))
        && (stages.isEmpty() || letter.stage().filter(stages::contains).isPresent())
        && (kinds.isEmpty() || letter.kind().filter(kinds::contains).isPresent())
        && from.filter(begin -> letter.givenUpAt().isBefore(begin)).isEmpty()
        && to.filter(end -> !letter.givenUpAt().isBefore(end)).isEmpty()
        && message.filter(pattern -> !pattern.matcher(letter.message()).find()).isEmpty();
  }
}
