package dev.tuningfork.standalone.table;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.DescribedValue;
import uk.ac.starlink.votable.VOStarTable;

/** The columns of a table of morphologies, and how a message fills them. */
final class MorphologyColumns {

  private static final String PROBABILITY = "stat.probability";

  private final List<ColumnInfo> infos = new ArrayList<>();
  private final BiFunction<String, GalaxyMorphology, @Nullable Object[]> cells;

  private MorphologyColumns(BiFunction<String, GalaxyMorphology, @Nullable Object[]> cells) {
    this.cells = cells;
  }

  /**
   * What the classifier says, for reading: the class, the flags, the image, and for each question
   * that the model answers how probable it is to be asked and the answers' conditional
   * probabilities.
   *
   * @param sample any message of the model's
   * @param intervals whether the 90 % interval of each probability stands behind it
   */
  static MorphologyColumns all(GalaxyMorphology sample, boolean intervals) {
    boolean ofTiles = sample.image().cutout() != null;
    List<String> answered = sample.questions().stream().map(GalaxyMorphology.Question::id).toList();
    MorphologyColumns columns =
        new MorphologyColumns(
            (file, morphology) -> {
              List<@Nullable Object> row = new ArrayList<>();
              row.add(morphology.objectId());
              row.add(file);
              row.add(morphology.morphology().classString());
              row.add(morphology.morphology().description());
              row.add(flags(morphology));
              GalaxyMorphology.Image image = morphology.image();
              row.add(image.hdu());
              row.add(image.ra());
              row.add(image.dec());
              row.add(image.pixelScale());
              row.add(image.undefined() == null ? 0.0 : image.undefined());
              GalaxyMorphology.Cutout cutout = image.cutout();
              if (ofTiles && cutout != null) {
                row.add(cutout.tile());
                row.add(cutout.x());
                row.add(cutout.y());
                row.add(cutout.side());
                row.add(cutout.missing() == null ? 0.0 : cutout.missing());
                row.add(cutout.recipe());
              }
              for (GalaxyMorphology.Question question : morphology.questions()) {
                row.add(question.askedProbability());
                for (GalaxyMorphology.Answer answer : question.answers()) {
                  row.add(answer.probability());
                  if (intervals) {
                    row.add(answer.lower90());
                    row.add(answer.upper90());
                  }
                }
              }
              return row.toArray();
            });
    columns.text("object_id", "The survey's identifier of the galaxy", "meta.id;meta.main");
    columns.text("file", "The image file that was classified", "meta.id;meta.file");
    columns.text(
        "class", "The walk by the most probable answers, in short (gz2_class)", "src.morph.type");
    columns.text("description", "The walk by the most probable answers, in words", "meta.note");
    columns.text("flags", "What a careful reader must know about the image", "meta.code.qual");
    columns.text("hdu", "The HDU of a FITS file that was read, by name or number", "meta.id.part");
    columns.quantity(
        "ra",
        "Right ascension (ICRS) of the image's centre by its celestial coordinates",
        "deg",
        "pos.eq.ra");
    columns.quantity(
        "dec",
        "Declination (ICRS) of the image's centre by its celestial coordinates",
        "deg",
        "pos.eq.dec");
    columns.quantity(
        "pixel_scale", "The side of a pixel on the sky", "arcsec", "phys.angSize;instr.pixel");
    columns.number(
        "undefined",
        "Share of undefined pixels, in the part that the model looks at, that were filled",
        "stat.filling;instr.pixel");
    if (ofTiles) {
      columns.text("tile", "The survey image that the galaxy was cut out of", "meta.id;meta.file");
      columns.pixels(
          "cut_x", "First column of the cutout on the tile, from 0", "pos.cartesian.x;instr.det");
      columns.pixels(
          "cut_y",
          "First row of the cutout on the tile, from 0 at the lowest",
          "pos.cartesian.y;instr.det");
      columns.pixels("cut_side", "Width and height of the cutout", "phys.angSize;instr.pixel");
      columns.number(
          "missing",
          "Share of pixels of the cutout that are beyond the edge, masked or undefined",
          "stat.filling;instr.pixel");
      columns.text("recipe", "How the picture was made from the flux", "meta.code");
    }
    DecisionTree tree = DecisionTree.byId(sample.tree().id());
    for (Question question : tree.questions()) {
      if (answered.contains(question.id())) {
        columns.probability(
            name(question.key()) + "_asked",
            "Probability that this is asked (" + question.id() + "): " + question.text());
        for (Answer answer : question.answers()) {
          String name = name(question.key()) + "_" + name(answer.key());
          String meaning =
              "'%s' (%s) where %s is asked: %s"
                  .formatted(answer.key(), answer.id(), question.id(), question.text());
          columns.probability(name, "Probability of " + meaning);
          if (intervals) {
            columns.bound(name + "_lower90", "5th percentile of the share of " + meaning, "min");
            columns.bound(name + "_upper90", "95th percentile of the share of " + meaning, "max");
          }
        }
      }
    }
    return columns;
  }

