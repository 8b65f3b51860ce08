package dev.tuningfork.trainer;

import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.VoteFractions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A folder of images and the vote fractions of the galaxies on them.
 *
 * @param images holds a file {@code <GalaxyID>.jpg}, {@code .jpeg}, {@code .png} or {@code .fits}
 *     for each galaxy
 * @param labels tables with Kaggle's header; empty cells are unknown questions
 * @param trainOnly the galaxies were chosen in a biased way: nothing is judged on them
 * @param cropPixels how many central pixels of an image the network sees, where the images were
 *     trimmed and the model's share of an image would mean another part of the sky
 */
public record DataSet(Path images, List<Path> labels, boolean trainOnly, OptionalInt cropPixels) {

  private static final List<String> SUFFIXES = List.of(".jpg", ".jpeg", ".png", ".fits");

  public DataSet {
    labels = List.copyOf(labels);
  }

  /** A galaxy, what volunteers said about it, and its image. */
  record Galaxy(VoteFractions votes, Path image) {}

  /**
   * The labelled galaxies that have an image.
   *
   * @throws IOException if a table cannot be read
   * @throws IllegalArgumentException if a table is not as it should be, or no galaxy has an image
   */
  List<Galaxy> galaxies() throws IOException {
    List<Galaxy> galaxies = new ArrayList<>();
    for (Path table : labels) {
      try (BufferedReader csv = Files.newBufferedReader(table)) {
        for (VoteFractions votes : KaggleColumns.readTable(csv)) {
          Path image = image(votes.galaxyId());
          if (image != null) {
            galaxies.add(new Galaxy(votes, image));
          }
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(table + ": " + e.getMessage(), e);
      }
    }
    if (galaxies.isEmpty()) {
      throw new IllegalArgumentException(
          "No galaxy of %s has an image in %s.".formatted(labels, images));
    }
    return galaxies;
  }

  private @Nullable Path image(String galaxyId) {
    for (String suffix : SUFFIXES) {
      Path image = images.resolve(galaxyId + suffix);
      if (Files.exists(image)) {
        return image;
      }
    }
    return null;
  }
}
