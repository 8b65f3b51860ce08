package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pixels of FITS files equal astropy's, bit by bit: those of files that astropy makes in every
 * way it knows, of its own tests, of fitsio's where that is installed too, and of the folders that
 * the property {@code tuningfork.fits} names, with a path's separator between them: such as {@code
 * src/test/resources} of nom-tam-fits. It needs a Python that has astropy, which {@code
 * TUNING_FORK_PYTHON} names, and prints how many files and images it compared.
 */
class AstropyIT {

  private static final ImageLimits LIMITS = ImageLimits.DEFAULT;

  /** As many points as positions are promised for, over the headers of surveys. */
  private static final int POINTS = 5_000;

  @Test
  void positionsEqualAstropys(@TempDir Path folder) throws Exception {
    Path points = folder.resolve("points.jsonl");
    run(
        folder,
        List.of(
            python(), script(folder, "astropy_wcs.py"), points.toString(), String.valueOf(POINTS)));
    List<String> headers = Files.readAllLines(points);
    for (String line : headers) {
      JsonNode header = new JsonMapper().readTree(line);
      assertThat(header.path("points")).hasSize(POINTS);
      assertThat(WcsTest.worst(header)).as(header.path("name").asText()).isLessThan(0.01);
    }
    assertThat(headers.size() * POINTS).isGreaterThanOrEqualTo(100_000);
  }

  private static String python() {
    String python = System.getenv("TUNING_FORK_PYTHON");
    assumeTrue(python != null, "TUNING_FORK_PYTHON names no Python that has astropy");
    return python;
  }

  private static void run(Path folder, List<String> command) throws Exception {
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.print(printed);
    assumeTrue(
        !Files.readString(errors).contains("ModuleNotFoundError"),
        () -> "The Python of TUNING_FORK_PYTHON has no astropy");
    assertThat(process.waitFor()).as(printed + Files.readString(errors)).isZero();
  }

  /** How many files and images of one origin there are. */
  private static final class Count {
    private int files;
    private int images;
    private int equal;
    private int withoutImage;
    private int refusedByAstropy;
    private int refusedByBoth;

    @Override
    public String toString() {
      return ("%d files, of which %d have no such image and astropy refuses %d (%d refused here"
              + " too); %d images, of which %d are equal")
          .formatted(files, withoutImage, refusedByAstropy, refusedByBoth, images, equal);
    }
  }

