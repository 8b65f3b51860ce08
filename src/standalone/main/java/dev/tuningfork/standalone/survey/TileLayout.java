package dev.tuningfork.standalone.survey;

import java.util.List;

/**
 * How a survey writes its tiles. Noise and light are such that the survey's recipe shows the sky
 * dark, and galaxies neither faint nor burnt out.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are those of List.of, of records
public enum TileLayout {
  /** One FITS file a band, uncompressed, in nanomaggies of SDSS; gaps are NaN. */
  PLAIN(
      0.396,
      ".fits",
      "nanomaggy",
      List.of(new Band("i", 0, 0.0185), new Band("r", 1, 0.0142), new Band("g", 2, 0.0103))),
  /**
   * As the bricks of the Legacy Surveys: {@code .fits.fz} (Rice, quantised with dithering), in
   * nanomaggies; gaps are 0.
   */
  LEGACY(
      0.262,
      ".fits.fz",
      "nanomaggy",
      List.of(new Band("z", 0, 0.010), new Band("r", 1, 0.0075), new Band("g", 2, 0.0045))),
  /**
   * As the coadds of Rubin: HDUs IMAGE, MASK and VARIANCE, compressed without loss (GZIP_2), the
   * scale in the PC matrix, in nanojansky; gaps are NaN and have the bit NO_DATA.
   */
  RUBIN(
      0.2,
      ".fits",
      "nJy",
      List.of(new Band("i", 0, 35), new Band("r", 1, 20), new Band("g", 2, 14))),
  /** As the mosaics of Euclid's MER: one uncompressed file a band; gaps are 0. */
  EUCLID(0.1, ".fits", "electron/s", List.of(new Band("NIR-Y", 0, 1), new Band("VIS", 1, 0.002)));

  /**
   * A band of a layout.
   *
   * @param source which colour of a rendered galaxy it shows: 0 red, 1 green, 2 blue
   * @param noise the standard deviation of the sky in the layout's unit
   */
  record Band(String name, int source, double noise) {}

  private final double pixelScale;
  private final String suffix;
  private final String unit;
  private final List<Band> bands;

  TileLayout(double pixelScale, String suffix, String unit, List<Band> bands) {
    this.pixelScale = pixelScale;
    this.suffix = suffix;
    this.unit = unit;
    this.bands = bands;
  }

  /** Arcseconds a pixel. */
  public double pixelScale() {
    return pixelScale;
  }

  String suffix() {
    return suffix;
  }

  String unit() {
    return unit;
  }

  List<Band> bands() {
    return bands;
  }

  /** The value that a pixel without data has. */
  float gap() {
    return switch (this) {
      case PLAIN, RUBIN -> Float.NaN;
      case LEGACY, EUCLID -> 0;
    };
  }
}
