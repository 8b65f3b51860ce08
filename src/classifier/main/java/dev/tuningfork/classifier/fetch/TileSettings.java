package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.tile.OpenTiles;
import dev.tuningfork.tile.TileCache;
import java.nio.file.Path;

/** How much of survey images is kept for the galaxies that are cut out of them. */
public record TileSettings(int open, long memory, Path folder) {

  public static final Section SECTION = new Section("tiles", "Survey images");

  /** How many survey images stay open. The least recently used is closed first. */
  public static final Setting<Integer> OPEN = SECTION.count("open", 16, "survey images");

  /** The most bytes of decompressed pixels that are kept for the next galaxies. */
  public static final Setting<Long> MEMORY =
      SECTION.computed(
          "memory",
          SettingType.BYTES,
          "an eighth of the heap",
          _ -> Runtime.getRuntime().maxMemory() / 8);

  /** An existing folder for gzipped survey images, which are decompressed while they are open. */
  public static final Setting<Path> FOLDER =
      SECTION.computed(
          "folder",
          SettingType.PATH,
          "the folder of temporary files",
          _ -> Path.of(System.getProperty("java.io.tmpdir")));

  public TileSettings {
    if (open < 1) {
      throw new IllegalArgumentException("open must be at least 1, not " + open + ".");
    }
    if (memory < 0) {
      throw new IllegalArgumentException("memory must be at least 0, not " + memory + ".");
    }
  }

  public static TileSettings of(SettingValues values) {
    return SECTION.check(
        () -> new TileSettings(values.get(OPEN), values.get(MEMORY), values.get(FOLDER)));
  }

  OpenTiles openTiles() {
    return new OpenTiles(open, new TileCache(memory, folder));
  }
}
