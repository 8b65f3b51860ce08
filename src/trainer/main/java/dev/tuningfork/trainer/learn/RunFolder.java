package dev.tuningfork.trainer.learn;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where a run keeps what it needs to continue and what tells how it went: {@code last.safetensors},
 * {@code best.safetensors}, and {@code training.jsonl} with a line for each epoch.
 */
public record RunFolder(Path path) {

  private static final JsonMapper JSON = new JsonMapper();

  /** The checkpoint to continue from. */
  Path last() {
    return path.resolve("last.safetensors");
  }

  /** Whether there is something to continue from. */
  public boolean hasCheckpoint() {
    return Files.exists(last());
  }

  /** The checkpoint of the epoch with the smallest validation loss. */
  Path best() {
    return path.resolve("best.safetensors");
  }

  /** A line of JSON for each epoch that is done. */
  public Path log() {
    return path.resolve(TrainingLog.FILE);
  }

  /** Makes the folder, and forgets the epochs from this one on: they come again. */
  void prepare(int epoch) throws IOException {
    Files.createDirectories(path);
    List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    Files.write(log(), lines.subList(0, Math.min(lines.size(), epoch - 1)));
  }

  void append(EpochMetrics figures) throws IOException {
    Files.writeString(
        log(),
        JSON.writeValueAsString(figures) + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
