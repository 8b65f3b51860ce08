package dev.tuningfork.standalone.survey;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Morphology;

/**
 * A galaxy that was rendered.
 *
 * @param objectId unique within its survey; the same for the same seed and place
 * @param ra right ascension, degrees (ICRS)
 * @param dec declination, degrees (ICRS)
 * @param pixelScale arcseconds a pixel
 * @param truth the answers that it was rendered from: 1 for each answer along its walk and 0 for
 *     the others there; questions off the walk have no answer
 * @param jpeg the cutout, 424×424 pixels in colour; not copied, so not to be written to
 */
@SuppressWarnings(
    "ArrayRecordComponent") // handed from the renderer to the publisher, never compared
public record MockGalaxy(
    String objectId,
    double ra,
    double dec,
    double pixelScale,
    AnswerProbabilities truth,
    byte[] jpeg) {

  /** The truth as a class string and a sentence. */
  public Morphology morphology() {
    return Morphology.of(truth);
  }
}
