package dev.tuningfork.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tuningfork.network.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Hugging Face's file format for arrays of numbers: the length of a JSON header (8 bytes, little
 * endian), the header (for each array its type, its shape and where its bytes lie), and the bytes.
 * Nothing in it can be executed. Float32 and float16 are written and read.
 *
 * @see <a href="https://github.com/huggingface/safetensors">the format's description</a>
 */
public final class Safetensors {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String METADATA = "__metadata__";

  private Safetensors() {}

  /**
   * The file of these arrays in single precision.
   *
   * @param metadata texts that travel with them
   */
  public static byte[] write(Weights weights, Map<String, String> metadata) {
    return write(weights, Precision.SINGLE, metadata);
  }

  /**
   * The file of these arrays.
   *
   * @throws IllegalArgumentException for half precision, if a number of an array that shall become
   *     float16 is none or has no place there
   */
  static byte[] write(Weights weights, Precision precision) {
    return write(weights, precision, Map.of());
  }

  private static byte[] write(Weights weights, Precision precision, Map<String, String> metadata) {
    ObjectNode header = JSON.createObjectNode();
    ObjectNode texts = header.putObject(METADATA).put("format", "pt");
    metadata.forEach(texts::put);
    weights.arrays().keySet().forEach(header::putObject);
    // the wider numbers lie before the others, so that all are aligned
    List<Map.Entry<String, Weights.Array>> laid =
        weights.arrays().entrySet().stream()
            .sorted(Comparator.comparing(entry -> isHalf(entry.getValue(), precision)))
            .toList();
    long end = 0;
    for (Map.Entry<String, Weights.Array> entry : laid) {
      boolean half = isHalf(entry.getValue(), precision);
      long begin = end;
      end += (long) (half ? Short.BYTES : Float.BYTES) * entry.getValue().values().length;
      ObjectNode array = header.withObjectProperty(entry.getKey());
      array.put("dtype", half ? "F16" : "F32");
      array.set("shape", JSON.valueToTree(entry.getValue().shape()));
      array.putArray("data_offsets").add(begin).add(end);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    // the format pads its header with spaces, so that the numbers are aligned
    int padded = Math.ceilDiv(json.length, 8) * 8;
    ByteBuffer file =
        ByteBuffer.allocate(Math.toIntExact(8 + padded + end)).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(padded)
        .put(json)
        .put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
    for (Map.Entry<String, Weights.Array> entry : laid) {
      boolean half = isHalf(entry.getValue(), precision);
      for (float value : entry.getValue().values()) {
        if (half) {
          file.putShort(half(entry.getKey(), value));
        } else {
          file.putFloat(value);
        }
      }
    }
    return file.array();
  }

  private static boolean isHalf(Weights.Array array, Precision precision) {
    return precision == Precision.HALF && array.shape().size() > 1;
  }

  private static short half(String array, float value) {
    short half = Float.floatToFloat16(value);
    if (!Float.isFinite(Float.float16ToFloat(half))) {
      throw new IllegalArgumentException(
          "The array %s contains %s, which is too large for half precision (at most 65504)."
              .formatted(array, value));
    }
    return half;
  }

  /**
   * Reads all arrays.
   *
   * @throws IOException if the bytes are no such file or hold other numbers than float32 and
   *     float16; the message is a sentence
   */
  public static Weights read(byte[] bytes) throws IOException {
    int headerLength = headerLength(bytes);
    ByteBuffer data =
        ByteBuffer.wrap(bytes).slice(8 + headerLength, bytes.length - 8 - headerLength);
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : header(bytes, headerLength).properties()) {
      if (!entry.getKey().equals(METADATA)) {
        arrays.put(entry.getKey(), array(entry.getKey(), entry.getValue(), data));
      }
    }
    return new Weights(arrays);
  }

  /**
   * The texts that travel with the arrays.
   *
   * @throws IOException if the bytes are no such file; the message is a sentence
   */
  public static Map<String, String> metadata(byte[] bytes) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> text :
        header(bytes, headerLength(bytes)).path(METADATA).properties()) {
      texts.put(text.getKey(), text.getValue().asText());
    }
    return texts;
  }

  private static int headerLength(byte[] bytes) throws IOException {
    long length =
        bytes.length < 8 ? -1 : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > bytes.length - 8L) {
      throw new IOException("It is not a safetensors file, or it is truncated.");
    }
    return (int) length;
  }

  private static JsonNode header(byte[] bytes, int length) throws IOException {
    JsonNode header;
    try {
      header = JSON.readTree(bytes, 8, length);
    } catch (JacksonException e) {
      throw new IOException("Its safetensors header is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!header.isObject()) {
      throw new IOException("Its safetensors header is not a JSON object.");
    }
    return header;
  }

  private static Weights.Array array(String name, JsonNode entry, ByteBuffer data)
      throws IOException {
    String type = entry.path("dtype").asText();
    int width =
        switch (type) {
          case "F32" -> Float.BYTES;
          case "F16" -> Short.BYTES;
          default ->
              throw new IOException(
                  "Its array %s is of type \"%s\"; F32 and F16 can be read.".formatted(name, type));
        };
    List<Integer> shape = new ArrayList<>();
    long count = 1;
    for (JsonNode dimension : entry.path("shape")) {
      if (!dimension.isInt() || dimension.intValue() < 0) {
        throw new IOException("Its array %s has the dimension %s.".formatted(name, dimension));
      }
      shape.add(dimension.intValue());
      count *= dimension.intValue();
      if (count > data.capacity()) {
        throw new IOException("Its array %s is larger than the file.".formatted(name));
      }
    }
    long begin = entry.path("data_offsets").path(0).asLong(-1);
    long end = entry.path("data_offsets").path(1).asLong(-1);
    if (begin < 0 || end > data.capacity() || end - begin != count * width) {
      throw new IOException(
          "Its array %s of shape %s is declared at bytes %d to %d, where it does not fit."
              .formatted(name, shape, begin, end));
    }
    ByteBuffer slice = data.slice((int) begin, (int) (end - begin)).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[(int) count];
    if (width == Float.BYTES) {
      slice.asFloatBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.float16ToFloat(slice.getShort());
      }
    }
    return new Weights.Array(shape, values);
  }
}
