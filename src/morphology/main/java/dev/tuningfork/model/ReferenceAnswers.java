package dev.tuningfork.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import javax.imageio.ImageIO;

/**
 * What a model said about a handful of galaxies when it was published, to tell whether it says the
 * same elsewhere, later, and in another form. In a bundle they are two files: {@value #IMAGES}, the
 * galaxies below each other as the model takes them, and {@value #ANSWERS}, a list with an object
 * for each: by question, the conditional probabilities of its answers.
 *
 * @param images levels
 * @param answers for each image, by question's id
 */
record ReferenceAnswers(
    List<PreparedImage> images, List<SequencedMap<String, List<Double>>> answers) {

  static final String IMAGES = "reference.png";
  static final String ANSWERS = "reference.json";

  /** More than anybody needs, and no trouble to hold in memory. */
  private static final int MOST_IMAGES = 64;

  private static final JsonMapper JSON = new JsonMapper();

  /** What a model says about images of levels. */
  static ReferenceAnswers of(MorphologyModel model, List<PreparedImage> images) {
    List<SequencedMap<String, List<Double>>> answers = new ArrayList<>();
    for (AnswerProbabilities said : model.predictAll(images)) {
      SequencedMap<String, List<Double>> questions = new LinkedHashMap<>();
      for (Question question : said.tree().questions()) {
        if (said.answers(question)) {
          questions.put(question.id(), boxed(said.conditional(question)));
        }
      }
      answers.add(questions);
    }
    return new ReferenceAnswers(images, answers);
  }

  /**
   * Reads those of a bundle.
   *
   * @return empty where it has none
   * @throws IOException if its files are invalid; the message is a sentence
   */
  static Optional<ReferenceAnswers> of(ModelBundle bundle) throws IOException {
    if (!bundle.files().containsAll(Set.of(IMAGES, ANSWERS))) {
      return Optional.empty();
    }
    List<SequencedMap<String, List<Double>>> answers;
    try {
      answers = JSON.readValue(bundle.file(ANSWERS), new TypeReference<>() {});
    } catch (JacksonException e) {
      throw new IOException("Its %s is invalid: %s".formatted(ANSWERS, e.getOriginalMessage()), e);
    }
    if (answers.isEmpty() || answers.size() > MOST_IMAGES) {
      throw new IOException(
          "Its %s has the answers about %d images; 1 to %d are allowed."
              .formatted(ANSWERS, answers.size(), MOST_IMAGES));
    }
    InputSpec input = bundle.description().input();
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(bundle.file(IMAGES)));
    int size = input.size();
    int channels = input.channels().count();
    if (picture == null
        || picture.getWidth() != size
        || picture.getHeight() != size * answers.size()
        || picture.getRaster().getNumBands() != channels) {
      throw new IOException(
          "Its %s is not a PNG of %d images of %d × %d with %d channels."
              .formatted(IMAGES, answers.size(), size, size, channels));
    }
    List<PreparedImage> images = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      int[] samples = picture.getRaster().getPixels(0, i * size, size, size, (int[]) null);
      byte[] levels = new byte[samples.length];
      for (int at = 0; at < levels.length; at++) {
        levels[at] = (byte) samples[at];
      }
      images.add(new PreparedImage(new Pixels.Levels(levels), size, size, Set.of()));
    }
    return Optional.of(new ReferenceAnswers(images, answers));
  }

  /** The two files. */
  SequencedMap<String, byte[]> files(InputSpec input) {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    try {
      files.put(IMAGES, png(input));
      files.put(ANSWERS, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(answers));
    } catch (IOException e) {
      throw new IllegalStateException("Memory can be written to.", e);
    }
    return files;
  }

  private byte[] png(InputSpec input) throws IOException {
    int size = input.size();
    BufferedImage picture =
        new BufferedImage(
            size,
            size * images.size(),
            input.channels().count() == 1
                ? BufferedImage.TYPE_BYTE_GRAY
                : BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < images.size(); i++) {
      Pixels pixels = images.get(i).pixels();
      int[] samples = new int[pixels.count()];
      for (int at = 0; at < samples.length; at++) {
        samples[at] = pixels.level(at);
      }
      picture.getRaster().setPixels(0, i * size, size, size, samples);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    return png.toByteArray();
  }

  /**
   * How far a model is from these answers: the largest difference of a probability.
   *
   * @return infinity where it answers other questions
   */
  double distance(MorphologyModel model) {
    double largest = 0;
    List<AnswerProbabilities> said = model.predictAll(images);
    for (int i = 0; i < images.size(); i++) {
      for (Map.Entry<String, List<Double>> question : answers.get(i).entrySet()) {
        List<Double> now = boxed(said.get(i).conditional(model.tree().question(question.getKey())));
        if (now.size() != question.getValue().size()) {
          return Double.POSITIVE_INFINITY;
        }
        for (int a = 0; a < now.size(); a++) {
          largest = Math.max(largest, Math.abs(now.get(a) - question.getValue().get(a)));
        }
      }
    }
    return largest;
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
