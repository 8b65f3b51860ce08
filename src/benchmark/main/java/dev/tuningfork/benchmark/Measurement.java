package dev.tuningfork.benchmark;

/** Something that classifies galaxies, and how fast it was. */
interface Measurement {

  /** A word for the table. */
  String name();

  /** What is measured, in one line. */
  String description();

  /**
   * Classifies this many galaxies, each image in turn and from the first again after the last.
   *
   * @return galaxies a second
   */
  double galaxiesPerSecond(int galaxies) throws Exception;
}
