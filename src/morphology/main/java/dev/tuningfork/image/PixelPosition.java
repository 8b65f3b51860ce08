package dev.tuningfork.image;

/**
 * A position on the grid of an image.
 *
 * @param x column, 0 at the centre of the first pixel of a row
 * @param y row, 0 at the centre of the first row of a FITS file, which is the lowest
 */
public record PixelPosition(double x, double y) {}
