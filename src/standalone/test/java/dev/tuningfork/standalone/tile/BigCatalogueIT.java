package dev.tuningfork.standalone.tile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.ColumnChoice;
import dev.tuningfork.catalogue.Condition;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import dev.tuningfork.tile.Sizing;
import dev.tuningfork.tile.TileCache;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.RandomStarTable;
import uk.ac.starlink.table.StarTableOutput;

/** A quarter of a million rows, which would not fit into the heap: they need 50 MB as objects. */
@Timeout(240)
class BigCatalogueIT {

  private static final int ROWS = 250_000;

  @TempDir Path folder;

  /** A table that is made as it is read: every row on the tile, every thousandth without a size. */
  private static final class Rows extends RandomStarTable {

    private static final ColumnInfo[] COLUMNS = {
      new ColumnInfo("id", String.class, ""),
      new ColumnInfo("ra", Double.class, ""),
      new ColumnInfo("dec", Double.class, ""),
      new ColumnInfo("radius", Double.class, ""),
      new ColumnInfo("mag", Float.class, "")
    };

    @Override
    public int getColumnCount() {
      return COLUMNS.length;
    }

    @Override
    public long getRowCount() {
      return ROWS;
    }

    @Override
    public ColumnInfo getColumnInfo(int column) {
      return COLUMNS[column];
    }

    @Override
    public Object getCell(long row, int column) {
      return switch (column) {
        case 0 -> "a-survey-with-long-identifiers-" + (1_000_000_000 + row % (ROWS - 4));
        case 1 -> 150.1 + (row % 1_000 - 500) * 1e-5;
        case 2 -> 2.2 + (row / 1_000 - 125) * 1e-5;
        case 3 -> row % 1_000 == 7 ? 0.0 : 2.0;
        default -> row % 2 == 0 ? 18f : 22f;
      };
    }
  }

  @ParameterizedTest
  @CsvSource({"csv,csv", "ecsv,ecsv", "votable,vot", "fits,fits", "parquet,parquet"})
  void isReadInASmallHeap(String format, String suffix) throws Exception {
    Path file = folder.resolve("objects." + suffix);
    try (OutputStream out = Files.newOutputStream(file)) {
      StarTableOutput stil = new StarTableOutput();
      stil.writeStarTable(new Rows(), out, stil.getHandler(format));
    }
    TilePlan plan = new TilePlan(TileLayout.PLAIN, 256, 1, 1, 0, 150.1, 2.2, 1);
    new TileWriter(plan, folder).writeTile(0);

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx40m",
                "-XX:+UseG1GC", // also on one core, where Java would choose a collector that needs
                // a larger heap
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Reader.class.getName(),
                file.toString(),
                folder.resolve("tile-r.fits").toString(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();

    // half of the rows are excluded; of the others 250 have no size, as many as are odd
    assertThat(Files.readString(folder.resolve("log")))
        .contains("rows 250000, excluded 124750, galaxies 124998, left out 252");
  }

  /** The process that reads. */
  static final class Reader {

    private Reader() {}

    public static void main(String[] arguments) throws Exception {
      Path scratch = Files.createTempDirectory(Path.of(arguments[2]), "scratch");
      try (Catalogue catalogue =
              Catalogue.open(
                  Path.of(arguments[0]),
                  ColumnChoice.NONE,
                  List.of(),
                  List.of(),
                  Optional.of(Condition.parse("mag < 20 or radius = 0")));
          LeftOut leftOut = new LeftOut(scratch.resolve("left-out.csv"))) {
        Allotment allotment =
            Allotment.of(
                catalogue,
                new TileSupply.Given(TileFiles.find(List.of("r=" + arguments[1]))),
                new Sizing(OptionalDouble.empty(), OptionalDouble.empty(), null),
                leftOut,
                new TileCache(1 << 20, scratch),
                scratch,
                _ -> {});
        System.out.printf(
            "rows %d, excluded %d, galaxies %d, left out %d%n",
            allotment.rows(), allotment.excluded(), allotment.size(), leftOut.count());
      }
    }
  }
}
