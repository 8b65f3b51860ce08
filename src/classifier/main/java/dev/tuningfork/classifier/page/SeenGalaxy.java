package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import org.jspecify.annotations.Nullable;

/** A galaxy that was classified, with its picture. Safe for use by many threads at once. */
final class SeenGalaxy {

  final long number;
  final GalaxyMorphology morphology;

  /** The message as it was published. */
  final byte[] json;

  final ImageOrigin origin;
  private final Picture picture;
  private volatile byte @Nullable [] thumbnail;

  /**
   * @param number its place among all that were seen
   * @param picture what the network saw
   */
  SeenGalaxy(
      long number, GalaxyMorphology morphology, byte[] json, ImageOrigin origin, Picture picture) {
    this.number = number;
    this.morphology = morphology;
    this.json = json;
    this.origin = origin;
    this.picture = picture;
  }

  /** The picture as a JPEG, made when it is first asked for. */
  byte[] thumbnail() {
    byte[] made = thumbnail;
    if (made == null) {
      made = picture.toJpeg();
      thumbnail = made;
    }
    return made;
  }

  /** What it takes of the memory, bytes, about. */
  long size() {
    long carried =
        switch (origin) {
          case ImageOrigin.Carried(_, byte[] bytes, _) -> bytes.length;
          case ImageOrigin.Referenced(_, var image) -> 2L * image.uri().length();
        };
    return 3L * json.length + picture.levels().length * 5L / 4 + carried + 1_000;
  }
}
