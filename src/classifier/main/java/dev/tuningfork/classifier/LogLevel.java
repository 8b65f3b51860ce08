package dev.tuningfork.classifier;

/** How severe a line must be to be logged, from the most severe on. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
