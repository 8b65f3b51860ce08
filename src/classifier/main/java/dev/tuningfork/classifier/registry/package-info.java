/** The schema registry: where the schemas of Avro messages are kept, by number. */
package dev.tuningfork.classifier.registry;
