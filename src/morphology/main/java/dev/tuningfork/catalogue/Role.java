package dev.tuningfork.catalogue;

import java.util.List;
import java.util.Locale;

/** What a column of a catalogue is used for, and how it is recognised. */
@SuppressWarnings("ImmutableEnumChecker") // the lists are those of List.of
public enum Role {
  ID(
      List.of("meta.id;meta.main", "ID_MAIN"),
      List.of(
          "id",
          "object_id",
          "objectid",
          "source_id",
          "sourceid",
          "objid",
          "galaxyid",
          "galaxy_id",
          "dr8objid",
          "dr7objid",
          "iauname",
          "asset_id",
          "number")),
  RA(
      List.of("pos.eq.ra;meta.main", "POS_EQ_RA_MAIN", "pos.eq.ra"),
      List.of(
          "ra",
          "ra_deg",
          "radeg",
          "raj2000",
          "ra_j2000",
          "alpha_j2000",
          "ra_icrs",
          "coord_ra",
          "right_ascension",
          "ramean",
          "_raj2000",
          "alphawin_j2000")),
  DEC(
      List.of("pos.eq.dec;meta.main", "POS_EQ_DEC_MAIN", "pos.eq.dec"),
      List.of(
          "dec",
          "dec_deg",
          "decdeg",
          "decj2000",
          "dej2000",
          "dec_j2000",
          "delta_j2000",
          "de_icrs",
          "dec_icrs",
          "coord_dec",
          "declination",
          "decmean",
          "_dej2000",
          "deltawin_j2000")),
  /** Galactic longitude, for catalogues without right ascension. */
  L(List.of("pos.galactic.lon;meta.main", "pos.galactic.lon"), List.of("glon", "gal_l", "l")),
  /** Galactic latitude. */
  B(List.of("pos.galactic.lat;meta.main", "pos.galactic.lat"), List.of("glat", "gal_b", "b")),
  RADIUS(List.of(), List.of("radius", "radius_arcsec", "radius_pixel")),
  /** The width of the cutout. */
  WIDTH(List.of(), List.of("width", "diameter_arcsec", "diameter_pixel")),
  FILES(List.of(), List.of("fits_file_paths"));

  private final List<String> ucds;
  private final List<String> names;

  Role(List<String> ucds, List<String> names) {
    this.ucds = ucds;
    this.names = names;
  }

  /** UCDs (IVOA, also the older UCD1) that mark such a column, the surest first. */
  List<String> ucds() {
    return ucds;
  }

  /** Usual names in lower case, the most usual first. */
  List<String> names() {
    return names;
  }

  /** How a person names it, such as {@code ra}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
