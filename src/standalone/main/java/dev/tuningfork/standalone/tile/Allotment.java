package dev.tuningfork.standalone.tile;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.CatalogueRow;
import dev.tuningfork.catalogue.SeenIds;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.tile.Sizing;
import dev.tuningfork.tile.TileCache;
import dev.tuningfork.tile.TileException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which galaxies of a catalogue are cut out of which tile.
 *
 * <p>The catalogue is read once, and each tile's galaxies go to a file of their own in a temporary
 * folder: memory holds what the tiles need, and nothing a galaxy. The same catalogue and tiles give
 * the same order, so that a galaxy has the same ordinal in a run that is resumed.
 */
public final class Allotment {

  private static final int OPEN_LISTS = 64;

  /** So many galaxies of a tile are put in the order of its rows at once. */
  private static final int SORTED = 8_192;

  private final List<Share> shares;
  private final int size;
  private final long rows;
  private final long excluded;

  /**
   * A tile's part.
   *
   * @param tile its files
   * @param first the ordinal of its first galaxy
   * @param count how many galaxies there are
   */
  public record Share(NamedTile tile, int first, int count, Path list) {}

  private Allotment(List<Share> shares, long rows, long excluded) {
    this.shares = List.copyOf(shares);
    this.size = shares.stream().mapToInt(Share::count).sum();
    this.rows = rows;
    this.excluded = excluded;
  }

  /**
   * Reads a catalogue.
   *
   * @param scratch an existing folder for the lists
   * @param progress called with the number of rows that are read
   * @throws IOException in a sentence, where the catalogue cannot be read, has no galaxy that is on
   *     a tile, or no tile can be used
   */
  public static Allotment of(
      Catalogue catalogue,
      TileSupply supply,
      Sizing sizing,
      LeftOut leftOut,
      TileCache cache,
      Path scratch,
      LongConsumer progress)
      throws IOException {
    try (Reading reading = new Reading(supply, sizing, leftOut, cache, scratch)) {
      return reading.all(catalogue, progress);
    }
  }

  /** How many galaxies there are on all tiles. */
  public int size() {
    return size;
  }

  /** How many rows the catalogue has. */
  public long rows() {
    return rows;
  }

  /** For how many rows the filter does not hold. */
  public long excluded() {
    return excluded;
  }

  /** The tiles that show a galaxy, in the order of the table. */
  public List<Share> shares() {
    return shares;
  }

  /** The tile of a galaxy. */
  public NamedTile tile(int ordinal) {
    int low = 0;
    int high = shares.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (shares.get(middle).first() <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return shares.get(low).tile();
  }

  /**
   * The galaxies of a tile, in about the order of its rows: those that need the same compressed
   * rows follow each other.
   */
  static final class Places implements AutoCloseable {

    private final Share share;
    private final DataInputStream in;
    private int read;

    Places(Share share) throws IOException {
      this.share = share;
      this.in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(share.list()), 1 << 16));
    }

