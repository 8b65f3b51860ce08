package dev.tuningfork.classifier;

/** How log lines are written. */
public enum LogFormat {
  /** For people. */
  TEXT,
  /** One JSON object a line, with the context of a galaxy where one is concerned. */
  JSON
}
