package dev.tuningfork.classifier.fetch;

/**
 * What was fetched of survey images since the start.
 *
 * @param cutouts galaxies that a survey image was opened for
 * @param hits files elsewhere that were here as a whole when a galaxy wanted them
 * @param misses files elsewhere that were not, or not as a whole
 * @param bytes that were fetched
 * @param held bytes of remote files that are kept now
 */
public record TileFigures(long cutouts, long hits, long misses, long bytes, long held) {}
