package dev.tuningfork.standalone.command;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What Zooniverse asks a model: a JSON array of pairs of an image's address and a text that is
 * itself JSON, {@code {"subject_id": 123, …}}.
 *
 * @param images the address of the image of each subject, by the subject's id
 * @param unreadable a sentence for each entry that is no such pair, by its subject's id or place
 */
record SubjectManifest(
    SequencedMap<String, String> images, SequencedMap<String, String> unreadable) {

  private static final JsonMapper JSON = new JsonMapper();

  SubjectManifest {
    images = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(images));
    unreadable = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(unreadable));
  }

  /**
   * Reads a manifest.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not a JSON array
   */
  static SubjectManifest read(Path file) throws IOException {
    JsonNode entries;
    try {
      entries = JSON.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "The manifest %s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    if (!entries.isArray()) {
      throw new IllegalArgumentException(
          "The manifest %s is not a JSON array of [image address, subject].".formatted(file));
    }
    SequencedMap<String, String> images = new LinkedHashMap<>();
    SequencedMap<String, String> unreadable = new LinkedHashMap<>();
    int place = 0;
    for (JsonNode entry : entries) {
      place++;
      String id = subjectId(entry.path(1));
      if (id.isEmpty()) {
        unreadable.put(
            "entry " + place,
            "It is not a pair of an image's address and a text with a subject_id.");
      } else if (!entry.path(0).isTextual()) {
        unreadable.put(id, "It has no address of an image.");
      } else if (images.putIfAbsent(id, entry.path(0).textValue()) != null) {
        unreadable.put("entry " + place, "Subject %s is in the manifest before.".formatted(id));
      }
    }
    return new SubjectManifest(images, unreadable);
  }

  private static String subjectId(JsonNode text) {
    try {
      JsonNode subject = text.isTextual() ? JSON.readTree(text.textValue()) : text;
      return subject.path("subject_id").asText("");
    } catch (JacksonException e) {
      return "";
    }
  }

  List<String> subjects() {
    return new ArrayList<>(images.sequencedKeySet());
  }
}
