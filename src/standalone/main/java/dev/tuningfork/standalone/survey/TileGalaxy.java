package dev.tuningfork.standalone.survey;

import dev.tuningfork.tree.AnswerProbabilities;

/**
 * A galaxy of a rendered survey.
 *
 * @param objectId unique within the survey; the same for the same seed
 * @param x its column on the survey's grid, in pixels from the left edge of the first tile
 * @param y its row, in pixels from the lower edge
 * @param radius the radius that holds 90 % of its light, pixels: an SDSS cutout is 8.48 of it wide
 * @param ra right ascension, degrees (ICRS)
 * @param dec declination, degrees (ICRS)
 * @param truth the answers that it is rendered from
 */
public record TileGalaxy(
    String objectId,
    double x,
    double y,
    double radius,
    double ra,
    double dec,
    AnswerProbabilities truth) {}
