package dev.tuningfork.classifier.deadletter;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.util.List;
import java.util.Optional;

/**
 * Dead letters at a glance.
 *
 * @param total how many there are
 * @param groups how many failed alike, the most first
 * @param newest those that were given up last, the latest first
 */
public record DeadLetterList(long total, List<Group> groups, List<DeadLetter> newest) {

  /** What failed alike. */
  public record Alike(Optional<Stage> stage, Optional<FailureKind> kind, String exception) {}

  /**
   * How many failed alike.
   *
   * @param example the sentence of one of them
   */
  public record Group(Alike alike, long count, String example) {}

  public DeadLetterList {
    groups = List.copyOf(groups);
    newest = List.copyOf(newest);
  }
}
