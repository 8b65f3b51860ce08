package dev.tuningfork.classifier.message;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Recognises messages whose JSON is wrapped by another program, so that the sentence about one that
 * cannot be read names the setting that unwraps it.
 */
final class Envelope {

  private Envelope() {}

  /** How to unwrap a message that could not be read; null where it is in no known envelope. */
  static @Nullable String hint(JsonNode message) {
    if (message.isArray() && !message.isEmpty()) {
      return "The message must be a JSON object, not a list: publish each of its %d values as a separate record."
          .formatted(message.size());
    } else if (message.isTextual() && message.textValue().stripLeading().startsWith("{")) {
      return "The message must be a JSON object, not a string that contains one: it was serialised twice."
          + " Publish the object with a serialiser of strings or bytes.";
    } else if (message.has("objectId")) {
      return null;
    } else if (message.has("schema") && message.has("payload")) {
      return "The message is in Kafka Connect's envelope (schema and payload), which is not"
          + " supported: set value.converter.schemas.enable to false in the connector.";
    } else if (message.has("specversion") && (message.has("data") || message.has("data_base64"))) {
      return "The message is in CloudEvents' envelope (structured mode), which is not supported:"
          + " publish in binary mode, where the record's value is the event's data.";
    } else if (message.has("op") && (message.has("after") || message.has("before"))) {
      return "The message is in Debezium's envelope (before and after), which is not supported:"
          + " add the transformation io.debezium.transforms.ExtractNewRecordState to the connector.";
    } else {
      return null;
    }
  }
}
