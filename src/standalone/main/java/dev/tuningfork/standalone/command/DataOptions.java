package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.data.ClassFolders;
import dev.tuningfork.trainer.data.ClassTable;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.LabelKind;
import dev.tuningfork.trainer.data.UnlabelledImages;
import dev.tuningfork.trainer.data.VoteTables;
import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * One data set on a command line: where its images and labels are, and its role. A command takes
 * several, as a group of options that is repeated.
 */
final class DataOptions {

  static final String HEADING = "Data; repeat the group for each data set:%n";

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Images named by their galaxy's id, such as 100008.jpg.")
  private @Nullable Path images;

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "TABLE",
      description =
          "Votes: counts or fractions in Zoobot's columns or in those of Galaxy Zoo 2's public table, or Kaggle's 37 columns. CSV, FITS, VOTable or Parquet; empty cells are unknown.")
  @Nullable List<Path> labels; // an initial list would be one and the same in all groups

  @Option(
      names = "--label-kind",
      paramLabel = "KIND",
      description =
          "Which of the columns of --labels are the votes: count, weight, fraction, weighted-fraction or debiased. Default: count, or fraction if there are no counts.")
  @Nullable String labelKind;

  @Option(
      names = "--classes",
      paramLabel = "CSV",
      description = "A table with one class per galaxy; --rules gives their meaning.")
  @Nullable Path classes;

  @Option(
      names = "--rules",
      paramLabel = "NAME",
      description =
          "The rules of the classes: kaggle or gz1. Without --labels and --classes, the folder of images contains a folder for each class.")
  @Nullable String rules;

  @Option(
      names = "--unlabelled",
      description =
          "The images have no labels: the --teacher's answers are the targets. Only for training.")
  boolean unlabelled;

  @Option(
      names = "--train-only",
      description = "The galaxies are a biased sample: train on them, but do not judge on them.")
  boolean trainOnly;

  @Option(
      names = "--crop-pixels",
      paramLabel = "N",
      description =
          "The images were trimmed: use their central N pixels instead of the model's share.")
  @Nullable Integer cropPixels;

  @Option(
      names = "--weight",
      paramLabel = "W",
      description = "How often each galaxy of this set is drawn per epoch. Default: 1.")
  double weight = 1;

  /**
   * Questions whose votes in Galaxy Zoo 2's public table differ from Kaggle's columns by no more
   * than volunteers scatter: an RMSE of 0.03 to 0.08 over 43 galaxies in both.
   */
  private static final Set<String> ON_KAGGLES_SCALE =
      Set.of("t02", "t03", "t07", "t09", "t10", "t11");

  /**
   * The data sets of all groups: one for each source of labels, and each tree that it has votes
   * for.
   *
   * @param trees that the model answers
   * @throws IOException if a table of labels cannot be read
   * @throws IllegalArgumentException if a group names no labels, classes without their rules, rules
   *     without classes or of another tree, or two groups have labels that do not mix
   */
  static List<DataSet> dataSets(List<DataOptions> groups, List<DecisionTree> trees)
      throws IOException {
    List<DataSet> sets = new ArrayList<>();
    for (DataOptions group : groups) {
      sets.addAll(group.dataSets(trees));
    }
    if (sets.stream().anyMatch(set -> set.source() instanceof KaggleTables)) {
      for (DataSet set : sets) {
        if (set.source() instanceof VoteTables votes
            && votes.tree().equals(DecisionTree.galaxyZoo2())) {
          requireKagglesScale(votes);
        }
      }
    }
    return sets;
  }

  private static void requireKagglesScale(VoteTables votes) throws IOException {
    List<String> others =
        votes.questions().stream()
            .map(Question::id)
            .filter(id -> !ON_KAGGLES_SCALE.contains(id))
            .sorted()
            .toList();
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "Kaggle's columns and other tables of votes are on different scales, for questions t01 and t08 most of all: train on one of the two, or leave the columns of %s out of %s."
              .formatted(
                  String.join(", ", others),
                  votes.tables().stream().map(Path::toString).collect(Collectors.joining(", "))));
    }
  }

  /**
   * The same with the galaxies of tiles, to which the group without --images belongs, if there is
   * one.
   *
   * @param cutouts the folder of their cutouts, with a list that has the catalogue's labels
   */
  static List<DataSet> dataSets(List<DataOptions> groups, List<DecisionTree> trees, Path cutouts)
      throws IOException {
    List<DataOptions> ofTiles = groups.stream().filter(group -> group.images == null).toList();
    if (ofTiles.size() > 1) {
      throw new IllegalArgumentException(
          "Only one group of data options can be about the tiles: give the others --images.");
    }
    List<DataOptions> all = new ArrayList<>(groups);
    if (ofTiles.isEmpty()) {
      all.add(new DataOptions());
    }
    all.replaceAll(group -> group.images == null ? group.of(cutouts) : group);
    return dataSets(all, trees);
  }

  /** These options for cutouts, whose list has the labels if these name none. */
  private DataOptions of(Path cutouts) {
    DataOptions own = new DataOptions();
    own.images = cutouts;
    own.labels = labels;
    own.labelKind = labelKind;
    own.classes = classes;
    own.rules = rules;
    own.unlabelled = unlabelled;
    own.trainOnly = trainOnly;
    own.cropPixels = cropPixels;
    own.weight = weight;
    if (labels == null && classes == null && !unlabelled) {
      if (rules == null) {
        own.labels = List.of(LabelledTiles.labels(cutouts));
      } else {
        own.classes = LabelledTiles.labels(cutouts);
      }
    }
    return own;
  }

  /**
   * The folder of the images.
   *
   * @throws IllegalArgumentException if none is named
   */
  Path images() {
    if (images == null) {
      throw new IllegalArgumentException(
          "A group of data options has no --images: name the folder of its images.");
    }
    return images;
  }

  /** Whether there is anything to judge a model on. */
  boolean judged() {
    return !trainOnly && !unlabelled;
  }

  private List<DataSet> dataSets(List<DecisionTree> trees) throws IOException {
    List<GalaxySource> sources = new ArrayList<>();
    Path folder = images();
    if (labels != null) {
      sources.addAll(
          VoteTables.of(
              folder, labels, trees, Optional.ofNullable(labelKind).map(LabelKind::named)));
    }
    if (classes != null) {
      if (rules == null) {
        throw new IllegalArgumentException(
            "The meaning of the classes in %s is unknown: give their rules with --rules."
                .formatted(classes));
      }
      sources.add(
          new ClassTable(folder, classes, rules(rules, trees), Optional.empty(), Optional.empty()));
    } else if (rules != null) {
      if (labels != null) {
        throw new IllegalArgumentException(
            "--rules %s needs --classes, but the images of %s only have --labels."
                .formatted(rules, folder));
      }
      sources.add(new ClassFolders(folder, rules(rules, trees)));
    }
    if (unlabelled) {
      if (!sources.isEmpty()) {
        throw new IllegalArgumentException(
            "The images of %s are --unlabelled, but also have labels: remove one of the two."
                .formatted(folder));
      }
      sources.add(new UnlabelledImages(folder, trees.getFirst()));
    }
    if (sources.isEmpty()) {
      throw new IllegalArgumentException(
          "The images of %s have no labels: give --labels or --classes, or the --rules of classes that are folders, or --unlabelled."
              .formatted(folder));
    }
    OptionalInt crop = cropPixels == null ? OptionalInt.empty() : OptionalInt.of(cropPixels);
    return sources.stream().map(source -> new DataSet(source, weight, judged(), crop)).toList();
  }

  private static ClassRules rules(String name, List<DecisionTree> trees) {
    ClassRules rules = ClassRules.named(name);
    if (!trees.contains(rules.tree())) {
      throw new IllegalArgumentException(
          "The rules %s are for the tree %s, but the model answers %s: train on labels of its own questions."
              .formatted(
                  name,
                  rules.tree(),
                  trees.stream().map(DecisionTree::toString).collect(Collectors.joining(" and "))));
    }
    return rules;
  }
}
