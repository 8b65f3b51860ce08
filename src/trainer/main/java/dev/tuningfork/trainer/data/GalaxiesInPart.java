package dev.tuningfork.trainer.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Some of the galaxies of a source: all that are held out, and a share of the others. Which ones is
 * decided by their ids, so a smaller share is a part of a larger one.
 *
 * @param source of all galaxies
 * @param split says which ones are held out
 * @param share of the others, above 0 to 1
 */
public record GalaxiesInPart(GalaxySource source, HeldOutSplit split, double share)
    implements GalaxySource {

  private static final String SALT = "learning curve";

  @Override
  public Reading read() throws IOException {
    HeldOutSplit kept = new HeldOutSplit(share, SALT);
    Reading all = source.read();
    return new Reading(
        all.galaxies().stream()
            .filter(galaxy -> split.holdsOut(galaxy.id()) || kept.holdsOut(galaxy.id()))
            .toList(),
        all.problems());
  }

  @Override
  public Path images() {
    return source.images();
  }

  @Override
  public String describe() {
    return "%s of the %s".formatted(share, source.describe());
  }
}
