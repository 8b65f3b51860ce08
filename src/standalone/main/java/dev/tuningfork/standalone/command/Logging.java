package dev.tuningfork.standalone.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.tuningfork.classifier.LogLevel;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.standalone.log.PrintableJson;
import org.slf4j.LoggerFactory;

/** How much is logged to standard error, and how. */
public final class Logging {

  private Logging() {}

  /**
   * For commands that bring their own broker and speak to a person: errors alone, since a broker
   * that comes up and goes down with its clients warns of each of its steps.
   */
  public static void errorsOnly() {
    level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.ERROR);
    level("dev.tuningfork", Level.ERROR);
    // refuses what a producer sends ahead while its transaction is being opened, and gets it again
    level("kafka.server.ReplicaManager", Level.OFF);
    // the broker's controller reports that the machine is busy
    level("org.apache.kafka.controller.EventPerformanceMonitor", Level.OFF);
  }

  /** Of libraries for tables, plots and FITS, which chat through {@code java.util.logging}. */
  public static void errorsOfLibrariesOnly() {
    java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.SEVERE);
  }

  /** How models compute, even where otherwise errors alone are logged. */
  static void forms() {
    level(Forms.class.getName(), Level.INFO);
    level(ModelLoader.class.getName(), Level.INFO);
  }

  /** How severe the product's own lines must be; those of libraries are written from WARN on. */
  static void level(LogLevel level) {
    level("dev.tuningfork", Level.valueOf(level.name()));
    if (level == LogLevel.ERROR) {
      level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.ERROR);
    }
  }

  /** For collectors of logs: each line is a JSON object, with a galaxy's context. */
  static void inJson() {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.iteratorForAppenders()
          .forEachRemaining(
              appender -> {
                if (appender instanceof ConsoleAppender<ILoggingEvent> console) {
                  console.setEncoder(json(root));
                }
              });
    }
  }

  private static JsonEncoder json(Logger root) {
    JsonEncoder json = new PrintableJson();
    json.setContext(root.getLoggerContext());
    json.setWithSequenceNumber(false);
    json.setWithNanoseconds(false);
    json.setWithContext(false);
    json.setWithMessage(false);
    json.setWithArguments(false);
    json.setWithFormattedMessage(true);
    json.start();
    return json;
  }

  private static void level(String name, Level level) {
    if (LoggerFactory.getLogger(name) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
