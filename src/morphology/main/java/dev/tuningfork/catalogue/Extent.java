package dev.tuningfork.catalogue;

/**
 * A size that a catalogue gives.
 *
 * @param value more than 0 and finite
 */
public record Extent(double value, Unit unit) {

  /** In what a size is measured. */
  public enum Unit {
    ARCSECONDS,
    PIXELS
  }
}
