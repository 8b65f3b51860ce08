package dev.tuningfork.standalone.table;

/** What a table says of each galaxy. */
public enum TableContent {
  /** The class, the flags, and every answer's conditional probability. */
  PROBABILITIES,
  /** The same, and the 90 % interval of each of these probabilities. */
  INTERVALS,
  /** Vote fractions and concentrations, named as Zoobot's catalogues name them. */
  ZOOBOT,
  /** The 37 columns of Kaggle's Galaxy Zoo challenge. */
  KAGGLE
}
