package dev.tuningfork.classifier.expand;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some galaxies of a survey image, in the order in which they are listed.
 *
 * @param entries one for each row that is a galaxy, or should be one
 * @param list what tells the list from another one: the SHA-256 of a catalogue
 * @param cursor how many rows of the list are in this piece or earlier ones
 * @param excluded for how many rows the filter does not hold
 * @param end what ends the list; null where more pieces follow
 */
public record Piece(
    List<Entry> entries, String list, long cursor, long excluded, @Nullable End end) {

  public Piece {
    entries = List.copyOf(entries);
  }

  /** A row of the list. */
  public sealed interface Entry {
    /** The row's number, from 1. */
    long number();
  }

  /**
   * A galaxy.
   *
   * @param reference a {@code GalaxyImageReference} as JSON
   */
  @SuppressWarnings("ArrayRecordComponent") // forwarded once, and never compared
  public record Listed(long number, String objectId, byte[] reference) implements Entry {}

  /**
   * A row that is not a galaxy.
   *
   * @param reason a sentence that names row and column
   * @param rest a {@code SurveyImageReference} as JSON, about this row alone
   */
  @SuppressWarnings("ArrayRecordComponent") // forwarded once, and never compared
  public record Unusable(long number, String reason, byte[] rest) implements Entry {}

  /** Why no more pieces follow. */
  public sealed interface End {}

  /** All rows were read. */
  public record Complete() implements End {}

  /**
   * The list cannot be read, or not any further.
   *
   * @param cause its message is a sentence that the publisher understands
   */
  public record Broken(Stage stage, FailureKind kind, int attempts, Throwable cause)
      implements End {}
}
