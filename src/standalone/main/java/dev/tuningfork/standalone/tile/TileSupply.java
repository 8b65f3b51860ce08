package dev.tuningfork.standalone.tile;

import dev.tuningfork.tile.Tile;
import dev.tuningfork.tile.TileCache;
import dev.tuningfork.tile.TileException;
import dev.tuningfork.tile.TileSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Where the tiles of galaxies come from: all are named beforehand, or each row names its own. */
public sealed interface TileSupply {

  /** These, and each galaxy is on the one that holds it best. */
  record Given(List<NamedTile> tiles) implements TileSupply {
    public Given {
      tiles = List.copyOf(tiles);
    }
  }

  /**
   * Each row names one file a band.
   *
   * @param bands the names of the bands in the order of the files; empty to read them from the
   *     headers
   * @param folder that relative paths are also looked for in, after the current one
   */
  record ByRows(List<String> bands, Path folder) implements TileSupply {
    public ByRows {
      bands = List.copyOf(bands);
    }

    /**
     * The tile of some files.
     *
     * @throws TileException in a sentence, where a file is missing, or its band is not known
     */
    NamedTile tile(List<String> files, TileCache cache) throws TileException {
      if (!bands.isEmpty() && bands.size() != files.size()) {
        throw new TileException(
            "There are %d bands (%s) and %d files: %s."
                .formatted(
                    bands.size(),
                    String.join(", ", bands),
                    files.size(),
                    String.join(", ", files)));
      }
      SequencedMap<String, TileSource> sources = new LinkedHashMap<>();
      Map<String, String> byBand = new HashMap<>();
      for (int i = 0; i < files.size(); i++) {
        TileSource source = TileSource.of(found(files.get(i)));
        String band = bands.isEmpty() ? filter(source, cache) : bands.get(i);
        String other = byBand.put(band, files.get(i));
        if (other != null) {
          throw new TileException(
              "The files %s and %s are both of the band %s. Name the bands with --bands."
                  .formatted(other, files.get(i), band));
        }
        sources.put(band, source);
      }
      String first = files.getFirst();
      return new NamedTile(first.substring(first.lastIndexOf('/') + 1), sources);
    }

    private Path found(String file) throws TileException {
      Path path = Path.of(file);
      Path beside = folder.resolve(file);
      if (!Files.exists(path) && !Files.exists(beside)) {
        throw new TileException("There is no image " + file + ".");
      }
      return Files.exists(path) ? path : beside;
    }

    private static String filter(TileSource source, TileCache cache) throws TileException {
      try (Tile tile = Tile.open(source, cache)) {
        if (tile.filter().isEmpty()) {
          throw new TileException(
              "The header of %s does not say its band (FILTER). Name the bands with --bands."
                  .formatted(source));
        }
        return tile.filter();
      }
    }
  }
}
