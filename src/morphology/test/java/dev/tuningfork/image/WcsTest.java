package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Scales and positions are those that astropy's {@code WCS} gives for the same headers. */
class WcsTest {

  /** Pixels, as the project promises. */
  private static final double CLOSE = 0.01;

  private static final String REFERENCE = "CRPIX1=3. CRPIX2=40. CRVAL1=150.25 CRVAL2=2.5 ";

  private static byte[] bytes(String cards) {
    Map<String, Object> header = new HashMap<>();
    for (String card : cards.split(" ")) {
      String value = card.substring(card.indexOf('=') + 1);
      boolean number = value.matches("[-+.0-9e]+") && value.matches(".*[.e].*");
      boolean whole = value.matches("[0-9]+");
      header.put(
          card.substring(0, card.indexOf('=')),
          number
              ? (Object) Double.parseDouble(value)
              : whole ? (Object) Integer.parseInt(value) : value);
    }
    return FitsFiles.file(FitsFiles.hdu(new float[24][32], header));
  }

  private static ImageFacts facts(String cards) throws ImageException {
    byte[] bytes = bytes(cards);
    return new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
        .open(bytes, ImageDescription.NONE)
        .facts();
  }

  @ParameterizedTest
  @CsvSource({
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_2=1e-4 CD2_1=1e-4,"
        + " 0.36, 150.2472473772862, 2.5013499971167907",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-4 CDELT2=1e-4 PC1_2=0.5 PC2_1=-0.5,"
        + " 0.4024922359499623, 150.25002502375182, 2.496575000003854",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 CROTA2=30.,"
        + " 3.6, 150.25206057030547, 2.469434302700539",
    "CTYPE1=GLON-TAN CTYPE2=GLAT-TAN CDELT1=-1e-3 CDELT2=1e-3,"
        + " 3.6, 64.2170060697187, 54.07259557453454",
    "CTYPE1=ELON-TAN CTYPE2=ELAT-TAN CDELT1=-1e-3 CDELT2=1e-3," + " 3.6, 153.21146, 13.70135",
    "CTYPE1=RA---TAN-SIP CTYPE2=DEC--TAN-SIP CD1_1=-1e-4 CD2_2=1e-4 A_ORDER=2 B_ORDER=2"
        + " A_2_0=1e-3 B_1_1=2e-3, 0.36, 150.24863047446004, 2.4971757492898354",
    "CTYPE1=GLAT-TAN CTYPE2=GLON-TAN CDELT1=1e-3 CDELT2=-1e-3 CRVAL1=2.5 CRVAL2=150.25,"
        + " 3.6, 64.31581426160999, 54.073477169787544",
    "CTYPE1=DEC--TAN CTYPE2=RA---TAN CUNIT1=arcsec CUNIT2=arcsec CDELT1=0.26 CDELT2=-0.26"
        + " CRVAL1=9e3 CRVAL2=540.9e3, 0.26, 150.25198800472594, 2.500974998496373",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CUNIT1=arcmin CUNIT2=arcmin CDELT1=-0.01 CDELT2=0.01"
        + " CRVAL1=9015. CRVAL2=150., 0.6, 150.24774786432542, 2.495416664751121",
    "CTYPE1=RA---SIN CTYPE2=DEC--SIN CUNIT1=rad CUNIT2=rad CDELT1=-1e-5 CDELT2=1e-5 CRVAL1=2.6"
        + " CRVAL2=0.05, 2.0626480624709633, 148.96128223129472, 2.8490326099626215",
    "CTYPE1=RA---CAR CTYPE2=DEC--CAR CDELT1=-1e-3 CDELT2=1e-3 CRPIX2=-59988. CRVAL2=0.,"
        + " 2.5455844, 150.2365, 60.0005",
    "CTYPE1=RA---STG CTYPE2=DEC--STG CDELT1=-1e-2 CDELT2=1e-2 CRVAL1=0.1 CRVAL2=-89.9,"
        + " 36, 217.74756575479265, -89.77898039598934",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 RADESYS=ICRS EQUINOX=1950.,"
        + " 3.6, 150.23648742216702, 2.4724999334367936",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 RADESYS=ICRS EQUINOX=2015.5,"
        + " 3.6, 150.23648742216702, 2.4724999334367936",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 RADECSYS=ICRS EQUINOX=1950.,"
        + " 3.6, 150.23648742216702, 2.4724999334367936",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 RADECSYS=FK5 EQUINOX=1975.,"
        + " 3.6, 150.55964213942633, 2.351483656750802",
    "CTYPE1=RA---TAN-SIP CTYPE2=DEC--TAN-SIP CD1_1=-1e-4 CD2_2=1e-4,"
        + " 0.36, 150.24864871670698, 2.497249999308491",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=-1e-4 CD2_2=1e-4 CDELT1=7. CDELT2=7.,"
        + " 0.36, 150.24864871670698, 2.497249999308491",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 PC1_1=0.8 PC1_2=0.6 PC2_1=-0.6"
        + " PC2_2=0.8 CROTA2=30., 3.6, 150.25570529942402, 2.469899990539183",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 LONPOLE=150. LATPOLE=45.,"
        + " 3.6, 150.25206057030547, 2.469434302700539",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 PV1_1=0. PV1_2=90. PV1_3=170.,"
        + " 3.6, 150.24147249502465, 2.470573511651713",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 WCSAXES=3 CTYPE3=FREQ,"
        + " 3.6, 150.23648742216702, 2.4724999334367936",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-0.36 CDELT2=0.36 CUNIT1=arcsec CUNIT2=arcsec"
        + " CRVAL1=540900. CRVAL2=9000., 0.36, 150.24864871670698, 2.497249999308491",
  })
  void scaleAndCentreAreThoseOfAstropy(String cards, double scale, Double ra, Double dec)
      throws Exception {
    ImageFacts facts = facts(REFERENCE + cards);

    assertThat(facts.pixelScale()).isCloseTo(scale, within(scale * 1e-4));
    assertThat(facts.centre()).isNotNull();
    if (ra != null) {
      assertThat(facts.centre().ra()).isCloseTo(ra, within(5e-5));
      assertThat(facts.centre().dec()).isCloseTo(dec, within(5e-5));
    }
  }

