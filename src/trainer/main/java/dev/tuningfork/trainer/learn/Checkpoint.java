package dev.tuningfork.trainer.learn;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.file.WholeFile;
import dev.tuningfork.model.Safetensors;
import dev.tuningfork.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * All that a run needs to continue as if it had never stopped. Random numbers need no place in it:
 * those of a step come from the seed, the epoch and the step alone. One safetensors file, its
 * metadata holding the progress and the settings; it replaces the last one only when it is whole
 * and on the disk.
 *
 * @param progress how far the run has come
 * @param settings a fingerprint of what must not change between two parts of a run
 * @param weights of the network
 * @param averages of the weights
 * @param optimizer what the optimiser remembers
 */
record Checkpoint(
    Progress progress, String settings, Weights weights, Weights averages, Weights optimizer) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String WEIGHTS = "weights/";
  private static final String AVERAGES = "averages/";
  private static final String OPTIMIZER = "optimizer/";

  /**
   * Writes the checkpoint, whole or not at all.
   *
   * @throws IOException if the disk is full or the like; the file that was there is still there
   *     then
   */
  void save(Path file) throws IOException {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    weights.arrays().forEach((name, array) -> arrays.put(WEIGHTS + name, array));
    averages.arrays().forEach((name, array) -> arrays.put(AVERAGES + name, array));
    optimizer.arrays().forEach((name, array) -> arrays.put(OPTIMIZER + name, array));
    byte[] bytes =
        Safetensors.write(
            new Weights(arrays),
            Map.of("progress", JSON.writeValueAsString(progress), "settings", settings));
    try {
      WholeFile.write(file, out -> out.write(bytes));
    } catch (IOException e) {
      throw new IOException(
          "The checkpoint %s cannot be written (%s). The previous one is intact. Free some disk space, and continue with --resume."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /**
   * Reads a checkpoint.
   *
   * @throws IOException if there is none, or it is none; the message is a sentence
   */
  static Checkpoint read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no checkpoint %s to continue from.".formatted(file), e);
    }
    try {
      Map<String, String> metadata = Safetensors.metadata(bytes);
      Weights all = Safetensors.read(bytes);
      return new Checkpoint(
          JSON.readValue(metadata.getOrDefault("progress", ""), Progress.class),
          metadata.getOrDefault("settings", ""),
          part(all, WEIGHTS),
          part(all, AVERAGES),
          part(all, OPTIMIZER));
    } catch (JacksonException e) {
      throw new IOException(
          "The file %s is not a checkpoint of a training run.".formatted(file), e);
    } catch (IOException e) {
      throw new IOException(
          "The checkpoint %s cannot be used. %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Weights part(Weights all, String prefix) {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    all.arrays()
        .forEach(
            (name, array) -> {
              if (name.startsWith(prefix)) {
                arrays.put(name.substring(prefix.length()), array);
              }
            });
    return new Weights(arrays);
  }
}
