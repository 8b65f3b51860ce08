package dev.tuningfork.trainer.data;

/**
 * Which galaxies a model is judged on and never trained on. A galaxy's place depends on its id
 * alone, so it stays when galaxies are added, reordered or come a second time from another table.
 *
 * @param share of all galaxies, above 0 and below 1
 * @param salt makes another choice of the same share
 */
public record HeldOutSplit(double share, String salt) {

  /** The split of a training where nothing else is said. */
  public static final HeldOutSplit DEFAULT = new HeldOutSplit(0.2, "tuning-fork");

  public HeldOutSplit {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "The share of held-out galaxies must be between 0 and 1, not " + share + ".");
    }
  }

  /** Whether the SHA-256 of salt and id, read as a fraction, is below the share. */
  public boolean holdsOut(String galaxyId) {
    return Integer.toUnsignedLong(Hash.place(salt, galaxyId)) < share * 0x1p32;
  }
}
