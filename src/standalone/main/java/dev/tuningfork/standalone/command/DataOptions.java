package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.data.ClassFolders;
import dev.tuningfork.trainer.data.ClassTable;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.UnlabelledImages;
import dev.tuningfork.tree.ClassRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
      required = true,
      paramLabel = "DIR",
      description = "Images named by their galaxy's id, such as 100008.jpg.")
  Path images = Path.of("");

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "CSV",
      description = "Vote fractions in Kaggle's 37 columns; empty cells are unknown.")
  @Nullable List<Path> labels; // an initial list would be one and the same in all groups

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
   * The data sets of all groups: one for each source of labels.
   *
   * @throws IllegalArgumentException if a group names no labels, classes without their rules, or
   *     rules without classes
   */
  static List<DataSet> dataSets(List<DataOptions> groups) {
    return groups.stream().flatMap(group -> group.dataSets().stream()).toList();
  }

  /** Whether there is anything to judge a model on. */
  boolean judged() {
    return !trainOnly && !unlabelled;
  }

  private List<DataSet> dataSets() {
    List<GalaxySource> sources = new ArrayList<>();
    if (labels != null) {
      sources.add(new KaggleTables(images, labels));
    }
    if (classes != null) {
      if (rules == null) {
        throw new IllegalArgumentException(
            "The meaning of the classes in %s is unknown: give their rules with --rules."
                .formatted(classes));
      }
      sources.add(
          new ClassTable(
              images, classes, ClassRules.named(rules), Optional.empty(), Optional.empty()));
    } else if (rules != null) {
      if (labels != null) {
        throw new IllegalArgumentException(
            "--rules %s needs --classes, but the images of %s only have --labels."
                .formatted(rules, images));
      }
      sources.add(new ClassFolders(images, ClassRules.named(rules)));
    }
    if (unlabelled) {
      if (!sources.isEmpty()) {
        throw new IllegalArgumentException(
            "The images of %s are --unlabelled, but also have labels: remove one of the two."
                .formatted(images));
      }
      sources.add(new UnlabelledImages(images));
    }
    if (sources.isEmpty()) {
      throw new IllegalArgumentException(
          "The images of %s have no labels: give --labels or --classes, or the --rules of classes that are folders, or --unlabelled."
              .formatted(images));
    }
    OptionalInt crop = cropPixels == null ? OptionalInt.empty() : OptionalInt.of(cropPixels);
    return sources.stream().map(source -> new DataSet(source, weight, judged(), crop)).toList();
  }
}
