package dev.tuningfork.catalogue;

/** What a catalogue says about the size of a galaxy or of its cutout. */
public sealed interface Extent {

  /** More than 0 and finite. */
  double value();

  Unit unit();

  /** In what a size is measured. */
  enum Unit {
    ARCSECONDS,
    PIXELS
  }

  /** A radius of the galaxy: the cutout is this radius times a factor. */
  record Radius(double value, Unit unit) implements Extent {}

  /** The width of the cutout itself. */
  record Width(double value, Unit unit) implements Extent {}
}