  @Test
  void anAbsentDiagonalOfCdIsZeroAndOfPcIsOne() throws Exception {
    String axes = "CTYPE1=RA---TAN CTYPE2=DEC--TAN ";

    assertThat(facts(axes + "CD1_2=1e-4 CD2_1=1e-4 CDELT1=1. CDELT2=1.").pixelScale())
        .isCloseTo(0.36, within(1e-9));
    assertThat(facts(axes + "CDELT1=1e-4 CDELT2=1e-4 PC1_2=1. PC2_1=-1.").pixelScale())
        .isCloseTo(0.36 * Math.sqrt(2), within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    "degree, 3.6",
    "degs, 3.6",
    "Degrees, 3.6",
    "arcminute, 0.06",
    "amin, 0.06",
    "arcseconds, 0.001",
    "asec, 0.001",
    "marcsec, 1e-6",
    "uarcsec, 1e-9",
    "radian, 206.26480624709637",
    "hourangle, 54",
    "hours, 54"
  })
  void unitsAreKnownByTheirOtherNames(String unit, double scale) throws Exception {
    ImageFacts facts =
        facts(
            REFERENCE
                + "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 CUNIT1=%s CUNIT2=%s"
                    .formatted(unit, unit));

    assertThat(facts.pixelScale()).isCloseTo(scale, within(scale * 1e-9));
  }

  @Test
  void anUnknownUnitIsNotTakenForDegrees() throws Exception {
    ImageFacts facts =
        facts(
            REFERENCE
                + "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 CUNIT1=um CUNIT2=deg");

    assertThat(facts.pixelScale()).isNull();
    assertThat(facts.centre()).isNull();
  }

  @Test
  void epochIsTheEquinoxOfOldFiles() throws Exception {
    String cards =
        REFERENCE + "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-3 CDELT2=1e-3 EPOCH=1950.";

    assertThat(facts(cards).centre()).isNull();
    assertThat(facts(cards).pixelScale()).isCloseTo(3.6, within(1e-9));
    assertThat(facts(cards + " EQUINOX=2000.").centre()).isNotNull();
    assertThat(facts(cards + " RADESYS=ICRS").centre()).isNotNull();
  }

  @Test
  void whatTheHeaderDoesNotSayIsNotMadeUp() throws Exception {
    String axes = "CTYPE1=RA---TAN CTYPE2=DEC--TAN ";

    assertThat(facts(axes + "CRVAL1=150. CRVAL2=2.").pixelScale()).isNull();
    assertThat(facts("CDELT1=1e-4 CDELT2=1e-4").pixelScale()).isNull();
    assertThat(facts(axes + "CDELT1=1e-4 CDELT2=1e-4").centre()).isNull();
    assertThat(facts(axes + REFERENCE + "CDELT1=1e-4 CDELT2=1e-4 EQUINOX=1950.").centre()).isNull();
    assertThat(
            facts(REFERENCE + "CTYPE1=RA---XYZ CTYPE2=DEC--XYZ CDELT1=1e-4 CDELT2=1e-4").centre())
        .isNull();
  }

  static Stream<JsonNode> headersOfSurveys() throws IOException {
    try (InputStream in = WcsTest.class.getResourceAsStream("wcs-points.jsonl")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .map(
                  line -> {
                    try {
                      return new JsonMapper().readTree(line);
                    } catch (JsonProcessingException e) {
                      throw new UncheckedIOException(e);
                    }
                  })
              .toList()
              .stream();
    }
  }

