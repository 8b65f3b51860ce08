package dev.tuningfork.classifier.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * How the messages are read and written as Avro: the fields of the JSON form, by the same names,
 * with times as milliseconds since 1970. Both forms meet in the JSON tree, so that every check of a
 * message, and every sentence about it, is the same for both.
 *
 * <p>A message is framed as <a
 * href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">Confluent's
 * serialisers</a> frame it: a byte 0, the number that the schema has in the registry (four bytes,
 * the highest first), and Avro's binary encoding.
 */
final class Avro {

  private static final byte MAGIC = 0;
  private static final int FRAME = 1 + Integer.BYTES;

  /** Galaxy morphologies have {@code galaxy-morphology.avsc}. */
  private static final ClassValue<Schema> SCHEMAS =
      new ClassValue<>() {
        @Override
        protected Schema computeValue(Class<?> message) {
          String name = message.getSimpleName().replaceAll("\\B(?=\\p{Upper})", "-");
          return schema(name.toLowerCase(Locale.ROOT) + ".avsc");
        }
      };

  private Avro() {}

  /** The schema of a type of messages: the resource of its name beside it. */
  static Schema schema(Class<?> message) {
    return SCHEMAS.get(message);
  }

  static Schema schema(String resource) {
    try (InputStream json = Avro.class.getResourceAsStream(resource)) {
      return new Schema.Parser().parse(Objects.requireNonNull(json, resource));
    } catch (IOException e) {
      throw new UncheckedIOException("The resource " + resource + " cannot be read.", e);
    }
  }

  /** Neither JSON in UTF-8 nor an image begins so; JSON in UTF-16 may, and is not a frame. */
  static boolean isFramed(byte[] message) {
    return message.length > 0
        && message[0] == MAGIC
        && !(message.length > 3 && message[1] == '{' && message[2] == 0);
  }

  /**
   * Whether the frame holds a JSON object: no message in Avro begins so, since its first field is a
   * string, and this byte stands for a length below 0.
   */
  static boolean framesJson(byte[] message) {
    return message.length > FRAME && message[FRAME] == '{';
  }

  static byte[] write(Object message, Schema schema, int schemaId) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 12);
    out.writeBytes(ByteBuffer.allocate(FRAME).put(MAGIC).putInt(schemaId).array());
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new GenericDatumWriter<>(schema).write(datum(schema, Json.tree(message)), encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to an array in memory failed.", e);
    }
    return out.toByteArray();
  }

  static <T> T read(byte[] message, AvroSchemas schemas, Class<T> type) throws MessageException {
    Schema expected = schema(type);
    if (message.length < FRAME || !isFramed(message)) {
      throw new MessageException(
          "The message is not Avro as a schema registry's clients write it: it does not begin with"
              + " a byte 0 and the four bytes of a schema id.");
    }
    int id = ByteBuffer.wrap(message, 1, Integer.BYTES).getInt();
    if (id < 0) {
      throw new MessageException("The message names the schema " + id + ", which is not a number.");
    } else if (id == 0) {
      throw new MessageException(
          "The message names the schema 0, which no registry has: set the publisher's serialiser to"
              + " schema ids of four bytes.");
    }
    GenericRecord datum = decode(message, id, schemas.writtenWith(id), expected);
    return Json.read(json(expected, datum, ""), type);
  }

  // hostile schemas and bytes make Avro throw exceptions of many kinds; a recursive schema
  // with bytes that follow it overflows the stack
  private static GenericRecord decode(byte[] message, int id, Schema written, Schema expected)
      throws MessageException {
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(message, FRAME, message.length - FRAME, null);
    boolean whole;
    GenericRecord datum;
    try {
      datum = new GenericDatumReader<GenericRecord>(written, expected).read(null, decoder);
      whole = decoder.isEnd();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new MessageException(
          "The message cannot be read by the schema %d (%s) as a %s: %s."
              .formatted(id, written.getFullName(), expected.getName(), reason(e)),
          e);
    }
    if (!whole) {
      throw new MessageException(
          "The message is longer than it should be by the schema %d.".formatted(id));
    }
    return datum;
  }

  private static String reason(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank()
        ? "it is cut off or damaged"
        : message.replaceFirst("\\.$", "");
  }

  /** What Avro writes for a part of a message. */
  private static @Nullable Object datum(Schema schema, @Nullable JsonNode node) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
          JsonNode part = Objects.requireNonNull(node).get(field.name());
          record.put(
              field.pos(),
              part == null && field.hasDefaultValue()
                  ? GenericData.get().getDefaultValue(field)
                  : datum(field.schema(), part));
        }
        yield record;
      }
      case ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        Objects.requireNonNull(node)
            .forEach(item -> items.add(datum(schema.getElementType(), item)));
        yield items;
      }
      case UNION -> node == null ? null : datum(present(schema), node);
      case STRING -> Objects.requireNonNull(node).textValue();
      case BOOLEAN -> Objects.requireNonNull(node).booleanValue();
      case INT -> Objects.requireNonNull(node).intValue();
      case DOUBLE -> Objects.requireNonNull(node).doubleValue();
      case LONG ->
          isTime(schema)
              ? Instant.parse(Objects.requireNonNull(node).textValue()).toEpochMilli()
              : Objects.requireNonNull(node).longValue();
      default -> throw foreign(schema);
    };
  }

  /** The same the other way round; what is absent is left out. */
  private static JsonNode json(Schema schema, Object datum, String field) throws MessageException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (schema.getType()) {
      case RECORD -> {
        ObjectNode object = nodes.objectNode();
        for (Schema.Field part : schema.getFields()) {
          Object value = ((GenericRecord) datum).get(part.pos());
          if (value != null) {
            String name = field.isEmpty() ? part.name() : field + "." + part.name();
            object.set(part.name(), json(part.schema(), value, name));
          }
        }
        yield object;
      }
      case ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        for (Object item : (Collection<?>) datum) {
          array.add(json(schema.getElementType(), item, field));
        }
        yield array;
      }
      case UNION -> json(present(schema), datum, field);
      case STRING -> nodes.textNode(datum.toString());
      case BOOLEAN -> nodes.booleanNode((Boolean) datum);
      case INT -> nodes.numberNode((Integer) datum);
      case DOUBLE -> {
        double number = (Double) datum;
        if (!Double.isFinite(number)) {
          throw new MessageException(
              field + " must be a number, not " + number + ". Leave out what is not known.");
        }
        yield nodes.numberNode(number);
      }
      case LONG ->
          isTime(schema)
              ? nodes.textNode(Instant.ofEpochMilli((Long) datum).toString())
              : nodes.numberNode((Long) datum);
      default -> throw foreign(schema);
    };
  }

  /** What a field holds that may be absent. */
  private static Schema present(Schema union) {
    return union.getTypes().getLast();
  }

  private static boolean isTime(Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.TimestampMillis;
  }

  private static IllegalStateException foreign(Schema schema) {
    return new IllegalStateException("No message holds Avro's type " + schema.getType() + ".");
  }
}
