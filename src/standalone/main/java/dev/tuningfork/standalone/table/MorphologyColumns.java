package dev.tuningfork.standalone.table;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.ZoobotQuestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.DescribedValue;
import uk.ac.starlink.votable.VOStarTable;

/** The columns of a table of morphologies, and how a message fills them. */
final class MorphologyColumns {

  private static final String PROBABILITY = "stat.probability";

  /** A message, and the file whose galaxy it is about. */
  private static final class Classified {

    final String file;
    final GalaxyMorphology morphology;
    private final DecisionTree tree;
    private double @Nullable [] joint; // made for the first of Kaggle's columns

    Classified(DecisionTree tree, String file, GalaxyMorphology morphology) {
      this.tree = tree;
      this.file = file;
      this.morphology = morphology;
    }

    GalaxyMorphology.Image image() {
      return morphology.image();
    }

    GalaxyMorphology.Cutout cutout() {
      return Objects.requireNonNull(morphology.image().cutout());
    }

    @Nullable Double joint(int column) {
      if (joint == null) {
        joint = KaggleColumns.of(probabilities(tree, morphology));
      }
      return Double.isNaN(joint[column]) ? null : joint[column];
    }
  }

  private final List<ColumnInfo> infos = new ArrayList<>();
  private final List<Function<Classified, @Nullable Object>> cells = new ArrayList<>();

  private final DecisionTree tree;

  private MorphologyColumns(DecisionTree tree) {
    this.tree = tree;
  }

  /**
   * What the classifier says, for reading: the class, the flags, the image, and for each question
   * that the model answers how probable it is to be asked and the answers' conditional
   * probabilities.
   *
   * @param tree that the model answers
   * @param sample any message of the model's
   * @param intervals whether the 90 % interval follows each probability
   */
  static MorphologyColumns all(DecisionTree tree, GalaxyMorphology sample, boolean intervals) {
    MorphologyColumns columns = new MorphologyColumns(tree);
    columns.galaxy();
    columns.image();
    if (sample.image().cutout() != null) {
      columns.cutout();
    }
    for (int q = 0; q < sample.questions().size(); q++) {
      columns.question(q, tree.question(sample.questions().get(q).id()), intervals);
    }
    return columns;
  }

  private void galaxy() {
    text(
        "object_id",
        "The survey's identifier of the galaxy",
        "meta.id;meta.main",
        row -> row.morphology.objectId());
    text("file", "The image file that was classified", "meta.id;meta.file", row -> row.file);
    text(
        "class",
        "The most probable answer at each step, as a class (gz2_class)",
        "src.morph.type",
        row -> row.morphology.morphology().classString());
    text(
        "description",
        "The most probable answer at each step, in words",
        "meta.note",
        row -> row.morphology.morphology().description());
    text("flags", "Warnings about the image", "meta.code.qual", row -> flags(row.morphology));
  }

  private void image() {
    text(
        "hdu",
        "The HDU of a FITS file that was read, by name or number",
        "meta.id.part",
        row -> row.image().hdu());
    number(
            "ra",
            "Right ascension (ICRS) of the image's centre by its celestial coordinates",
            "pos.eq.ra",
            row -> row.image().ra())
        .setUnitString("deg");
    number(
            "dec",
            "Declination (ICRS) of the image's centre by its celestial coordinates",
            "pos.eq.dec",
            row -> row.image().dec())
        .setUnitString("deg");
    number(
            "pixel_scale",
            "The side of a pixel on the sky",
            "phys.angSize;instr.pixel",
            row -> row.image().pixelScale())
        .setUnitString("arcsec");
    number(
        "undefined",
        "Share of undefined pixels, in the part that the model looks at, that were filled",
        "stat.filling;instr.pixel",
        row -> Objects.requireNonNullElse(row.image().undefined(), 0.0));
  }

  private void cutout() {
    text(
        "tile",
        "The survey image that the galaxy was cut out of",
        "meta.id;meta.file",
        row -> row.cutout().tile());
    pixels(
        "cut_x",
        "First column of the cutout on the tile, from 0",
        "pos.cartesian.x;instr.det",
        row -> row.cutout().x());
    pixels(
        "cut_y",
        "First row of the cutout on the tile, from 0 at the lowest",
        "pos.cartesian.y;instr.det",
        row -> row.cutout().y());
    pixels(
        "cut_side",
        "Width and height of the cutout",
        "phys.angSize;instr.pixel",
        row -> row.cutout().side());
    number(
        "missing",
        "Share of pixels of the cutout that are beyond the edge, masked or undefined",
        "stat.filling;instr.pixel",
        row -> Objects.requireNonNullElse(row.cutout().missing(), 0.0));
    text(
        "recipe",
        "How the picture was made from the flux",
        "meta.code",
        row -> row.cutout().recipe());
  }

  /**
   * @param place of the question among those that the model answers
   */
  private void question(int place, Question question, boolean intervals) {
    probability(
        name(question.key()) + "_asked",
        "Probability that this is asked (" + question.id() + "): " + question.text(),
        row -> row.morphology.questions().get(place).askedProbability());
    for (int a = 0; a < question.answers().size(); a++) {
      Answer answer = question.answers().get(a);
      int at = a;
      Function<Classified, GalaxyMorphology.Answer> said =
          row -> row.morphology.questions().get(place).answers().get(at);
      String name = name(question.key()) + "_" + name(answer.key());
      String meaning =
          "'%s' (%s) where %s is asked: %s"
              .formatted(answer.key(), answer.id(), question.id(), question.text());
      probability(name, "Probability of " + meaning, row -> said.apply(row).probability());
      if (intervals) {
        number(
            name + "_lower90",
            "5th percentile of the share of " + meaning,
            PROBABILITY + ";stat.min",
            row -> said.apply(row).lower90());
        number(
            name + "_upper90",
            "95th percentile of the share of " + meaning,
            PROBABILITY + ";stat.max",
            row -> said.apply(row).upper90());
      }
    }
  }

