package dev.tuningfork.trainer.data;

/**
 * Something that is wrong with the data.
 *
 * @param kind what went wrong
 * @param what the galaxy's id, or the file
 * @param sentence what was wrong and where, for a person
 */
public record Problem(Kind kind, String what, String sentence) {

  /** What went wrong. */
  public enum Kind {
    /** A labelled galaxy has no image, or no label where one is due. */
    MISSING,
    /** An image or a row that cannot be read. */
    UNREADABLE,
    /** What is said of a galaxy breaks the tree, or two sources say different things of it. */
    CONTRADICTORY,
    /** A source names a galaxy a second time. */
    DUPLICATE
  }
}
