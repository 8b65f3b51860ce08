package dev.tuningfork.classifier.message;

import org.apache.avro.Schema;

/** Finds the schema that a message was written with: a schema registry, or a substitute for it. */
@FunctionalInterface
public interface AvroSchemas {

  /**
   * The schema of a number.
   *
   * @param id the number that the message begins with, 0 or more
   * @throws MessageException if there is no such schema, and another request would not find one
   * @throws SchemaUnavailableException if it is not available now
   */
  Schema writtenWith(int id) throws MessageException;
}
