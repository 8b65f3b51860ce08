package dev.tuningfork.classifier.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.text.Printable;

/**
 * The service's answers as JSON in one line. A component of a record that is null is left out, and
 * characters that show nothing are escaped, for those who read it in a terminal.
 */
public final class ServiceJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private ServiceJson() {}

  public static String write(Object content) {
    try {
      return Printable.json(MAPPER.writeValueAsString(content));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An answer could not be written as JSON.", e);
    }
  }
}
