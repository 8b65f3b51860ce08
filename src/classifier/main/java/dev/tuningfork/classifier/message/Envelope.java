package dev.tuningfork.classifier.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises messages whose JSON is wrapped by another program, so that the sentence about one that
 * cannot be read names the setting that unwraps it.
 */
final class Envelope {

  private static final Pattern REFERENCE =
      Pattern.compile("\\s*\\{\\s*\"(objectId|surveyImageId)\"");
  private static final int LONGEST_NAME = 80;

  private Envelope() {}

  /** How to unwrap a message that could not be read; null where it is in no known envelope. */
  static @Nullable String hint(JsonNode message, Expected expected) {
    if (message.isArray() && !message.isEmpty()) {
      return "The message must be a JSON object, not a list: publish each of its %d values as a separate record."
          .formatted(message.size());
    } else if (message.isTextual() && !message.textValue().stripLeading().startsWith("{")) {
      return ForeignValue.hint(message.textValue().strip(), expected);
    } else if (message.isTextual()) {
      return "The message must be a JSON object, not a string that contains one: it was serialised"
          + " twice. Publish the object with a serialiser of strings or bytes.";
    } else if (message.has(expected.id())) {
      return null;
    } else if (message.has(Expected.SURVEY_IMAGE.id())) {
      return "The message is a survey image: publish it to the topic that survey-images.topic names.";
    } else if (message.has(Expected.GALAXY.id())) {
      return "The message is about one galaxy: publish it to the topic that input.topic names.";
    } else if (message.has("schema") && message.has("payload")) {
      return "The message is in Kafka Connect's envelope (schema and payload), which is not"
          + " supported: set value.converter.schemas.enable to false in the connector.";
    } else if (message.has("specversion") && message.has("type")) {
      return "The message is in CloudEvents' envelope (structured mode), which is not supported:"
          + " publish in binary mode, where the record's value is the event's data.";
    } else if (message.path("Records").path(0).has("s3")) {
      return "The message is a notification of an object store, which is not supported: publish a"
          + " JSON object with %s.".formatted(expected.object());
    } else if (message.has("op")
        && (message.has("after") || message.has("before") || message.has("source"))) {
      return "The message is in Debezium's envelope (before and after), which is not supported: add"
          + " the transformation io.debezium.transforms.ExtractNewRecordState to the"
          + " connector.";
    } else {
      return within(message, expected);
    }
  }

  /** The hint for a message that is within a field of an object, or in a string within it. */
  private static @Nullable String within(JsonNode message, Expected expected) {
    for (Map.Entry<String, JsonNode> field : message.properties()) {
      JsonNode value = field.getValue();
      if (field.getKey().replaceAll("[_-]", "").equalsIgnoreCase(expected.id())) {
        return "%s is missing: rename the field \"%s\"."
            .formatted(expected.id(), shortened(field.getKey()));
      } else if (value.has(expected.id())
          || (value.isTextual() && REFERENCE.matcher(value.textValue()).lookingAt())) {
        return "The message is within the field \"%s\" of another object: publish it alone."
            .formatted(shortened(field.getKey()));
      }
    }
    return null;
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
  }
}
