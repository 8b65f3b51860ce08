package dev.tuningfork.classifier.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.tuningfork.text.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** How the messages are read and written: strict about types, deaf to unknown fields. */
final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              textual -> {
                // a 64-bit objectId that passed through a number has often lost its last digits
                textual.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                textual.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                textual.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
              })
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, new InstantWriter())
                  .addDeserializer(Instant.class, new InstantReader()))
          .build();

  private static final ObjectReader READER = MAPPER.reader();
  private static final ObjectWriter WRITER = MAPPER.writer();

  private Json() {}

  static <T> T read(byte[] json, Class<T> type) throws MessageException {
    try (JsonParser parser = MAPPER.createParser(json)) {
      return read(parser, type);
    } catch (MessageException e) {
      String hint = hint(json, Expected.of(type));
      throw hint == null ? e : new MessageException(hint, e);
    } catch (IOException e) {
      // of an array in memory this is a character that there is not: the first bytes choose between
      // UTF-8, 16 and 32
      throw new MessageException("The message is not JSON in UTF-8: " + e.getMessage() + ".", e);
    }
  }

  private static <T> T read(JsonParser parser, Class<T> type) throws MessageException, IOException {
    try {
      T message = READER.readValue(parser, type);
      if (message == null) {
        throw new MessageException("The message is null, not a JSON object.");
      }
      requireEnd(parser);
      return message;
    } catch (JsonProcessingException e) {
      // before the parser is closed, which knows what it found
      throw new MessageException(sentence(e), e);
    }
  }

  /** A record of two references must not pass for one of the first alone. */
  private static void requireEnd(JsonParser parser) throws MessageException, IOException {
    JsonToken more;
    try {
      more = parser.nextToken();
    } catch (JsonProcessingException e) {
      throw new MessageException(
          "The message has text after its JSON object, which is not JSON: "
              + e.getOriginalMessage()
              + ".",
          e);
    }
    if (more != null) {
      throw new MessageException(
          "The record contains more than one JSON value: publish each as a separate record.");
    }
  }

  /** What is wrong with a whole message that could not be read; null where that is not known. */
  private static @Nullable String hint(byte[] json, Expected expected) {
    try {
      return Envelope.hint(MAPPER.readTree(json), expected);
    } catch (IOException e) {
      return null;
    }
  }

  static <T> T read(JsonNode tree, Class<T> type) throws MessageException {
    try (JsonParser parser = MAPPER.treeAsTokens(tree)) {
      return read(parser, type);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading a tree in memory failed.", e);
    }
  }

  static JsonNode tree(Object message) {
    return MAPPER.valueToTree(message);
  }

  /** Characters that show nothing are escaped, for those who read messages in a terminal. */
  static byte[] write(Object message) {
    try {
      byte[] json = WRITER.writeValueAsBytes(message);
      return isAscii(json) ? json : Printable.json(new String(json, UTF_8)).getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A message could not be written as JSON.", e);
    }
  }

  /** Without DEL, which a writer of JSON does not escape. */
  private static boolean isAscii(byte[] json) {
    for (byte each : json) {
      if (each < ' ' || each == 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static String sentence(JsonProcessingException problem) {
    return switch (problem) {
      // a record's own check, which is a sentence already
      case ValueInstantiationException e when e.getCause() != null ->
          String.valueOf(e.getCause().getMessage());
      case JsonMappingException e when e.getCause() instanceof JsonParseException malformed ->
          sentence(malformed);
      case MismatchedInputException e when e.getPath().isEmpty() ->
          "The message must be a JSON object, not " + found(e) + ".";
      case MismatchedInputException e ->
          field(e) + " must be " + wanted(e.getTargetType()) + ", not " + found(e) + ".";
      case JsonMappingException e -> field(e) + " cannot be read: " + e.getOriginalMessage() + ".";
      default -> "The message is not valid JSON: " + problem.getOriginalMessage() + ".";
    };
  }

  private static String field(JsonMappingException problem) {
    StringBuilder field = new StringBuilder();
    for (JsonMappingException.Reference step : problem.getPath()) {
      if (step.getFieldName() == null) {
        field.append('[').append(step.getIndex()).append(']');
      } else {
        field.append(field.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return field.toString();
  }

  private static String wanted(@Nullable Class<?> type) {
    if (type == String.class) {
      return "a string";
    } else if (type == Instant.class) {
      return "a time as in RFC 3339, such as 2026-01-31T22:15:00Z";
    } else if (type == Long.class || type == int.class || type == long.class) {
      return "an integer";
    } else if (type == Double.class || type == double.class) {
      return "a number";
    } else if (type == boolean.class) {
      return "true or false";
    } else if (type != null && Collection.class.isAssignableFrom(type)) {
      return "a list";
    } else {
      return "an object";
    }
  }

  private static String found(MismatchedInputException problem) {
    JsonToken token =
        problem.getProcessor() instanceof JsonParser parser ? parser.currentToken() : null;
    return switch (token) {
      case VALUE_STRING -> "this string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a decimal number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      case START_ARRAY -> "a list";
      case START_OBJECT, FIELD_NAME -> "an object";
      case null, default -> "empty";
    };
  }

  /** Times are written in UTC to the millisecond, which is what Kafka's own timestamps hold. */
  private static final class InstantWriter extends StdScalarSerializer<Instant> {
    InstantWriter() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant time, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(time.truncatedTo(ChronoUnit.MILLIS).toString());
    }
  }

  private static final class InstantReader extends StdScalarDeserializer<Instant> {
    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser json, DeserializationContext context) throws IOException {
      if (json.hasToken(JsonToken.VALUE_STRING)) {
        try {
          return Instant.parse(json.getText());
        } catch (DateTimeException e) {
          throw MismatchedInputException.from(json, Instant.class, "not a time");
        }
      }
      throw MismatchedInputException.from(json, Instant.class, "not a string");
    }
  }

  /** An HDU is named by a string or numbered by an integer; a record holds both as text. */
  static final class HduReader extends StdScalarDeserializer<String> {
    HduReader() {
      super(String.class);
    }

    @Override
    public String deserialize(JsonParser json, DeserializationContext context) throws IOException {
      if (json.hasToken(JsonToken.VALUE_STRING) || json.hasToken(JsonToken.VALUE_NUMBER_INT)) {
        return json.getText();
      }
      throw MismatchedInputException.from(json, String.class, "neither a name nor a number");
    }
  }
}
