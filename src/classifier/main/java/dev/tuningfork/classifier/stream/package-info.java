/** The Kafka Streams topology: exactly one outcome for each record, even across crashes. */
package dev.tuningfork.classifier.stream;