    /** Some more; empty after the last. */
    List<Place> next() throws IOException {
      List<Place> places = new ArrayList<>();
      while (read < share.count() && places.size() < SORTED) {
        places.add(Place.read(share.first() + read, in));
        read++;
      }
      places.sort(Comparator.comparingDouble(Place::gridRow).thenComparingInt(Place::ordinal));
      return places;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** A tile while the catalogue is read. */
  private static final class Candidate {
    private final NamedTile tile;
    private final @Nullable Footprint footprint;
    private final String failure;
    private int count;

    Candidate(NamedTile tile, @Nullable Footprint footprint, String failure) {
      this.tile = tile;
      this.footprint = footprint;
      this.failure = failure;
    }
  }

  /** One pass over a catalogue. */
  private static final class Reading implements AutoCloseable {

    private final TileSupply supply;
    private final Sizing sizing;
    private final LeftOut leftOut;
    private final TileCache cache;
    private final Path scratch;
    private final SeenIds ids;
    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<List<String>, Integer> byFiles = new HashMap<>();
    private final Map<Integer, DataOutputStream> lists =
        new LinkedHashMap<>(OPEN_LISTS, 0.75f, true);
    private @Nullable SkyPosition anyOffTiles;

    Reading(TileSupply supply, Sizing sizing, LeftOut leftOut, TileCache cache, Path scratch)
        throws IOException {
      this.supply = supply;
      this.sizing = sizing;
      this.leftOut = leftOut;
      this.cache = cache;
      this.scratch = scratch;
      this.ids = new SeenIds(scratch);
    }

    Allotment all(Catalogue catalogue, LongConsumer progress) throws IOException {
      if (supply instanceof TileSupply.Given(List<NamedTile> tiles)) {
        for (NamedTile tile : tiles) {
          candidates.add(candidate(tile));
        }
        requireOneThatCanBeUsed();
      }
      long rows = 0;
      long excluded = 0;
      try (Catalogue.Rows all = catalogue.rows()) {
        for (Optional<CatalogueRow> row = all.next(); row.isPresent(); row = all.next()) {
          rows++;
          switch (row.get()) {
            case CatalogueRow.Galaxy galaxy -> allot(galaxy);
            case CatalogueRow.Unusable unusable ->
                leftOut.row(
                    unusable.number(),
                    "",
                    "the column %s %s.".formatted(unusable.column(), unusable.reason()));
            case CatalogueRow.Excluded _ -> excluded++;
          }
          progress.accept(rows);
        }
      }
      closeLists();
      List<Share> shares = new ArrayList<>();
      int first = 0;
      for (int i = 0; i < candidates.size(); i++) {
        Candidate candidate = candidates.get(i);
        if (candidate.footprint == null) {
          leftOut.tile(candidate.tile.name(), candidate.count, candidate.failure);
        } else if (candidate.count > 0) {
          shares.add(new Share(candidate.tile, first, candidate.count, list(i)));
          first += candidate.count;
        }
      }
      requireSome(first, rows, excluded);
      return new Allotment(shares, rows, excluded);
    }

    private Candidate candidate(NamedTile tile) {
      try {
        return new Candidate(tile, Footprint.of(tile.first(), cache), "");
      } catch (TileException e) {
        return new Candidate(tile, null, String.valueOf(e.getMessage()));
      }
    }

    private void requireOneThatCanBeUsed() throws IOException {
      if (candidates.stream().allMatch(each -> each.footprint == null)) {
        throw new IOException(candidates.getFirst().failure);
      }
    }

    private void requireSome(int galaxies, long rows, long excluded) throws IOException {
      if (galaxies > 0) {
        return;
      }
      if (rows == 0) {
        throw new IOException("The catalogue has no rows.");
      }
      if (excluded == rows) {
        throw new IOException(
            String.format(Locale.ROOT, "None of the %,d rows passes the filter --where.", rows));
      }
      SkyPosition off = anyOffTiles;
      if (off != null) {
        String place =
            candidates.stream()
                .flatMap(each -> Optional.ofNullable(each.footprint).stream())
                .findFirst()
                .map(Footprint::inWords)
                .orElse("nowhere");
        throw new IOException(
            String.format(
                Locale.ROOT,
                "None of the galaxies is on a tile: a tile's centre is %s, and the catalogue has RA"
                    + " %.4f, Dec %+.4f. Are the positions in another frame or unit?",
                place,
                off.ra(),
                off.dec()));
      }
      List<String> reasons = new ArrayList<>();
      leftOut.report(reasons::add);
      throw new IOException(
          "No galaxy of the catalogue can be used. "
              + (reasons.isEmpty() ? "" : reasons.getFirst()));
    }

    private void allot(CatalogueRow.Galaxy galaxy) throws IOException {
      long earlier = ids.firstRow(galaxy.id(), galaxy.number());
      if (earlier > 0) {
        leftOut.row(
            galaxy.number(), galaxy.id(), "the identifier is that of row %d.".formatted(earlier));
        return;
      }
      int chosen = supply instanceof TileSupply.ByRows rows ? named(galaxy, rows) : best(galaxy);
      if (chosen < 0) {
        anyOffTiles = galaxy.position();
        leftOut.row(
            galaxy.number(),
            galaxy.id(),
            String.format(
                Locale.ROOT,
                "RA %.5f, Dec %+.5f is on none of the tiles.",
                galaxy.position().ra(),
                galaxy.position().dec()));
        return;
      }
      Candidate candidate = candidates.get(chosen);
      Footprint footprint = candidate.footprint;
      if (footprint == null) {
        candidate.count++;
        return;
      }
      Optional<Sizing.Sized> sized = sizing.of(galaxy, () -> footprint.scale(galaxy.position()));
      if (sized.isEmpty()) {
        leftOut.row(galaxy.number(), galaxy.id(), "nothing says how large the galaxy is.");
        return;
      }
      candidate.count++;
      new Place(
              0,
              galaxy.number(),
              galaxy.id(),
              galaxy.position(),
              footprint.row(galaxy.position()),
              sized.get().side(),
              sized.get().suspect(),
              galaxy.kept())
          .write(output(chosen));
    }

    /** The tile that holds a galaxy farthest from its edges; the first of equals; -1 for none. */
    private int best(CatalogueRow.Galaxy galaxy) {
      int best = -1;
      double deepest = 0;
      for (int i = 0; i < candidates.size(); i++) {
        Footprint footprint = candidates.get(i).footprint;
        double depth = footprint == null ? -1 : footprint.depth(galaxy.position());
        if (depth > deepest) {
          deepest = depth;
          best = i;
        }
      }
      return best;
    }

    private int named(CatalogueRow.Galaxy galaxy, TileSupply.ByRows rows) {
      int known =
          byFiles.computeIfAbsent(
              galaxy.files(),
              files -> {
                Candidate candidate;
                try {
                  candidate = candidate(rows.tile(files, cache));
                } catch (TileException e) {
                  candidate =
                      new Candidate(
                          new NamedTile(files.getFirst(), new LinkedHashMap<>()),
                          null,
                          String.valueOf(e.getMessage()));
                }
                candidates.add(candidate);
                return candidates.size() - 1;
              });
      Footprint footprint = candidates.get(known).footprint;
      return footprint != null && footprint.depth(galaxy.position()) <= 0 ? -1 : known;
    }

    private DataOutputStream output(int tile) throws IOException {
      DataOutputStream open = lists.get(tile);
      if (open == null) {
        if (lists.size() >= OPEN_LISTS) {
          Map.Entry<Integer, DataOutputStream> eldest = lists.entrySet().iterator().next();
          eldest.getValue().close();
          lists.remove(eldest.getKey());
        }
        open =
            new DataOutputStream(
                new BufferedOutputStream(
                    Files.newOutputStream(
                        list(tile), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                    1 << 14));
        lists.put(tile, open);
      }
      return open;
    }

    private Path list(int tile) {
      return scratch.resolve("tile-" + tile);
    }

    private void closeLists() throws IOException {
      for (DataOutputStream list : lists.values()) {
        list.close();
      }
      lists.clear();
    }

    @Override
    public void close() throws IOException {
      closeLists();
      ids.close();
    }
  }
}
