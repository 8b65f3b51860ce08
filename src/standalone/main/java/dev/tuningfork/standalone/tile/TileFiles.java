package dev.tuningfork.standalone.tile;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.tile.TileSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images that a command line names: {@code r=tile-r.fits} for a band, {@code r=tile.fits[SCI]}
 * for an HDU, {@code r=cube.fits[0;2]} for the third plane of a cube. A {@code *} stands for a part
 * of a name that differs from tile to tile, as in {@code r=bricks/*-r.fits.fz}; what it stands for
 * is the tile's name, by which the bands of a tile find each other.
 */
public final class TileFiles {

  private static final Pattern IMAGE =
      Pattern.compile("([\\p{L}\\d_.-]+)=(.+?)(?:\\[([^\\]]*)])?", Pattern.DOTALL);
  private static final int DEEPEST = 16;

  private TileFiles() {}

  /**
   * What is named for a band.
   *
   * @param pattern of the file's name
   * @param hdu what follows in brackets; null for nothing
   */
  private record Named(String argument, String pattern, @Nullable String hdu) {}

  /** Finds tiles whose masks, if they have any, are in the files of their images. */
  public static List<NamedTile> find(List<String> images) throws IOException {
    return find(images, List.of());
  }

  /**
   * Finds the tiles.
   *
   * @param images one for each band
   * @param masks at most one for each band, named in the same way
   * @throws IllegalArgumentException in a sentence, where one is written differently
   * @throws IOException in a sentence, where there is no such file, or a tile lacks a band or mask
   */
  public static List<NamedTile> find(List<String> images, List<String> masks) throws IOException {
    SortedMap<String, SequencedMap<String, TileSource>> tiles = new TreeMap<>();
    SequencedMap<String, Named> ofImages = named(images, "An image", "");
    for (Map.Entry<String, Named> image : ofImages.entrySet()) {
      Named named = image.getValue();
      for (Map.Entry<String, Path> file : matching(named.pattern).entrySet()) {
        tiles
            .computeIfAbsent(file.getKey(), _ -> new LinkedHashMap<>())
            .put(image.getKey(), source(file.getValue(), named));
      }
    }
    if (tiles.values().stream().anyMatch(bands -> bands.size() < ofImages.size())) {
      throw new IOException(incomplete(tiles, ofImages));
    }
    for (Map.Entry<String, Named> mask : named(masks, "A mask", " of a mask").entrySet()) {
      addMasks(tiles, mask.getKey(), mask.getValue());
    }
    return tiles.entrySet().stream()
        .map(tile -> new NamedTile(name(tile.getKey(), tile.getValue()), tile.getValue()))
        .toList();
  }

  private static SequencedMap<String, Named> named(
      List<String> arguments, String what, String whose) {
    SequencedMap<String, Named> named = new LinkedHashMap<>();
    for (String argument : arguments) {
      Matcher matcher = IMAGE.matcher(argument);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "%s is named with its band, as in r=tile-r.fits, not '%s'.".formatted(what, argument));
      }
      String band = matcher.group(1);
      if (named.put(band, new Named(argument, matcher.group(2), matcher.group(3))) != null) {
        throw new IllegalArgumentException("The band %s%s is named twice.".formatted(band, whose));
      }
    }
    return named;
  }

  private static void addMasks(
      SortedMap<String, SequencedMap<String, TileSource>> tiles, String band, Named mask)
      throws IOException {
    SortedMap<String, Path> files = matching(mask.pattern);
    for (Map.Entry<String, SequencedMap<String, TileSource>> tile : tiles.entrySet()) {
      TileSource image = tile.getValue().get(band);
      if (image == null) {
        throw new IllegalArgumentException(
            "There is a mask of the band %s, but no image: --image %s=…".formatted(band, band));
      }
      Path file = files.get(tile.getKey());
      if (file == null) {
        throw new IOException(
            "The tile %s has no mask of the band %s: there is no file %s."
                .formatted(tile.getKey(), band, mask.pattern.replace("*", tile.getKey())));
      }
      tile.getValue().put(band, image.withMask(file, mask.hdu));
    }
  }

  /** A single tile is called by what the names of its files begin with. */
  private static String name(String starred, SequencedMap<String, TileSource> bands) {
    if (!starred.isEmpty()) {
      return starred;
    }
    List<String> names =
        bands.sequencedValues().stream()
            .map(source -> ImageFormat.spelled(source.file().getFileName()))
            .map(ImageFormat::withoutSuffix)
            .toList();
    String common = names.getFirst();
    for (String name : names) {
      while (!name.startsWith(common)) {
        common = common.substring(0, common.length() - 1);
      }
    }
    String name = common.replaceFirst("[-_. ]+$", "");
    return name.isEmpty() ? names.getFirst() : name;
  }

  private static String incomplete(
      SortedMap<String, SequencedMap<String, TileSource>> tiles,
      SequencedMap<String, Named> images) {
    for (Map.Entry<String, SequencedMap<String, TileSource>> tile : tiles.entrySet()) {
      for (Map.Entry<String, Named> image : images.entrySet()) {
        if (!tile.getValue().containsKey(image.getKey())) {
          return "The tile %s has no image in the band %s: there is no file %s."
              .formatted(
                  tile.getKey(),
                  image.getKey(),
                  image.getValue().pattern.replace("*", tile.getKey()));
        }
      }
    }
    throw new IllegalStateException("a tile that lacks a band was seen before");
  }

  private static TileSource source(Path file, Named image) {
    String hdu = image.hdu;
    if (hdu == null) {
      return TileSource.of(file);
    }
    String[] parts = hdu.split(";", 2);
    try {
      int plane = parts.length == 1 ? 0 : Integer.parseInt(parts[1].strip());
      String name = parts[0].strip();
      return new TileSource(file, name.isEmpty() ? null : name, plane, null);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "An HDU and a plane are named as in [SCI;0], not '[%s]' in %s."
              .formatted(hdu, image.argument),
          e);
    }
  }

  /** The files by what the stars stand for. */
  private static SortedMap<String, Path> matching(String pattern) throws IOException {
    if (!pattern.contains("*")) {
      Path file = Path.of(pattern);
      if (!Files.isRegularFile(file)) {
        throw new IOException("There is no image " + pattern + ".");
      }
      return new TreeMap<>(Map.of("", file));
    }
    int beforeStar = pattern.lastIndexOf('/', pattern.indexOf('*'));
    Path folder = Path.of(beforeStar < 0 ? "" : pattern.substring(0, beforeStar + 1));
    String rest = pattern.substring(beforeStar + 1);
    if (!Files.isDirectory(folder.toAbsolutePath())) {
      throw new IOException("There is no folder " + folder + ".");
    }
    Pattern names =
        Pattern.compile(
            Stream.of(rest.split("\\*", -1))
                .map(part -> part.isEmpty() ? "" : Pattern.quote(part))
                .collect(Collectors.joining("([^/]*)")));
    int depth = (int) rest.chars().filter(c -> c == '/').count() + 1;
    SortedMap<String, Path> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder, Math.min(depth, DEEPEST))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Matcher matcher = names.matcher(folder.relativize(file).toString().replace('\\', '/'));
        if (matcher.matches() && Files.isRegularFile(file)) {
          found.put(
              IntStream.rangeClosed(1, matcher.groupCount())
                  .mapToObj(matcher::group)
                  .distinct()
                  .collect(Collectors.joining("-")),
              file);
        }
      }
    } catch (UncheckedIOException e) {
      throw new IOException(
          "The images %s cannot be looked for: a folder cannot be read (%s)."
              .formatted(pattern, e.getMessage()),
          e);
    }
    if (found.isEmpty()) {
      throw new IOException("There is no image " + pattern + ".");
    }
    return found;
  }
}
