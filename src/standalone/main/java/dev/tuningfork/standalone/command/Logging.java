package dev.tuningfork.standalone.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged to standard error. */
final class Logging {

  private Logging() {}

  /**
   * For commands that bring their own broker and speak to a person: errors alone, since a broker
   * that comes up and goes down with its clients warns of each of its steps.
   */
  static void errorsOnly() {
    level(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.ERROR);
    level("dev.tuningfork", Level.ERROR);
    // refuses what a producer sends ahead while its transaction is being opened, and gets it again
    level("kafka.server.ReplicaManager", Level.OFF);
  }

  private static void level(String name, Level level) {
    if (LoggerFactory.getLogger(name) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