  /** The greatest distance from where astropy sees a point, in pixels, both ways. */
  static double worst(JsonNode header) throws ImageException {
    Wcs wcs = wcs(header);
    double worst = 0;
    for (JsonNode point : header.path("points")) {
      double x = point.get(0).asDouble();
      double y = point.get(1).asDouble();
      SkyPosition sky = new SkyPosition(point.get(2).asDouble(), point.get(3).asDouble());
      PixelPosition at = wcs.toPixel(sky);
      PixelPosition back = wcs.toPixel(wcs.toSky(x, y));
      SkyPosition there = wcs.toSky(x, y);
      double east =
          Math.IEEEremainder(there.ra() - sky.ra(), 360) * Math.cos(Math.toRadians(sky.dec()));
      double north = there.dec() - sky.dec();
      worst =
          Stream.of(
                  worst,
                  Math.hypot(at.x() - x, at.y() - y),
                  Math.hypot(back.x() - x, back.y() - y),
                  3600 * Math.hypot(east, north) / wcs.at(x, y).pixelScale())
              .max(Double::compare)
              .orElseThrow();
    }
    return worst;
  }

  private static Wcs wcs(JsonNode header) throws ImageException {
    var cards = new StringBuilder();
    List<String> all = new ArrayList<>();
    header.path("cards").forEach(card -> all.add(card.asText()));
    if (all.stream().noneMatch(card -> card.startsWith("NAXIS1 "))) {
      all.removeIf(card -> card.startsWith("NAXIS"));
      all.add("NAXIS   =                    2");
      all.add("NAXIS1  = %20d".formatted(header.path("width").asInt()));
      all.add("NAXIS2  = %20d".formatted(header.path("height").asInt()));
    }
    all.removeIf(card -> card.startsWith("BITPIX") || card.startsWith("XTENSION"));
    all.addFirst("BITPIX  =                    8");
    all.addFirst("SIMPLE  =                    T");
    all.add("END");
    all.forEach(card -> cards.append("%-80s".formatted(card)));
    while (cards.length() % 2880 != 0) {
      cards.append(' ');
    }
    byte[] bytes = cards.toString().getBytes(StandardCharsets.US_ASCII);
    Wcs wcs = FitsHdu.at(MemorySegment.ofArray(bytes), 0, 0).wcs();
    assertThat(wcs.problem()).isNull();
    return wcs;
  }

  @ParameterizedTest
  @MethodSource("headersOfSurveys")
  void positionsAreThoseOfAstropy(JsonNode header) throws Exception {
    assertThat(header.path("points").size()).isGreaterThan(90);
    assertThat(worst(header)).as(header.path("name").asText()).isLessThan(CLOSE);
  }

  @ParameterizedTest
  @CsvSource({
    "CTYPE1=RA---HPX CTYPE2=DEC--HPX CD1_1=-1e-4 CD2_2=1e-4, projection HPX",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=-1e-4 CD2_2=1e-4 RADESYS=FK4, RA FK4",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=-1e-4 CD2_2=1e-4 EQUINOX=1950., RA FK4",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN, no scale",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=1e-4 CD2_2=0., cannot be inverted",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=-1e-4 CD2_2=1e-4 CPDIS1=LOOKUP, distortion table",
  })
  void whatIsNotSupportedIsRefusedByName(String cards, String named) throws Exception {
    byte[] bytes = bytes(REFERENCE + cards);
    Wcs wcs = FitsHdu.at(MemorySegment.ofArray(bytes), 0, 0).wcs();

    assertThat(wcs.problem()).contains(named);
    assertThat(wcs.toPixel(new SkyPosition(150, 2))).isNull();
    assertThat(wcs.toSky(1, 1)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=-1e-4 CDELT2=1e-4 CROTA2=0., 0, false",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CDELT1=1e-4 CDELT2=1e-4 CROTA2=0., 0, true",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=-1e-4 CD2_2=-1e-4, 180, true",
    "CTYPE1=RA---TAN CTYPE2=DEC--TAN CD1_1=0. CD1_2=1e-4 CD2_1=1e-4 CD2_2=0., 90, false",
  })
  void theLocalGridSaysScaleAndOrientation(String cards, double orientation, boolean mirrored)
      throws Exception {
    byte[] bytes = bytes("CRPIX1=16. CRPIX2=12. CRVAL1=150. CRVAL2=0. " + cards);
    LocalGrid grid = FitsHdu.at(MemorySegment.ofArray(bytes), 0, 0).wcs().at(15, 11);

    assertThat(grid.pixelScale()).isCloseTo(0.36, within(1e-6));
    assertThat(Math.abs(Math.IEEEremainder(grid.orientation() - orientation, 360)))
        .isLessThan(1e-3);
    assertThat(grid.mirrored()).isEqualTo(mirrored);
  }
}
