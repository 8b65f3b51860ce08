package dev.tuningfork.classifier.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The input message: where the image of a galaxy is, and what its publisher knows about it. Its
 * schema is the resource {@code galaxy-image-reference.schema.json} beside this class; celestial
 * names follow IVOA ObsCore, which the schema names field by field.
 *
 * @param objectId the survey's identifier of the galaxy; also the key of every message about it
 * @param image where the pixels are, and what is known about them
 * @param referenceId the publisher's own identifier of this message
 * @param survey the survey that took the image
 * @param dataRelease the release of the survey that the image belongs to
 * @param ra right ascension, degrees (ICRS), 0 to 360
 * @param dec declination, degrees (ICRS), −90 to 90
 * @param tMin start of the exposure, days (MJD)
 * @param tMax end of the exposure, days (MJD)
 * @param publisher who sent the message
 * @param publishedAt when it was sent
 * @param test whether the message is only a test; its answer has the flag {@code TEST}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"objectId", "image"})
public record GalaxyImageReference(
    String objectId,
    Image image,
    @Nullable String referenceId,
    @Nullable String survey,
    @Nullable String dataRelease,
    @Nullable Double ra,
    @Nullable Double dec,
    @JsonProperty("tMin") @Nullable Double tMin,
    @JsonProperty("tMax") @Nullable Double tMax,
    @Nullable String publisher,
    @Nullable Instant publishedAt,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean test)
    implements Message {

  /**
   * @throws IllegalArgumentException with a sentence that names the field, where one is missing or
   *     out of range
   */
  public GalaxyImageReference {
    requireText("objectId", objectId);
    require(
        StandardCharsets.UTF_8.newEncoder().canEncode(objectId),
        "objectId contains half a character (an unpaired surrogate).");
    require(image != null, "image is missing: it must name the image's URI.");
    requireRange("ra", ra, 0, 360);
    requireRange("dec", dec, -90, 90);
    require(
        image == null || image.cutout == null || (ra != null && dec != null),
        "ra and dec are missing: image.cutout needs the galaxy's position.");
  }

  /** The smallest useful reference. */
  public static GalaxyImageReference of(String objectId, String uri) {
    return new GalaxyImageReference(
        objectId, Image.of(uri), null, null, null, null, null, null, null, null, null, false);
  }

  /**
   * Reads a message.
   *
   * @param json UTF-8; fields that are not known are ignored
   * @throws MessageException where it is not JSON, or a field is missing, of a wrong type or out of
   *     range
   */
  public static GalaxyImageReference fromJson(byte[] json) throws MessageException {
    return Json.read(json, GalaxyImageReference.class);
  }

  /**
   * The schema of this message in Avro: the resource {@code galaxy-image-reference.avsc} beside
   * this class.
   */
  public static Schema avroSchema() {
    return Avro.schema(GalaxyImageReference.class);
  }

  /**
   * Reads a message.
   *
   * @param message a byte 0, the number of the schema that it was written with, and Avro's binary
   *     encoding; what that schema has and {@link #avroSchema()} does not is ignored
   * @throws MessageException where it is not such a message, or its schema is unknown or no version
   *     of this message's
   * @throws SchemaUnavailableException if its schema is not available now
   */
  public static GalaxyImageReference fromAvro(byte[] message, AvroSchemas schemas)
      throws MessageException {
    return Avro.read(message, schemas, GalaxyImageReference.class);
  }

  /**
   * Where an image is, and what is known about it.
   *
   * @param uri {@code https}, {@code http}, {@code s3}, {@code file} or {@code data}; empty where
   *     there is a cutout
   * @param mediaType {@code image/jpeg}, {@code image/png}, {@code image/fits} or {@code
   *     image/x-fits-gzip}; absent: told from the bytes
   * @param sizeBytes the length of the file, bytes; checked when given
   * @param sha256 the hash of the file, hexadecimal; checked when given; kept in lower case
   * @param hdu the name (EXTNAME), the name and version ({@code SCI,2}) or the index of the FITS
   *     header-data unit that holds the image; absent: the picture among them is looked for
   * @param pixelScale arcseconds a pixel
   * @param bands the order of the channels, such as {@code g, r, z}; empty where not known
   * @param fieldOfView the side of the central square to use, arcseconds: as if the image had been
   *     cut to it
   * @param cutout the galaxy's square of a survey image; null where the image is a file of its own
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Image(
      String uri,
      @Nullable String mediaType,
      @Nullable Long sizeBytes,
      @Nullable String sha256,
      @JsonDeserialize(using = Json.HduReader.class) @Nullable String hdu,
      @Nullable Double pixelScale,
      List<String> bands,
      @Nullable Double fieldOfView,
      @Nullable Cutout cutout) {

    private static final Pattern SHA256 = Pattern.compile("[0-9A-Fa-f]{64}");

    /**
     * @throws IllegalArgumentException with a sentence that names the field, where one is missing
     *     or out of range
     */
    public Image {
      if (cutout == null) {
        requireUri("image.uri", uri);
      } else {
        require(
            uri == null || uri.isEmpty(),
            "image.uri and image.cutout exclude each other: a cutout names its files itself.");
        uri = "";
      }
      require(
          sizeBytes == null || sizeBytes > 0,
          "image.sizeBytes must be more than 0, not " + sizeBytes + ".");
      require(
          sha256 == null || SHA256.matcher(sha256).matches(),
          "image.sha256 must be 64 hexadecimal digits.");
      require(
          pixelScale == null || (pixelScale > 0 && pixelScale < Double.POSITIVE_INFINITY),
          "image.pixelScale must be more than 0 arcseconds, not " + pixelScale + ".");
      require(
          bands == null || bands.stream().noneMatch(Objects::isNull),
          "image.bands must not contain null.");
      require(
          fieldOfView == null || (fieldOfView > 0 && fieldOfView < Double.POSITIVE_INFINITY),
          "image.fieldOfView must be more than 0 arcseconds, not " + fieldOfView + ".");
      sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
      bands = bands == null ? List.of() : List.copyOf(bands);
    }

    /** An image with only a URI. */
    public static Image of(String uri) {
      return new Image(uri, null, null, null, null, null, List.of(), null, null);
    }

    /** A square of a survey image. */
    public static Image of(Cutout cutout) {
      return new Image("", null, null, null, null, null, List.of(), null, cutout);
    }
  }

  /**
   * A square of a survey image around the position {@code ra}, {@code dec} of the reference. It has
   * either a field of view or a side.
   *
   * @param tile the name of the survey image
   * @param bands its files, 1 to {@value #MOST_BANDS}; the grid of the first counts
   * @param fieldOfView the side of the square, arcseconds
   * @param side the side of the square, pixels of the first band
   * @param recipe how the picture is made from the flux, such as {@code sdss-gri}; absent: as the
   *     model learnt it
   * @param sizeSuspect the size comes from a failed fit of the catalogue: the answer carries the
   *     flag {@code SIZE_SUSPECT}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Cutout(
      String tile,
      List<Band> bands,
      @Nullable Double fieldOfView,
      @Nullable Double side,
      @Nullable String recipe,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean sizeSuspect) {

    /** So many files a survey image may have. */
    public static final int MOST_BANDS = 32;

    /**
     * @throws IllegalArgumentException with a sentence that names the field, where one is missing
     *     or out of range
     */
    public Cutout {
      requireText("image.cutout.tile", tile);
      bands = Band.checked("image.cutout.bands", bands);
      require(
          (fieldOfView == null) != (side == null),
          "image.cutout needs either fieldOfView (arcseconds) or side (pixels).");
      require(
          fieldOfView == null || (fieldOfView > 0 && fieldOfView < Double.POSITIVE_INFINITY),
          "image.cutout.fieldOfView must be more than 0 arcseconds, not " + fieldOfView + ".");
      require(
          side == null || (side > 0 && side < Double.POSITIVE_INFINITY),
          "image.cutout.side must be more than 0 pixels, not " + side + ".");
    }
  }

  /**
   * One band of a survey image.
   *
   * @param name such as {@code r}
   * @param uri where its file is: a FITS file, also tile-compressed or gzipped
   * @param hdu as in {@link Image#hdu}
   * @param sha256 the hash of the file, hexadecimal; checked when given; kept in lower case
   * @param etag the ETag of the file on its server, with or without quotes; checked when given
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Band(
      String name,
      String uri,
      @JsonDeserialize(using = Json.HduReader.class) @Nullable String hdu,
      @Nullable String sha256,
      @Nullable String etag) {

    /**
     * @throws IllegalArgumentException with a sentence that names the field, where one is missing
     *     or out of range
     */
    public Band {
      requireText("the name of a band", name);
      requireUri("the uri of the band " + name, uri);
      require(
          sha256 == null || Image.SHA256.matcher(sha256).matches(),
          "the sha256 of the band " + name + " must be 64 hexadecimal digits.");
      require(etag == null || !etag.isBlank(), "the etag of the band " + name + " is blank.");
      sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
    }

    /** A band whose file is taken as it is. */
    public Band(String name, String uri, @Nullable String hdu) {
      this(name, uri, hdu, null, null);
    }

    /** The bands of a survey image: some, not too many, and each once. */
    static List<Band> checked(String field, @Nullable List<Band> bands) {
      require(
          bands != null && !bands.isEmpty(), field + " is missing: it must name a file a band.");
      List<Band> named = bands == null ? List.of() : bands;
      require(
          named.size() <= Cutout.MOST_BANDS,
          "%s names %d files; at most %d are allowed."
              .formatted(field, named.size(), Cutout.MOST_BANDS));
      require(named.stream().noneMatch(Objects::isNull), field + " must not contain null.");
      require(
          named.stream().map(Band::name).distinct().count() == named.size(),
          field + " names a band twice.");
      return List.copyOf(named);
    }
  }

  private static final Pattern SCHEME =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.+", Pattern.DOTALL);

  static void requireUri(String field, @Nullable String uri) {
    requireText(field, uri);
    require(
        uri != null && SCHEME.matcher(uri).lookingAt(),
        field + " has no scheme, such as https: or file:, in '" + shorten("" + uri) + "'.");
  }

  static void requireText(String field, @Nullable String value) {
    require(value != null, field + " is missing.");
    require(value == null || !value.isBlank(), field + " is blank.");
  }

  private static void requireRange(
      String field, @Nullable Double value, double least, double most) {
    require(
        value == null || (value >= least && value <= most),
        field + " must lie between " + least + " and " + most + " degrees, not " + value + ".");
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
