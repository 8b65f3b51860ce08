/** The Kafka Streams topology: records in, exactly one outcome out for each, whatever dies when. */
package dev.tuningfork.classifier.stream;
