package dev.tuningfork.classifier.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tuningfork.image.ImageFacts;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.tile.SkyCutout;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The output message: every question of the model's tree about one galaxy, answered. Its schema is
 * the resource {@code galaxy-morphology.schema.json} beside this class.
 *
 * @param objectId the survey's identifier of the galaxy; also the message's key
 * @param referenceId copied from the reference
 * @param survey copied from the reference
 * @param ra copied from the reference: right ascension, degrees (ICRS)
 * @param dec copied from the reference: declination, degrees (ICRS)
 * @param tree the decision tree that the questions belong to
 * @param questions in the tree's order; a model of one question answers that one alone
 * @param morphology the path through the tree that takes the most probable answers
 * @param flags warnings about the image
 * @param model the model that answered
 * @param preprocessing the identifier of the model's input specification
 * @param image the image that was classified
 * @param device the device that the model ran on, such as {@code cpu} or {@code gpu:0}
 * @param publishedAt copied from the reference
 * @param receivedAt when the classifier received the reference
 * @param classifiedAt when the model answered
 * @param source the reference's position in Kafka, which identifies this message; without Kafka, a
 *     catalogue's name and the row, or {@code classify} and the number of the image
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GalaxyMorphology(
    String objectId,
    @Nullable String referenceId,
    @Nullable String survey,
    @Nullable Double ra,
    @Nullable Double dec,
    Tree tree,
    List<Question> questions,
    Morphology morphology,
    Set<QualityFlag> flags,
    Model model,
    String preprocessing,
    Image image,
    String device,
    @Nullable Instant publishedAt,
    Instant receivedAt,
    Instant classifiedAt,
    Source source)
    implements Message {

  public GalaxyMorphology {
    questions = List.copyOf(questions);
    flags = Set.copyOf(flags);
  }

  /**
   * Reads a message.
   *
   * @param json UTF-8; fields that are not known are ignored
   * @throws MessageException where it is not such a message
   */
  public static GalaxyMorphology fromJson(byte[] json) throws MessageException {
    return Json.read(json, GalaxyMorphology.class);
  }

  /**
   * The schema of this message in Avro: the resource {@code galaxy-morphology.avsc} beside this
   * class.
   */
  public static Schema avroSchema() {
    return Avro.schema(GalaxyMorphology.class);
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
  public static GalaxyMorphology fromAvro(byte[] message, AvroSchemas schemas)
      throws MessageException {
    return Avro.read(message, schemas, GalaxyMorphology.class);
  }

  /** Which decision tree, such as {@code gz2} in version {@code 1}. */
  public record Tree(String id, String version) {}

  /**
   * One question's vector.
   *
   * @param askedProbability the probability that the walk reaches the question, 0 to 1; absent
   *     where it depends on a question that the model does not answer
   * @param concentration where the model gives intervals, the sum of the concentrations of the
   *     Dirichlet distribution of the vote fractions; an answer's is this times its probability
   * @param answers their probabilities sum to 1 within 1e-6
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Question(
      String id,
      String key,
      @Nullable Double askedProbability,
      @Nullable Double concentration,
      List<Answer> answers) {
    public Question {
      answers = List.copyOf(answers);
    }

    /** Of a model that gives no intervals. */
    public Question(
        String id, String key, @Nullable Double askedProbability, List<Answer> answers) {
      this(id, key, askedProbability, null, answers);
    }
  }

  /**
   * One answer of a question.
   *
   * @param probability given that the question is asked, 0 to 1
   * @param joint probability × askedProbability; absent if askedProbability is absent
   * @param lower90 the 5th percentile of the share of those asked who give this answer, where the
   *     model gives an interval: it belongs to {@code probability}, not to {@code joint}
   * @param upper90 the 95th percentile likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Answer(
      String id,
      String key,
      double probability,
      @Nullable Double joint,
      @Nullable Double lower90,
      @Nullable Double upper90) {}

  /**
   * The walk by the most probable answers.
   *
   * @param classString such as {@code SBb2m} (Willett et al. 2013, appendix); absent where the
   *     model does not answer the first question
   * @param description the same in words
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Morphology(
      @JsonProperty("class") @Nullable String classString, String description) {}

  /**
   * Which model.
   *
   * @param sha256 the hash of its bundle's manifest
   * @param views how many orientations of the image the answer is the mean of; absent where the
   *     model looked at the image as it is
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Model(String name, String version, String sha256, @Nullable Integer views) {}

  /**
   * Which image.
   *
   * @param uri as the reference gave it; absent where the reference carried the image itself
   * @param sha256 the hash of the image file
   * @param width pixels
   * @param height pixels
   * @param hdu the name, or without one the number, of the HDU of a FITS file that was taken
   * @param pixelScale arcseconds a pixel, as the reference or else the file says
   * @param ra right ascension of the image's centre by its celestial coordinates, degrees (ICRS)
   * @param dec declination of the same
   * @param undefined the share of pixels, in the part that the model looks at, that were undefined
   *     and had to be filled, above 0 to 1; absent where there were none
   * @param cutout which part of a survey image it is; absent where the image was a file of its own.
   *     The hash is then that of what the network saw
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Image(
      @Nullable String uri,
      String sha256,
      int width,
      int height,
      @Nullable String hdu,
      @Nullable Double pixelScale,
      @Nullable Double ra,
      @Nullable Double dec,
      @Nullable Double undefined,
      @Nullable Cutout cutout) {

    /**
     * A part of a survey image.
     *
     * @param sha256 the hash of what the network saw
     * @param facts what was found out while it was prepared
     */
    public static Image of(Cutout cutout, String sha256, ImageFacts facts) {
      SkyPosition centre = facts.centre();
      return new Image(
          cutout.bands.getFirst().uri(),
          sha256,
          cutout.side,
          cutout.side,
          facts.hdu(),
          facts.pixelScale(),
          centre == null ? null : centre.ra(),
          centre == null ? null : centre.dec(),
          facts.undefined() == 0 ? null : facts.undefined(),
          cutout);
    }

    /** An image about which nothing more is known. */
    public Image(@Nullable String uri, String sha256, int width, int height) {
      this(uri, sha256, width, height, null, null, null, null, null, null);
    }
  }

  /**
   * Which part of a survey image was looked at.
   *
   * @param tile the name of the survey image
   * @param bands its files
   * @param x the first column on the grid of the first band, from 0
   * @param y the first row, from 0 at the lowest
   * @param side its width and height, pixels
   * @param recipe how the picture was made; {@code model} for the model's own stretch
   * @param missing the share of pixels that are beyond the edge, masked or undefined, above 0 to 1;
   *     absent where there were none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Cutout(
      String tile,
      List<Band> bands,
      int x,
      int y,
      int side,
      String recipe,
      @Nullable Double missing) {
    public Cutout {
      bands = List.copyOf(bands);
    }

    /** Of a square that was cut out. */
    public static Cutout of(String tile, List<Band> bands, SkyCutout cutout, String recipe) {
      return new Cutout(
          tile,
          bands,
          cutout.square().x(),
          cutout.square().y(),
          cutout.square().side(),
          recipe,
          cutout.missing() == 0 ? null : cutout.missing());
    }
  }

  /**
   * One band of a survey image.
   *
   * @param name such as {@code r}
   * @param uri where its file is
   * @param sha256 the hash of the file, which was checked; absent where the reference has none
   * @param etag the ETag of the file, likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Band(String name, String uri, @Nullable String sha256, @Nullable String etag) {

    /** A band whose file was taken as it is. */
    public Band(String name, String uri) {
      this(name, uri, null, null);
    }

    /** The band of a reference. */
    public static Band of(GalaxyImageReference.Band band) {
      return new Band(band.name(), band.uri(), band.sha256(), band.etag());
    }
  }

  /** Where the reference was. */
  public record Source(String topic, int partition, long offset) {}
}
