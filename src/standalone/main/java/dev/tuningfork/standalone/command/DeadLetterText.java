package dev.tuningfork.standalone.command;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.classifier.deadletter.DeadLetter;
import dev.tuningfork.text.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters for reading. Any client that may write to the topic decides their content, so no
 * control character of it reaches a terminal, where it could be a command.
 */
final class DeadLetterText {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final int BYTES_SHOWN = 64;

  private DeadLetterText() {}

  /** One line of text, no longer than this. */
  static String line(String text, int longest) {
    String line = printable(text);
    return line.length() <= longest ? line : line.substring(0, longest - 1) + "…";
  }

  static String printable(String text) {
    return Printable.of(text);
  }

  static String stage(DeadLetter letter) {
    return letter.stage().map(stage -> stage.label()).orElse("–");
  }

  static String kind(DeadLetter letter) {
    return letter.kind().map(kind -> kind.label()).orElse("–");
  }

  /** The last part of a class's name. */
  static String simpleName(String type) {
    return type.isEmpty() ? "–" : type.substring(type.lastIndexOf('.') + 1);
  }

  /** One line of JSON, for other programs. */
  static String json(DeadLetter letter) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("place", letter.place().toString());
    fields.put("objectId", letter.objectId().orElse(null));
    fields.put("givenUpAt", letter.givenUpAt().toString());
    fields.put("stage", letter.stage().map(stage -> stage.label()).orElse(null));
    fields.put("kind", letter.kind().map(kind -> kind.label()).orElse(null));
    fields.put("exception", letter.exception());
    fields.put("message", letter.message());
    fields.put("attempts", letter.attempts());
    fields.put("replays", letter.replays());
    fields.put("replayed", letter.replayed());
    fields.put("source", letter.source().orElse(null));
    fields.put("valueBytes", letter.value() == null ? null : letter.value().length);
    try {
      return JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(fields);
    } catch (JacksonException e) {
      throw new IllegalStateException("Strings and numbers can be written as JSON.", e);
    }
  }

  static String bytes(byte @Nullable [] bytes) {
    return bytes == null ? "none" : text(bytes).map(DeadLetterText::printable).orElse(hex(bytes));
  }

  static String header(Header header) {
    return printable(header.key()) + ": " + bytes(header.value());
  }

  /** The value, indented where it is JSON. */
  static String value(byte[] value) {
    try {
      return JSON.writerWithDefaultPrettyPrinter()
          .writeValueAsString(JSON.readTree(value))
          .lines()
          .map(DeadLetterText::printable)
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return bytes(value);
    }
  }

  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String hex(byte[] bytes) {
    int shown = Math.min(bytes.length, BYTES_SHOWN);
    return HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown)
        + (shown < bytes.length ? " …" : "");
  }
}
