package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.tree.AnswerProbabilities;
import org.jspecify.annotations.Nullable;

/** A galaxy that was classified, with its picture. Safe for use by many threads at once. */
final class SeenGalaxy {

  /** What the answers take of the memory, as numbers and as a message, bytes, about. */
  private static final int ANSWERS = 16_000;

  final long number;
  final GalaxyMorphology morphology;

  /** What the model said, of the tree that it answered. */
  final AnswerProbabilities answers;

  final ImageOrigin origin;
  private final DisplayImage picture;
  private byte @Nullable [] thumbnail; // guarded by this

  /**
   * @param number its place among all that were seen
   * @param picture what the network saw
   */
  SeenGalaxy(
      long number,
      GalaxyMorphology morphology,
      AnswerProbabilities answers,
      ImageOrigin origin,
      DisplayImage picture) {
    this.number = number;
    this.morphology = morphology;
    this.answers = answers;
    this.origin = origin;
    this.picture = picture;
  }

  /** The picture as a JPEG, made once, when it is first asked for. */
  synchronized byte[] thumbnail() {
    if (thumbnail == null) {
      thumbnail = picture.toJpeg();
    }
    return thumbnail;
  }

  /** What it takes of the memory, bytes, about. */
  long size() {
    long carried =
        switch (origin) {
          case ImageOrigin.Carried(_, byte[] bytes) -> bytes.length;
          case ImageOrigin.Referenced(_, var image) -> 2L * image.uri().length();
          case ImageOrigin.OnTile tile ->
              tile.cutout().bands().stream().mapToLong(band -> 2L * band.uri().length()).sum();
        };
    return ANSWERS + picture.levels().length * 5L / 4 + carried;
  }
}
