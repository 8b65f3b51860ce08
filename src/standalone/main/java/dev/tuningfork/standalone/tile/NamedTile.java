package dev.tuningfork.standalone.tile;

import dev.tuningfork.tile.TileSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * One part of the sky in some bands.
 *
 * @param name what tells it from the others, such as a brick's name
 * @param bands where the image of each band is, by the band's name; the grid of the first counts
 */
public record NamedTile(String name, SequencedMap<String, TileSource> bands) {

  public NamedTile {
    bands = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(bands));
  }

  /** The image whose grid counts. */
  public TileSource first() {
    return bands.firstEntry().getValue();
  }
}
