package dev.tuningfork.classifier.message;

import org.apache.avro.Schema;

/**
 * Tells the schema that a message was written with: a schema registry, or whoever stands for it.
 */
@FunctionalInterface
public interface AvroSchemas {

  /**
   * The schema of a number.
   *
   * @param id the number that the message begins with, 0 or more
   * @throws MessageException where there is no such schema, and none will come of asking again
   * @throws SchemaUnavailableException where it cannot be told now
   */
  Schema writtenWith(int id) throws MessageException;
}
