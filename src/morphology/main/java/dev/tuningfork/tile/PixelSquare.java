package dev.tuningfork.tile;

/**
 * A square of pixels of the first band, which may reach beyond the image.
 *
 * @param x its first column, from 0
 * @param y its first row, from 0 at the lowest row, which is the first of the file
 * @param side its width and height
 */
public record PixelSquare(int x, int y, int side) {}
