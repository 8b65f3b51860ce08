package dev.tuningfork.catalogue;

import dev.tuningfork.image.SkyPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one row of a catalogue says. */
public sealed interface CatalogueRow {

  /** The row's number, from 1; a header is not counted. */
  long number();

  /**
   * A galaxy.
   *
   * @param id the survey's identifier; the row's number where the catalogue has no identifiers
   * @param radii radii of the galaxy by what they are used for, such as {@code radius}; empty where
   *     the catalogue has none
   * @param width the width of its cutout, where the catalogue says it
   * @param files the image files that the row names itself; empty where it names none
   * @param kept the cells of the columns that are to be kept, as texts; a missing one is empty
   */
  record Galaxy(
      long number,
      String id,
      SkyPosition position,
      Map<String, Extent> radii,
      Optional<Extent> width,
      List<String> files,
      List<String> kept)
      implements CatalogueRow {
    public Galaxy {
      radii = Map.copyOf(radii);
      files = List.copyOf(files);
      kept = List.copyOf(kept);
    }
  }

  /**
   * A row that cannot be used.
   *
   * @param column the column whose cell is wrong
   * @param reason what is wrong with it
   */
  record Unusable(long number, String column, String reason) implements CatalogueRow {

    /** Such as {@code Row 17: the column ra is empty.} */
    public String sentence() {
      return "Row %d: the column %s %s.".formatted(number, column, reason);
    }
  }

  /** A row for which the filter does not hold. */
  record Excluded(long number) implements CatalogueRow {}
}
