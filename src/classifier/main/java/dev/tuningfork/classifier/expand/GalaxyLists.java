package dev.tuningfork.classifier.expand;

import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.SurveyImageReference;
import java.nio.file.Path;

/**
 * Opens the lists of galaxies of survey images. Safe for use by many threads at once.
 *
 * @param fetcher gets catalogues, and opens survey images whose pixel scale is needed
 * @param scratch an existing folder for temporary files
 * @param piece how many galaxies a piece has at most
 * @param largestReference the largest reference, bytes; a galaxy with a larger one is unusable
 */
public record GalaxyLists(ImageFetcher fetcher, Path scratch, int piece, int largestReference) {

  /**
   * Begins to read a list, on a thread of its own.
   *
   * @param after the cursor of the last piece that was taken before; 0 for none
   * @param begun of which list that piece is; empty where that is not known
   */
  public GalaxyList open(SurveyImageReference image, long after, String begun) {
    return new GalaxyList(this, image, after, begun);
  }
}
