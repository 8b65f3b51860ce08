package dev.tuningfork.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.RowListStarTable;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StarTableOutput;

class CatalogueTest {

  private static final String CSV =
      """
      objid,RA,Dec,petroR90_r,mag_r
      0001,150.1,-2.5,3.5,17.5
      98765432109876543210,10.25,89,12,18.5
      """;

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<CatalogueRow> rows(Path file, ColumnChoice choice, String where)
      throws IOException {
    List<CatalogueRow> rows = new ArrayList<>();
    try (Catalogue catalogue =
            Catalogue.open(
                file,
                choice,
                List.of("petror90_r"),
                List.of("mag_r"),
                where.isEmpty() ? Optional.empty() : Optional.of(Condition.parse(where)));
        Catalogue.Rows all = catalogue.rows()) {
      for (var row = all.next(); row.isPresent(); row = all.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  private static List<CatalogueRow> rows(Path file) throws IOException {
    return rows(file, ColumnChoice.NONE, "");
  }

  private static CatalogueRow.Galaxy galaxy(CatalogueRow row) {
    assertThat(row).isInstanceOf(CatalogueRow.Galaxy.class);
    return (CatalogueRow.Galaxy) row;
  }

  @Test
  void usualNamesAreFoundAndIdentifiersAreKeptAsTheyAreWritten() throws Exception {
    List<CatalogueRow> rows = rows(write("objects.csv", CSV));

    assertThat(rows).hasSize(2);
    CatalogueRow.Galaxy first = galaxy(rows.getFirst());
    assertThat(first.number()).isEqualTo(1);
    assertThat(first.id()).isEqualTo("0001");
    assertThat(first.position().ra()).isEqualTo(150.1);
    assertThat(first.position().dec()).isEqualTo(-2.5);
    assertThat(first.radii())
        .isEqualTo(Map.of("petror90_r", new Extent(3.5, Extent.Unit.ARCSECONDS)));
    assertThat(first.kept()).containsExactly("17.5");
    assertThat(galaxy(rows.get(1)).id()).isEqualTo("98765432109876543210");
  }

  @Test
  void aGzippedTableIsReadLikeAPlainOne() throws Exception {
    Path file = folder.resolve("objects.csv.gz");
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      out.write(CSV);
    }
    assertThat(rows(file)).isEqualTo(rows(write("objects.csv", CSV)));
  }

  private Path table(String format, String name) throws IOException {
    ColumnInfo id = new ColumnInfo("source", Long.class, "");
    id.setUCD("meta.id;meta.main");
    ColumnInfo other = new ColumnInfo("ra", Double.class, "of another catalogue");
    ColumnInfo ra = new ColumnInfo("alpha", Double.class, "");
    ra.setUCD("pos.eq.ra;meta.main");
    ra.setUnitString("rad");
    ColumnInfo dec = new ColumnInfo("delta", Double.class, "");
    dec.setUCD("pos.eq.dec;meta.main");
    dec.setUnitString("arcsec");
    ColumnInfo radius = new ColumnInfo("petroR90_r", Double.class, "");
    radius.setUnitString("arcmin");
    RowListStarTable table = new RowListStarTable(new ColumnInfo[] {id, other, ra, dec, radius});
    table.addRow(new Object[] {1237648720693755918L, 1.0, Math.PI / 2, 3600.0, 0.5});
    table.addRow(new Object[] {1237648720693755919L, 1.0, Double.NaN, 3600.0, 0.5});
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      StarTableOutput stil = new StarTableOutput();
      stil.writeStarTable((StarTable) table, out, stil.getHandler(format));
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({"fits, objects.fits", "votable, objects.vot", "ecsv, objects.ecsv"})
  void ucdsGoBeforeNamesAndUnitsAreHonoured(String format, String name) throws Exception {
    List<CatalogueRow> rows = rows(table(format, name));

    CatalogueRow.Galaxy galaxy = galaxy(rows.getFirst());
    assertThat(galaxy.id()).isEqualTo("1237648720693755918");
    assertThat(galaxy.position().ra()).isCloseTo(90, within(1e-9));
    assertThat(galaxy.position().dec()).isCloseTo(1, within(1e-9));
    assertThat(galaxy.radii().get("petror90_r").value()).isCloseTo(30, within(1e-9));
    assertThat(rows.get(1)).isEqualTo(new CatalogueRow.Unusable(2, "alpha", "is empty"));
  }

  @Test
  void columnsAreNamedWithTheirUnits() throws Exception {
    Path file = write("objects.csv", "brick,n,h,d,size\n330,7,12:30:00,-00:30:00,9\n");
    ColumnChoice choice =
        ColumnChoice.parse("id=brick+n, ra=h[hourangle], dec=d, radius=size[pixel]");

    CatalogueRow.Galaxy galaxy = galaxy(rows(file, choice, "").getFirst());

    assertThat(galaxy.id()).isEqualTo("330-7");
    assertThat(galaxy.position().ra()).isCloseTo(187.5, within(1e-9));
    assertThat(galaxy.position().dec()).isCloseTo(-0.5, within(1e-9));
    assertThat(galaxy.radii()).isEqualTo(Map.of("radius", new Extent(9, Extent.Unit.PIXELS)));
  }

  @Test
  void aRadiusThatIsNamedGoesBeforeThoseThatAreFound() throws Exception {
    CatalogueRow.Galaxy galaxy =
        galaxy(rows(write("objects.csv", CSV), ColumnChoice.parse("radius=mag_r"), "").getFirst());

    assertThat(galaxy.radii())
        .isEqualTo(Map.of("radius", new Extent(17.5, Extent.Unit.ARCSECONDS)));
  }

  @Test
  void galacticPositionsAreConverted() throws Exception {
    // the galactic centre, and the star Vega (SIMBAD)
    List<CatalogueRow> rows =
        rows(write("objects.csv", "id,glon,glat\n1,0,0\n2,67.448215,19.237265\n"));

    assertThat(galaxy(rows.get(0)).position().ra()).isCloseTo(266.40499, within(1e-4));
    assertThat(galaxy(rows.get(0)).position().dec()).isCloseTo(-28.93617, within(1e-4));
    assertThat(galaxy(rows.get(1)).position().ra()).isCloseTo(279.23473, within(1e-4));
    assertThat(galaxy(rows.get(1)).position().dec()).isCloseTo(38.78369, within(1e-4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1,nan,2,3 | ra | is empty",
        "1,,2,3 | ra | is empty",
        "1,abc,2,3 | ra | is 'abc', which is not a number",
        "1,-999,2,3 | ra | is '-999', which is not a longitude",
        "1,inf,2,3 | ra | is 'inf', which is not a number",
        "1,10,-99,3 | dec | is '-99', which is beyond the poles",
        "1,10,2,0 | radius | is '0', and a size is more than 0",
        "1,10,2,-4 | radius | is '-4', and a size is more than 0",
        "1,10,2,-- | radius | is empty",
        ",10,2,3 | id | is empty",
      })
  void aRowThatCannotBeUsedIsNamedWithItsColumnAndTheOthersGoOn(
      String row, String column, String reason) throws Exception {
    Path file = write("objects.csv", "id,ra,dec,radius\n" + row + "\n2,20,3,4\n");

    List<CatalogueRow> rows = rows(file);

    assertThat(rows.getFirst()).isEqualTo(new CatalogueRow.Unusable(1, column, reason));
    assertThat(galaxy(rows.get(1)).id()).isEqualTo("2");
  }

  @Test
  void aFilterExcludesRowsWithoutCallingThemWrong() throws Exception {
    Path file = write("objects.csv", CSV + "3,nan,3,3,19\n");

    List<CatalogueRow> rows = rows(file, ColumnChoice.NONE, "mag_r < 18");

    assertThat(rows.get(0)).isInstanceOf(CatalogueRow.Galaxy.class);
    assertThat(rows.get(1)).isEqualTo(new CatalogueRow.Excluded(2));
    assertThat(rows.get(2)).isEqualTo(new CatalogueRow.Excluded(3));
  }

  @Test
  void cutanasListIsReadAsItIs() throws Exception {
    Path file =
        write(
            "list.csv",
            """
            SourceID,RA,Dec,diameter_pixel,fits_file_paths
            TILE_1,45.123,12.456,128,"['/path/to/tile_vis.fits', '/path/to/tile_nir.fits']"
            TILE_2,45.124,12.457,256,"[""/path/to/tile_vis.fits"",""/path/to/tile_nir.fits""]"
            """);

    List<CatalogueRow> rows = rows(file);

    for (CatalogueRow row : rows) {
      assertThat(galaxy(row).files())
          .containsExactly("/path/to/tile_vis.fits", "/path/to/tile_nir.fits");
    }
    assertThat(galaxy(rows.getFirst()).id()).isEqualTo("TILE_1");
    assertThat(galaxy(rows.getFirst()).width()).contains(new Extent(128, Extent.Unit.PIXELS));
  }

  @Test
  void withoutIdentifiersTheRowsNumberIsOne() throws Exception {
    assertThat(galaxy(rows(write("objects.csv", "ra,dec\n1,2\n")).getFirst()).id()).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,b\n1,2\n"})
  void aTableWithoutPositionsIsRefusedWithItsColumns(String text) throws Exception {
    assertThatThrownBy(() -> rows(write("objects.csv", text)))
        .isInstanceOf(CatalogueException.class)
        .hasMessageContaining("objects.csv");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ra=nowhere | There is no column nowhere",
        "ra=RA[furlong] | is in 'furlong', which is not a unit of angle",
        "ra=RA[pixel] | is in 'pixel', which is not a unit of angle",
        "petro=RA | Columns have the uses",
      })
  void aColumnThatIsNamedWronglyIsRefused(String columns, String sentence) throws Exception {
    assertThatThrownBy(() -> rows(write("objects.csv", CSV), ColumnChoice.parse(columns), ""))
        .isInstanceOf(CatalogueException.class)
        .hasMessageContaining(sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ra", "ra=", "=x", "ra=a+b", "ra=a,ra=b"})
  void aChoiceThatIsWrittenDifferentlyIsRefused(String columns) {
    assertThatThrownBy(() -> ColumnChoice.parse(columns))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFilterOnAColumnThatIsNotThereIsRefused() throws Exception {
    assertThatThrownBy(() -> rows(write("objects.csv", CSV), ColumnChoice.NONE, "mag_z < 18"))
        .hasMessageContaining("There is no column mag_z");
  }

  @Test
  void whatIsNoTableIsRefusedByName() throws Exception {
    assertThatThrownBy(() -> rows(folder.resolve("none.csv"))).hasMessageContaining("none.csv");
    assertThatThrownBy(() -> rows(write("noise.fits", "nothing of the kind")))
        .isInstanceOf(CatalogueException.class)
        .hasMessageContaining("noise.fits");
  }

  @Test
  void positionsOfAnotherEquinoxAreRefused() throws Exception {
    Path file =
        write(
            "old.vot",
            """
            <?xml version="1.0"?>
            <VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>
            <COOSYS ID="old" system="eq_FK4" equinox="B1950"/>
            <TABLE>
            <FIELD name="ra" ucd="pos.eq.ra;meta.main" ref="old" datatype="double" unit="deg"/>
            <FIELD name="dec" ucd="pos.eq.dec;meta.main" ref="old" datatype="double" unit="deg"/>
            <DATA><TABLEDATA><TR><TD>1</TD><TD>2</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>
            """);
    assertThatThrownBy(() -> rows(file))
        .isInstanceOf(CatalogueException.class)
        .hasMessageContaining("eq_FK4", "B1950");
  }
}
