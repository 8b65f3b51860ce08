package dev.tuningfork.classifier.rollout;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Three drawn galaxies that a model must tell apart before it may serve: a round one, a thin one
 * and an empty sky. A network whose weights are whole but whose arithmetic is dead (all of it zero,
 * or saturated) answers the same to everything, and would pass every check of its files.
 */
final class SelfCheck {

  private static final int SIDE = 128;
  private static final double CENTRE = SIDE / 2.0;

  /** A galaxy's own answer and its answer within a batch may differ by rounding alone. */
  private static final double ROUNDING = 0.05;

  private SelfCheck() {}

  /**
   * Asks the model about them.
   *
   * @throws ModelException if the model answers the same to all of them, or to one of them
   *     otherwise when others are in its batch
   */
  static void require(MorphologyModel model) throws ModelException {
    List<PreparedImage> images = new ArrayList<>();
    Preprocessor preprocessor = new Preprocessor(model.input(), ImageLimits.DEFAULT);
    for (double axisRatio : new double[] {1, 0.15, 0}) {
      images.add(prepared(preprocessor, axisRatio));
    }
    try {
      List<AnswerProbabilities> together = new ArrayList<>();
      List<AnswerProbabilities> alone = new ArrayList<>();
      for (PreparedImage image : images) {
        alone.addAll(model.predict(List.of(image)));
      }
      for (int from = 0; from < images.size(); from += model.largestBatch()) {
        together.addAll(
            model.predict(
                images.subList(from, Math.min(images.size(), from + model.largestBatch()))));
      }
      for (int i = 0; i < images.size(); i++) {
        if (largestDistance(alone.get(i), together.get(i)) > ROUNDING) {
          throw refused(model, "what it answers to an image depends on the others in its batch");
        }
      }
      if (largestDistance(alone.get(0), alone.get(1)) == 0
          && largestDistance(alone.get(1), alone.get(2)) == 0) {
        throw refused(
            model, "it answers the same to a round galaxy, to a thin one and to an empty sky");
      }
    } catch (PredictionException | DeviceException e) {
      throw new ModelException(
          "The model %s fails on a drawn galaxy. %s"
              .formatted(model.identity().name(), e.getMessage()),
          e);
    }
  }

  private static ModelException refused(MorphologyModel model, String why) {
    return new ModelException(
        "The model %s %s cannot be used: %s."
            .formatted(model.identity().name(), model.identity().version(), why));
  }

  private static double largestDistance(AnswerProbabilities one, AnswerProbabilities other) {
    double largest = 0;
    for (Question question : one.tree().questions()) {
      if (one.answers(question)) {
        largest =
            Math.max(
                largest,
                Divergence.totalVariation(one.conditional(question), other.conditional(question)));
      }
    }
    return largest;
  }

  private static PreparedImage prepared(Preprocessor preprocessor, double axisRatio)
      throws ModelException {
    try {
      return preprocessor.prepare(
          drawn(axisRatio), new ImageDescription(null, 0.4, List.of(), null));
    } catch (ImageException e) {
      throw new ModelException(
          "The model's input specification does not suit an ordinary image: " + e.getMessage(), e);
    }
  }

  /** An exponential disc of this axis ratio on a grey sky; none where it is 0. */
  private static byte[] drawn(double axisRatio) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double across = axisRatio == 0 ? Double.POSITIVE_INFINITY : (y - CENTRE) / axisRatio;
        double radius = Math.hypot(x - CENTRE, across);
        int light = 12 + (int) (220 * Math.exp(-radius / (SIDE / 10.0)));
        image.setRGB(x, y, new Color(light, light * 9 / 10, light * 8 / 10).getRGB());
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new IllegalStateException("A PNG can be written to memory.", e);
    }
    return png.toByteArray();
  }
}