  /**
   * As Zoobot's and Euclid's catalogues have them: for each question the share of volunteers who
   * are asked it, and for each answer, in Zoobot's order, the vote fraction, and the concentration
   * of its Dirichlet distribution and the 90 % interval where the model gives them.
   *
   * @param tree that the model answers
   * @param sample any message of the model's
   */
  static MorphologyColumns zoobot(DecisionTree tree, GalaxyMorphology sample) {
    MorphologyColumns columns = new MorphologyColumns(tree);
    columns.text(
        "id_str",
        "The survey's identifier of the galaxy",
        "meta.id;meta.main",
        row -> row.morphology.objectId());
    columns.text(
        "file_loc", "The image file that was classified", "meta.id;meta.file", row -> row.file);
    for (int q = 0; q < sample.questions().size(); q++) {
      GalaxyMorphology.Question said = sample.questions().get(q);
      columns.zoobotQuestion(q, tree.question(said.id()), said.concentration() != null);
    }
    return columns;
  }

  private void zoobotQuestion(int place, Question question, boolean intervals) {
    ZoobotQuestion zoobot = tree.zoobot(question);
    probability(
        zoobot.name() + "_asked_fraction",
        "Share of volunteers who are asked: " + question.text(),
        row -> row.morphology.questions().get(place).askedProbability());
    zoobot
        .answers()
        .forEach(
            (answer, of) -> {
              int at = question.answers().indexOf(of);
              String name = zoobot.name() + "_" + answer;
              String meaning = "'%s' where this is asked: %s".formatted(answer, question.text());
              Function<Classified, GalaxyMorphology.Answer> said =
                  row -> row.morphology.questions().get(place).answers().get(at);
              probability(
                  name + "_fraction",
                  "Vote fraction of " + meaning,
                  row -> said.apply(row).probability());
              if (intervals) {
                number(
                    name + "_dirichlet",
                    "Dirichlet concentration of " + meaning,
                    "stat.param",
                    row -> concentration(row.morphology.questions().get(place), at));
                number(
                    name + "_fraction_lower90",
                    "5th percentile of the vote fraction of " + meaning,
                    PROBABILITY + ";stat.min",
                    row -> said.apply(row).lower90());
                number(
                    name + "_fraction_upper90",
                    "95th percentile of the vote fraction of " + meaning,
                    PROBABILITY + ";stat.max",
                    row -> said.apply(row).upper90());
              }
            });
  }

  private static @Nullable Double concentration(GalaxyMorphology.Question question, int answer) {
    Double sum = question.concentration();
    return sum == null ? null : sum * question.answers().get(answer).probability();
  }

  /** Kaggle's header: {@code GalaxyID} and the 37 joint probabilities. */
  static MorphologyColumns kaggle(DecisionTree tree) {
    MorphologyColumns columns = new MorphologyColumns(tree);
    columns.text(
        KaggleColumns.GALAXY_ID,
        "Kaggle's identifier of the galaxy",
        "meta.id;meta.main",
        row -> row.morphology.objectId());
    for (int a = 0; a < KaggleColumns.NAMES.size(); a++) {
      String name = KaggleColumns.NAMES.get(a);
      int at = a;
      columns.probability(
          name, "Joint probability of Kaggle's answer " + name, row -> row.joint(at));
    }
    return columns;
  }

  List<ColumnInfo> infos() {
    return infos;
  }

  @Nullable Object[] row(String file, GalaxyMorphology morphology) {
    Classified row = new Classified(tree, file, morphology);
    return cells.stream().map(cell -> cell.apply(row)).toArray();
  }

  private void text(
      String name, String description, String ucd, Function<Classified, @Nullable Object> cell) {
    // else a VOTable declares it as ASCII, and readers refuse what is not
    column(String.class, name, description, ucd, cell)
        .setAuxDatum(new DescribedValue(VOStarTable.DATATYPE_INFO, "unicodeChar"));
  }

  private void pixels(
      String name, String description, String ucd, Function<Classified, @Nullable Object> cell) {
    column(Integer.class, name, description, ucd, cell).setUnitString("pixel");
  }

  /** A probability has no unit, which the formats say by leaving it out. */
  private void probability(
      String name, String description, Function<Classified, @Nullable Object> cell) {
    number(name, description, PROBABILITY, cell);
  }

  private ColumnInfo number(
      String name, String description, String ucd, Function<Classified, @Nullable Object> cell) {
    return column(Double.class, name, description, ucd, cell);
  }

  private ColumnInfo column(
      Class<?> type,
      String name,
      String description,
      String ucd,
      Function<Classified, @Nullable Object> cell) {
    ColumnInfo info = new ColumnInfo(name, type, description);
    info.setUCD(ucd);
    infos.add(info);
    cells.add(cell);
    return info;
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

  private static AnswerProbabilities probabilities(DecisionTree tree, GalaxyMorphology morphology) {
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
