package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.tile.OpenTiles;
import dev.tuningfork.tile.TileCache;
import java.nio.file.Path;
import java.time.Duration;

/** How much of survey images is kept for the galaxies that are cut out of them. */
public record TileSettings(
    int open, long memory, Path folder, long disk, int wholeFrom, Duration fetchTime) {

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

  /**
   * An existing folder for copies of remote survey images, and for gzipped ones, which are
   * decompressed while they are open.
   */
  public static final Setting<Path> FOLDER =
      SECTION.computed(
          "folder",
          SettingType.PATH,
          "the folder of temporary files",
          _ -> Path.of(System.getProperty("java.io.tmpdir")));

  /**
   * The most bytes of remote survey images that are kept. The least recently used is deleted first.
   */
  public static final Setting<Long> DISK = SECTION.bytes("disk", 16L << 30);

  /**
   * From how many galaxies on a remote file is fetched as a whole. The first ones fetch the parts
   * that they need.
   */
  public static final Setting<Integer> WHOLE_FROM = SECTION.count("whole-from", 4, "galaxies");

  /** How long all attempts to fetch a remote file as a whole may take. */
  public static final Setting<Duration> FETCH_TIME =
      SECTION.time("fetch-time", Duration.ofMinutes(10));

  public TileSettings {
    if (disk < 0) {
      throw new IllegalArgumentException("disk must be at least 0, not " + disk + ".");
    }
    if (wholeFrom < 1) {
      throw new IllegalArgumentException("whole-from must be at least 1, not " + wholeFrom + ".");
    }
    if (!fetchTime.isPositive()) {
      throw new IllegalArgumentException("fetch-time must be more than 0, not " + fetchTime + ".");
    }
    if (open < 1) {
      throw new IllegalArgumentException("open must be at least 1, not " + open + ".");
    }
    if (memory < 0) {
      throw new IllegalArgumentException("memory must be at least 0, not " + memory + ".");
    }
  }

  public static TileSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new TileSettings(
                values.get(OPEN),
                values.get(MEMORY),
                values.get(FOLDER),
                values.get(DISK),
                values.get(WHOLE_FROM),
                values.get(FETCH_TIME)));
  }

  OpenTiles openTiles() {
    return new OpenTiles(open, new TileCache(memory, folder));
  }
}
