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
 * @param newest the newest ones, the latest first
 */
public record DeadLetterList(long total, List<Group> groups, List<DeadLetter> newest) {

  /** The reason of dead letters beyond the largest number of groups. */
  static final String OTHER_REASONS = "Other reasons.";

  /**
   * What failed alike.
   *
   * @param reason what went wrong: the sentence, with an ellipsis for each address, name and number
   */
  public record Alike(Optional<Stage> stage, Optional<FailureKind> kind, String reason) {

    public static Alike of(DeadLetter letter) {
      return new Alike(letter.stage(), letter.kind(), Reason.of(letter.message()));
    }
  }

  /**
   * How many failed alike.
   *
   * @param exception the class of the exception of one of them
   * @param example the sentence of that one
   */
  public record Group(Alike alike, long count, String exception, String example) {

    /** The sentence of the only one, else what those of all have in common. */
    public String reason() {
      return count == 1 ? example : alike.reason;
    }
  }

  public DeadLetterList {
    groups = List.copyOf(groups);
    newest = List.copyOf(newest);
  }
}
