package dev.tuningfork.classifier.message;

import static dev.tuningfork.classifier.message.GalaxyImageReference.require;
import static dev.tuningfork.classifier.message.GalaxyImageReference.requireText;
import static dev.tuningfork.classifier.message.GalaxyImageReference.requireUri;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A survey image and its galaxies: each of them is classified. The galaxies are in the message
 * itself or in a catalogue. Its schema is the resource {@code survey-image-reference.schema.json}
 * beside this class.
 *
 * @param surveyImageId the survey's identifier of the image, such as a tile's or a brick's name;
 *     also the key of every message about it
 * @param bands its files, one a band; the grid of the first counts
 * @param galaxies its galaxies; empty where there is a catalogue
 * @param catalogue where they are listed; null where the message lists them
 * @param recipe how pictures are made from the flux, such as {@code sdss-gri}; absent: as the model
 *     learnt it
 * @param survey the survey that took the image
 * @param dataRelease the release of the survey that the image belongs to
 * @param publisher who sent the message
 * @param publishedAt when it was sent
 * @param test the answers carry the flag {@code TEST}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"surveyImageId", "bands", "galaxies", "catalogue"})
public record SurveyImageReference(
    String surveyImageId,
    List<Band> bands,
    List<Galaxy> galaxies,
    @Nullable Catalogue catalogue,
    @Nullable String recipe,
    @Nullable String survey,
    @Nullable String dataRelease,
    @Nullable String publisher,
    @Nullable Instant publishedAt,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean test)
    implements Message {

  private static final int LONGEST_ID = 1_000;

  /**
   * @throws IllegalArgumentException with a sentence that names the field, where one is missing or
   *     out of range
   */
  public SurveyImageReference {
    requireText("surveyImageId", surveyImageId);
    require(
        StandardCharsets.UTF_8.newEncoder().canEncode(surveyImageId),
        "surveyImageId contains half a character (an unpaired surrogate).");
    require(
        surveyImageId.length() <= LONGEST_ID,
        "surveyImageId has %d characters; at most %d are allowed."
            .formatted(surveyImageId.length(), LONGEST_ID));
    bands = Band.checked("bands", bands);
    galaxies = galaxies == null ? List.of() : galaxies;
    require(galaxies.stream().noneMatch(Objects::isNull), "galaxies must not contain null.");
    require(
        galaxies.isEmpty() != (catalogue == null),
        "A survey image needs either galaxies or a catalogue.");
    galaxies = List.copyOf(galaxies);
  }

  /**
   * Reads a message.
   *
   * @param json UTF-8; fields that are not known are ignored
   * @throws MessageException where it is not JSON, or a field is missing, of a wrong type or out of
   *     range. A galaxy whose values are out of range costs no other: see {@link Galaxy#problem}
   */
  public static SurveyImageReference fromJson(byte[] json) throws MessageException {
    return Json.read(json, SurveyImageReference.class);
  }

  /**
   * The schema of this message in Avro: the resource {@code survey-image-reference.avsc} beside
   * this class.
   */
  public static Schema avroSchema() {
    return Avro.schema(SurveyImageReference.class);
  }

  /**
   * Reads a message.
   *
   * @param message framed as {@link GalaxyImageReference#fromAvro} says
   * @throws MessageException where it is not such a message, or its schema is unknown or no version
   *     of this message's
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public static SurveyImageReference fromAvro(byte[] message, AvroSchemas schemas)
      throws MessageException {
    return Avro.read(message, schemas, SurveyImageReference.class);
  }

  /**
   * A galaxy of the image. Its values are not checked here, so that a bad one costs no other
   * galaxy. It has either a field of view or a side.
   *
   * @param objectId the survey's identifier of the galaxy
   * @param ra right ascension, degrees (ICRS), 0 to 360
   * @param dec declination, degrees (ICRS), −90 to 90
   * @param fieldOfView the side of its cutout, arcseconds
   * @param side the side of its cutout, pixels of the first band
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Galaxy(
      @Nullable String objectId,
      @Nullable Double ra,
      @Nullable Double dec,
      @Nullable Double fieldOfView,
      @Nullable Double side) {

    /** What is wrong with it, as a sentence that names the field; empty where nothing is. */
    public Optional<String> problem() {
      if (objectId == null || objectId.isBlank()) {
        return Optional.of("objectId is missing.");
      } else if (!StandardCharsets.UTF_8.newEncoder().canEncode(objectId)) {
        return Optional.of("objectId contains half a character (an unpaired surrogate).");
      } else if (ra == null || !(ra >= 0 && ra <= 360)) {
        return Optional.of("ra must lie between 0 and 360 degrees, not " + ra + ".");
      } else if (dec == null || !(Math.abs(dec) <= 90)) {
        return Optional.of("dec must lie between -90 and 90 degrees, not " + dec + ".");
      } else if ((fieldOfView == null) == (side == null)) {
        return Optional.of("either fieldOfView (arcseconds) or side (pixels) is needed.");
      } else if (fieldOfView != null && !isSize(fieldOfView)) {
        return Optional.of("fieldOfView must be more than 0 arcseconds, not " + fieldOfView + ".");
      } else if (side != null && !isSize(side)) {
        return Optional.of("side must be more than 0 pixels, not " + side + ".");
      }
      return Optional.empty();
    }

    private static boolean isSize(double size) {
      return size > 0 && size < Double.POSITIVE_INFINITY;
    }
  }

  /**
   * A table of galaxies: CSV, ECSV, VOTable, FITS or Parquet, also compressed.
   *
   * @param uri where it is
   * @param columns which columns are used for what, as in {@code id=objid,ra=RAJ2000[deg]}; absent:
   *     found by UCD or by name
   * @param where which rows are taken, as in {@code mag_r < 18}; absent: all
   * @param fieldOfView the side of every cutout, arcseconds; absent: as the columns say
   * @param sizeFactor what a radius is multiplied by for the side of the cutout; absent: the
   *     recipe's factor, or 8.48
   * @param firstRow the first row that is taken, from 1; absent: 1
   * @param lastRow the last row that is taken; absent: the last of all
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Catalogue(
      String uri,
      @Nullable String columns,
      @Nullable String where,
      @Nullable Double fieldOfView,
      @Nullable Double sizeFactor,
      @Nullable Long firstRow,
      @Nullable Long lastRow) {

    /**
     * @throws IllegalArgumentException with a sentence that names the field, where one is missing
     *     or out of range
     */
    public Catalogue {
      requireUri("catalogue.uri", uri);
      require(
          fieldOfView == null || Galaxy.isSize(fieldOfView),
          "catalogue.fieldOfView must be more than 0 arcseconds, not " + fieldOfView + ".");
      require(
          sizeFactor == null || Galaxy.isSize(sizeFactor),
          "catalogue.sizeFactor must be more than 0, not " + sizeFactor + ".");
      require(
          firstRow == null || firstRow >= 1,
          "catalogue.firstRow must be at least 1, not " + firstRow + ".");
      require(
          lastRow == null || lastRow >= (firstRow == null ? 1 : firstRow),
          "catalogue.lastRow must not be before firstRow, as " + lastRow + " is.");
    }

    /** The same table without a mapping. */
    public static Catalogue of(String uri) {
      return new Catalogue(uri, null, null, null, null, null, null);
    }

    /** One row of it alone. */
    public Catalogue row(long number) {
      return new Catalogue(uri, columns, where, fieldOfView, sizeFactor, number, number);
    }

    /** Whether a row is one of those that are taken. */
    public boolean takes(long number) {
      return number >= (firstRow == null ? 1 : firstRow) && (lastRow == null || number <= lastRow);
    }
  }

  /** The same about these galaxies of the message alone. */
  public SurveyImageReference with(List<Galaxy> some) {
    return with(some, null);
  }

  /** The same about these rows of the catalogue alone. */
  public SurveyImageReference with(Catalogue some) {
    return with(List.of(), some);
  }

  private SurveyImageReference with(List<Galaxy> someGalaxies, @Nullable Catalogue rows) {
    return new SurveyImageReference(
        surveyImageId,
        bands,
        someGalaxies,
        rows,
        recipe,
        survey,
        dataRelease,
        publisher,
        publishedAt,
        test);
  }
}