  /** Kaggle's header: {@code GalaxyID} and the 37 joint probabilities. */
  static MorphologyColumns kaggle() {
    MorphologyColumns columns =
        new MorphologyColumns(
            (file, morphology) -> {
              List<@Nullable Object> row = new ArrayList<>();
              row.add(morphology.objectId());
              for (double joint : KaggleColumns.of(probabilities(morphology))) {
                row.add(Double.isNaN(joint) ? null : joint);
              }
              return row.toArray();
            });
    columns.text(KaggleColumns.GALAXY_ID, "Kaggle's identifier of the galaxy", "meta.id;meta.main");
    KaggleColumns.NAMES.forEach(
        name -> columns.probability(name, "Joint probability of Kaggle's answer " + name));
    return columns;
  }

  List<ColumnInfo> infos() {
    return infos;
  }

  @Nullable Object[] row(String file, GalaxyMorphology morphology) {
    return cells.apply(file, morphology);
  }

  private void text(String name, String description, String ucd) {
    ColumnInfo info = new ColumnInfo(name, String.class, description);
    info.setUCD(ucd);
    // else a VOTable declares it as ASCII, and readers refuse what is not
    info.setAuxDatum(new DescribedValue(VOStarTable.DATATYPE_INFO, "unicodeChar"));
    infos.add(info);
  }

  private void pixels(String name, String description, String ucd) {
    ColumnInfo info = new ColumnInfo(name, Integer.class, description);
    info.setUCD(ucd);
    info.setUnitString("pixel");
    infos.add(info);
  }

  private void probability(String name, String description) {
    number(name, description, PROBABILITY);
  }

  private void bound(String name, String description, String which) {
    number(name, description, PROBABILITY + ";stat." + which);
  }

  private void quantity(String name, String description, String unit, String ucd) {
    number(name, description, ucd);
    infos.getLast().setUnitString(unit);
  }

  /** A probability has no unit, which the formats say by leaving it out. */
  private void number(String name, String description, String ucd) {
    ColumnInfo info = new ColumnInfo(name, Double.class, description);
    info.setUCD(ucd);
    infos.add(info);
  }

  /** Hyphens would have to be quoted in ADQL and in most notebooks. */
  private static String name(String key) {
    return key.replace('-', '_');
  }

  private static String flags(GalaxyMorphology morphology) {
    return morphology.flags().stream()
        .sorted()
        .map(QualityFlag::name)
        .collect(Collectors.joining(" "));
  }

  private static AnswerProbabilities probabilities(GalaxyMorphology morphology) {
    DecisionTree tree = DecisionTree.byId(morphology.tree().id());
    double[] conditional = new double[tree.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    for (GalaxyMorphology.Question question : morphology.questions()) {
      Map<String, Double> byId = new HashMap<>();
      question.answers().forEach(answer -> byId.put(answer.id(), answer.probability()));
      Question known = tree.question(question.id());
      int at = tree.firstAnswer(known);
      for (var answer : known.answers()) {
        conditional[at++] = byId.getOrDefault(answer.id(), Double.NaN);
      }
    }
    return AnswerProbabilities.of(tree, conditional);
  }
}
