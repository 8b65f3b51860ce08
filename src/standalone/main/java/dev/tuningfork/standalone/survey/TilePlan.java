package dev.tuningfork.standalone.survey;

/**
 * What a rendered survey is made of. Tiles are side by side in a row on one grid, as the patches of
 * a tract are.
 *
 * @param layout how the tiles are written
 * @param side pixels of a tile along each side, 256 to 20,000
 * @param galaxies how many there are on all tiles, 1 to 1,000,000
 * @param tiles 1 to 99
 * @param overlap the columns that two neighbours share, less than half a side
 * @param ra right ascension of the first tile's centre, degrees
 * @param dec declination of the same, −89 to 89
 * @param seed the same seed gives the same survey
 */
public record TilePlan(
    TileLayout layout,
    int side,
    int galaxies,
    int tiles,
    int overlap,
    double ra,
    double dec,
    long seed) {

  /**
   * @throws IllegalArgumentException in a sentence, where a number is out of range
   */
  public TilePlan {
    require(side >= 256 && side <= 20_000, "A tile's side is 256 to 20000 pixels, not " + side);
    require(
        galaxies >= 1 && galaxies <= 1_000_000,
        "The number of galaxies is 1 to 1000000, not " + galaxies);
    require(tiles >= 1 && tiles <= 99, "The number of tiles is 1 to 99, not " + tiles);
    require(
        overlap >= 0 && overlap < side / 2,
        "The overlap is less than half a side, not " + overlap + " pixels");
    require(ra >= 0 && ra < 360, "The right ascension is 0 to below 360, not " + ra);
    require(Math.abs(dec) <= 89, "The declination is -89 to 89, not " + dec);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new IllegalArgumentException(sentence + ".");
    }
  }

  /** The first column of a tile on the survey's grid. */
  int origin(int tile) {
    return tile * (side - overlap);
  }

  /** Columns of the survey's grid. */
  int width() {
    return origin(tiles - 1) + side;
  }
}