  @Test
  void pixelsEqualAstropys(@TempDir Path folder) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(python(), script(folder, "astropy_pixels.py"), folder.toString()));
    List<String> folders = folders();
    command.addAll(folders);
    if (folders.stream().noneMatch(named -> named.contains("nom"))) {
      System.out.println(
          "The files of nom-tam-fits' tests are left out: -Dtuningfork.fits names no folder with"
              + " them.");
    }
    run(folder, command);

    Map<String, Count> counts = new LinkedHashMap<>();
    List<String> differing = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("manifest.jsonl"))) {
      JsonNode said = new JsonMapper().readTree(line);
      Count count = counts.computeIfAbsent(said.path("origin").asText(), _ -> new Count());
      if (said.has("pixels")) {
        String difference = difference(said);
        count.images++;
        if (difference.isEmpty()) {
          count.equal++;
        } else {
          differing.add(difference);
        }
      } else {
        count.files++;
        boolean refused = said.has("refused");
        count.withoutImage += !refused && said.path("images").asInt() == 0 ? 1 : 0;
        count.refusedByAstropy += refused ? 1 : 0;
        count.refusedByBoth += refused && !opens(Path.of(said.path("file").asText())) ? 1 : 0;
      }
    }
    counts.forEach((origin, count) -> System.out.println(origin + ": " + count + "."));

    assertThat(differing).as("%s", counts).isEmpty();
    assertThat(counts.values().stream().mapToInt(count -> count.images).sum()).isGreaterThan(1000);
  }

  private static List<String> folders() {
    return Stream.of("tuningfork.fits", "tuningfork.data", "tuningfork.cases")
        .flatMap(property -> Stream.of(System.getProperty(property, "").split(File.pathSeparator)))
        .filter(named -> !named.isBlank() && Files.isDirectory(Path.of(named)))
        .toList();
  }

  /** Whether a file that astropy refuses is read here. */
  private static boolean opens(Path path) throws IOException {
    try {
      var description = new ImageDescription(null, null, List.of(), null);
      new ImageDecoder(LIMITS, new ImageIoJpeg(), DecodingMemory.SHARED)
          .open(Files.readAllBytes(path), description);
      return true;
    } catch (ImageException e) {
      return false;
    }
  }

  private static String script(Path folder, String name) throws IOException {
    try (var in = AstropyIT.class.getResourceAsStream(name)) {
      return Files.write(folder.resolve(name), in.readAllBytes()).toString();
    }
  }

  /** How an image differs from what astropy reads; empty where it does not. */
  static String difference(JsonNode said) throws IOException {
    Path path = Path.of(said.path("file").asText());
    String hdu = said.path("hdu").asText();
    String of = path.getFileName() + " HDU " + hdu + ": ";
    int width = said.path("shape").path(0).asInt();
    int height = said.path("shape").path(1).asInt();
    ByteBuffer due = ByteBuffer.wrap(Files.readAllBytes(Path.of(said.path("pixels").asText())));
    FitsPixels pixels;
    MemorySegment bytes;
    try {
      var description = new ImageDescription(hdu, null, List.of(), null);
      FitsFile file =
          (FitsFile)
              new ImageDecoder(LIMITS, new ImageIoJpeg(), DecodingMemory.SHARED)
                  .open(Files.readAllBytes(path), description);
      if (file.width() != width || file.height() != height) {
        return of + "%d×%d pixels".formatted(file.width(), file.height());
      }
      pixels = FitsPixels.of(file.file(), file.hdu(), width, height);
      bytes = file.file(); // inflated, if it was gzipped
    } catch (ImageException e) {
      return of + e.getMessage();
    }
    String ofTile = differenceOfTile(bytes, hdu, due.duplicate(), said);
    if (!ofTile.isEmpty()) {
      return of + ofTile;
    }
    int differing = 0;
    String first = "";
    for (int i = 0; due.hasRemaining(); i++) {
      double expected = due.getDouble();
      double read = pixels.flux(i / (width * height), i % (width * height) / width, i % width);
      double given = said.path("single").asBoolean() ? (float) read : read;
      boolean same =
          said.path("rounded").asBoolean()
              ? Math.abs(given - expected) <= 4e-7 * Math.abs(expected)
                  || Double.isNaN(given) && Double.isNaN(expected)
              : Double.compare(given + 0.0, expected + 0.0) == 0;
      if (!same && differing++ == 0) {
        first = " pixel %d is %s and should be %s".formatted(i, given, expected);
      }
    }
    return differing == 0 ? "" : of + differing + " of " + due.limit() / 8 + " differ:" + first;
  }

  /** The same for the pixels as tiles are read, piece by piece and in single precision. */
  private static String differenceOfTile(
      MemorySegment file, String hdu, ByteBuffer due, JsonNode said) {
    int width = said.path("shape").path(0).asInt();
    int height = said.path("shape").path(1).asInt();
    for (int plane = 0; due.hasRemaining(); plane++) {
      try {
        FitsImage image = FitsImage.open(file, FileParts.ALL, hdu, plane, "").image();
        for (int y = 0; y < height; y++) {
          float[] row = row(image, y, width);
          for (int x = 0; x < width; x++) {
            float expected = (float) due.getDouble();
            boolean same =
                said.path("rounded").asBoolean()
                    ? Math.abs(row[x] - expected) <= 4e-7 * Math.abs(expected)
                        || Float.isNaN(row[x]) && Float.isNaN(expected)
                    : Float.compare(row[x] + 0f, expected + 0f) == 0;
            if (!same) {
              return "as a tile, (%d, %d) of plane %d is %s and should be %s"
                  .formatted(x, y, plane, row[x], expected);
            }
          }
        }
      } catch (ImageException e) {
        return "as a tile: " + e.getMessage();
      }
    }
    return "";
  }

  private static float[] row(FitsImage image, int y, int width) throws ImageException {
    float[] row = new float[width];
    if (!image.isCompressed()) {
      image.read(0, y, width, 1, row, 0, width);
      return row;
    }
    for (int x = 0; x < width; ) {
      FitsImage.Piece piece = image.piece(x, y);
      System.arraycopy(
          piece.values(), (y - piece.y()) * piece.width(), row, piece.x(), piece.width());
      x = piece.x() + piece.width();
    }
    return row;
  }
}
