package dev.tuningfork.image;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an HDU is called. The name says which HDU is the picture and which go with it. The names are
 * those that the pipelines and archives of surveys write.
 *
 * @param text its name and class in upper case; {@code IMAGE} for a companion that was taken out of
 *     a picture, as in SKY_SUBTRACTED
 */
record HduTitle(String text) {

  /**
   * Names of extensions, in words without digits, that hold the picture itself: the surest first.
   */
  private static final List<Set<String>> PICTURES =
      List.of(
          Set.of("SCI", "SCIENCE"),
          Set.of("IMAGE", "IMG"),
          Set.of("PRIMARY", "DATA", "SIGNAL", "FLUX", "COADD", "STACK", "MOSAIC"));

  /** Names of extensions that hold what goes with a picture: errors, weights, masks, models. */
  private static final Set<String> COMPANIONS =
      Set.of(
          "ERR",
          "UNC",
          "STAT",
          "VAR",
          "IVAR",
          "RMS",
          "STD",
          "SIG",
          "SIGMA",
          "SNR",
          "WHT",
          "WT",
          "WGT",
          "DQ",
          "MSK",
          "BPM",
          "FLAG",
          "FLG",
          "FLAGS",
          "CTX",
          "CON",
          "CONF",
          "SEG",
          "OBJMASK",
          "COV",
          "EXP",
          "NEXP",
          "NPIX",
          "SAMP",
          "TIME",
          "PSF",
          "PSFSIZE",
          "PSFDEPTH",
          "GALDEPTH",
          "FWHM",
          "SEEING",
          "AIRMASS",
          "LSF",
          "WAVE",
          "WAVELENGTH",
          "CONTAM",
          "BKG",
          "BKGD",
          "BG",
          "SKY",
          "CHI",
          "RESID",
          "CR",
          "QUAL",
          "IVM",
          "EXPOSURE",
          "DEPTH",
          "HITS",
          "NIMAGES",
          "NIMG",
          "NOBS",
          "NCOMB",
          "NCOMBINE",
          "NEXPOSURE",
          "STDEV",
          "DEVIATION",
          "AREA",
          "BAD",
          "VALID",
          "LABEL",
          "COSMIC",
          "FOOTPRINT",
          "IMARR",
          "WCSDVARR",
          "GAIN",
          "FLAT",
          "DARK",
          "BIAS");

  /** The same, which are also recognised within longer words. */
  private static final Set<String> LONG_COMPANIONS =
      Set.of(
          "MASK",
          "WEIGHT",
          "VARIANCE",
          "INVVAR",
          "ERROR",
          "NOISE",
          "UNCERT",
          "QUALITY",
          "BADPIX",
          "SEGM",
          "COVERAGE",
          "CONTEXT",
          "CONFIDENCE",
          "BACKGROUND",
          "EXPTIME",
          "EXPMAP",
          "MODEL",
          "RESIDUAL",
          "KERNEL",
          "PREVIEW",
          "THUMB",
          "QUICKLOOK",
          "STDDEV");

  /** As in FLUXERR. */
  private static final Pattern ENDING = Pattern.compile("(ERR|VAR|WHT|MSK|RMS)$");

  /** As in ERRS and RMSMAP. A SKYMAP may be the picture. */
  private static final Pattern COMPOUND =
      Pattern.compile("(?!SKY)(.+?)(S|MAPS?|IMG|IMAGE|ARR|ARRAY|PLANE)");

  /** As in BACKGROUND_SUBTRACTED, SKYSUB and DENOISED: a picture, though it names a companion. */
  private static final Pattern CORRECTED =
      Pattern.compile(
          "(BACKGROUND|BACK|BKGD?|BG|SKY|PSF|EXPOSURE|EXP|EXPTIME|FLAT|DARK|BIAS|GAIN|COSMICS?|CR"
              + "|NOISE|CONTINUUM)[^A-Z]*"
              + "(SUB(TR[A-Z]*)?|CORR(ECTED)?|MATCHED|REMOVED|FREE|CLEANED|NORMALI[SZ]ED)(?![A-Z])"
              + "|DENOISED|NOISELESS|SIGMA[^A-Z]*CLIP(PED)?"
              + "|(UN)?(MASKED(?![^A-Z]*PIX)|WEIGHTED)");

  /** What astropy calls tiles of an image without a name. */
  private static final String UNNAMED_TILES = "COMPRESSED_IMAGE";

  private static final Pattern NO_LETTERS = Pattern.compile("[^A-Z]+");

  /**
   * The title of an HDU.
   *
   * @param name EXTNAME, or empty
   * @param hduclas2 HDUCLAS2, or empty
   */
  static HduTitle of(String name, String hduclas2) {
    String named = name.equalsIgnoreCase(UNNAMED_TILES) ? "" : name;
    String all = (named + " " + hduclas2).toUpperCase(Locale.ROOT);
    return new HduTitle(CORRECTED.matcher(all).replaceAll("IMAGE"));
  }

  /** Whether the numbers are the picture that users mean. */
  boolean isPicture() {
    return rank() < PICTURES.size() && !isCompanion();
  }

  /** How surely this is the name of a picture: 0 for SCI, more for others. */
  int rank() {
    int rank = 0;
    while (rank < PICTURES.size() && words().noneMatch(PICTURES.get(rank)::contains)) {
      rank++;
    }
    return rank;
  }

  /** Whether the numbers go with a picture and are none. */
  boolean isCompanion() {
    return words().anyMatch(HduTitle::isCompanion)
        || LONG_COMPANIONS.stream().anyMatch(text::contains);
  }

  private static boolean isCompanion(String word) {
    Matcher compound = COMPOUND.matcher(word);
    return COMPANIONS.contains(word)
        || ENDING.matcher(word).find()
        || (compound.matches() && COMPANIONS.contains(compound.group(1)));
  }

  private Stream<String> words() {
    return NO_LETTERS.splitAsStream(text);
  }
}
