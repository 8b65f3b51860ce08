package dev.tuningfork.standalone.command;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A manifest of 200 subjects, as Zooniverse writes it, of which five cannot be answered. */
public final class MockSubjects {

  public static final int ANSWERED = 195;

  /** What cannot be answered, by its subject's id or its place. */
  public static final List<String> BROKEN = List.of("9001", "9002", "9003", "9004", "entry 200");

  private MockSubjects() {}

  /**
   * Writes the manifest.
   *
   * @param folder to write it to
   * @param images in that folder; subjects share them
   */
  public static Path manifest(Path folder, List<Path> images) throws IOException {
    ArrayNode manifest = new JsonMapper().createArrayNode();
    for (int i = 0; i < ANSWERED; i++) {
      entry(manifest, images.get(i % images.size()).toUri().toString(), i);
    }
    entry(manifest, folder.resolve("not-there.jpg").toUri().toString(), 9001);
    entry(manifest, "data:image/jpeg;base64,AAAA", 9002);
    entry(manifest, "gopher://example.org/9003.jpg", 9003);
    manifest.addArray().addNull().add("{\"subject_id\": 9004}");
    manifest.add("no pair");
    return Files.writeString(folder.resolve("manifest.json"), manifest.toString());
  }

  private static void entry(ArrayNode manifest, String image, int subject) {
    manifest
        .addArray()
        .add(image)
        .add("{\"subject_id\": %d, \"subject_set_id\": 1, \"frame_id\": 0}".formatted(subject));
  }
}
