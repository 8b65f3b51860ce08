package dev.tuningfork.standalone.command;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.Precision;
import dev.tuningfork.network.Architecture;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Network;
import dev.tuningfork.trainer.learn.Campaign;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The model that a training makes. */
final class NewModelOptions {

  @Option(
      names = "--out",
      paramLabel = "BUNDLE",
      description = "The folder, or the .zip, to write the model to.")
  @Nullable Path out;

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      description = "The architecture, one of --list. Default: ${DEFAULT-VALUE}.")
  String architecture = TrainingSettings.DEFAULT.architecture();

  @Option(
      names = "--list",
      description =
          "Show the architectures, their number of weights and the cost of an image, and exit.")
  boolean list;

  @Option(
      names = "--tree",
      split = ",",
      paramLabel = "NAME|FILE",
      description =
          "The decision tree: a built-in one (see the command trees), or a file in JSON or YAML."
              + " Several give the model a head for each; a table is of the trees whose columns it"
              + " has. Default: gz2.")
  @Nullable List<String> trees; // an initial list would be added to

  private @Nullable List<DecisionTree> read;

  @Option(
      names = "--question",
      paramLabel = "ID",
      description = "Train one question only, for example t01. Default: the whole tree.")
  @Nullable String question;

  @Option(
      names = "--channels",
      paramLabel = "C",
      description = "Input channels: ${COMPLETION-CANDIDATES}. Default: the architecture's own.")
  @Nullable Channels channels;

  @Option(
      names = "--size",
      paramLabel = "N",
      description = "Side of the input in pixels. Default: the architecture's own.")
  @Nullable Integer size;

  @Option(
      names = "--crop",
      paramLabel = "SHARE",
      description =
          "Share of an image's shorter side that the network sees. Default: the architecture's"
              + " own.")
  @Nullable Double crop;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description =
          "How pictures are made from the flux of FITS cutouts, in training and by the model:"
              + " sdss-gri, legacy-grz, euclid-vis, euclid-composite, hsc-gri or asinh. Name that"
              + " of the cutouts if they are pictures already. Default: by the model's stretch.")
  @Nullable String recipe;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The model's name. Default: from the architecture and the tree.")
  @Nullable String name;

  @Option(
      names = "--model-version",
      paramLabel = "VERSION",
      description = "Default: ${DEFAULT-VALUE}.")
  String version = "1.0.0";

  @Option(names = "--half", description = "Write the weights in half precision.")
  boolean half;

  boolean wholeTree() {
    return question == null;
  }

  /**
   * @throws IOException if a tree's file cannot be read
   * @throws IllegalArgumentException if it is not a tree, or two trees have the same id
   */
  List<DecisionTree> trees() throws IOException {
    if (read == null) {
      List<DecisionTree> named = new ArrayList<>();
      if (trees == null) {
        TrainingSettings.DEFAULT.campaigns().forEach(campaign -> named.add(campaign.tree()));
      } else {
        for (String tree : trees) {
          named.add(NamedTree.of(tree));
        }
      }
      List<String> ids = named.stream().map(DecisionTree::id).toList();
      if (ids.stream().distinct().count() < ids.size()) {
        throw new IllegalArgumentException(
            "A model has one head for each tree, and --tree names %s: name each tree once, and give each its own id."
                .formatted(String.join(", ", ids)));
      }
      read = List.copyOf(named);
    }
    return read;
  }

  /**
   * What is to be learnt of each tree.
   *
   * @throws IOException if a tree's file cannot be read
   * @throws IllegalArgumentException as {@link #trees}, or if one question of several trees is
   *     wanted
   */
  List<Campaign> campaigns() throws IOException {
    if (question == null) {
      return trees().stream().map(Campaign::of).toList();
    }
    if (trees().size() > 1) {
      throw new IllegalArgumentException(
          "--question %s is a question of one tree: name one --tree, or leave out --question."
              .formatted(question));
    }
    DecisionTree tree = trees().getFirst();
    return List.of(new Campaign(tree, List.of(tree.question(question))));
  }

  String name() throws IOException {
    if (name != null) {
      return name;
    }
    String ofTree =
        trees().stream()
            .map(DecisionTree::id)
            .collect(Collectors.joining("-", architecture + "-", ""));
    return question == null ? ofTree : ofTree + "-" + question;
  }

  Precision precision() {
    return half ? Precision.HALF : Precision.SINGLE;
  }

  private @Nullable InputSpec earlierInput;

  /**
   * Takes the architecture and the input of a model that is fine-tuned.
   *
   * @param architectureGiven whether another architecture was asked for, which must be the same
   */
  void beginAs(ModelDescription earlier, boolean architectureGiven) {
    if (architectureGiven && !architecture.equals(earlier.architecture())) {
      throw new IllegalArgumentException(
          "The weights of %s are those of the architecture %s, not of %s: leave out --architecture."
              .formatted(earlier.name(), earlier.architecture(), architecture));
    }
    architecture = earlier.architecture();
    earlierInput = earlier.input();
  }

  /**
   * The recipe by which pictures are made of flux; null where none was named.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  @Nullable Recipe recipe() {
    return recipe == null ? null : Recipe.named(recipe);
  }

  /** The architecture's own input with what the options change of it. */
  InputSpec input() {
    InputSpec input =
        earlierInput == null ? Architectures.named(architecture).input() : earlierInput;
    if (channels != null && channels != input.channels()) {
      input =
          input
              .withChannels(channels)
              .withStandardisation(
                  Collections.nCopies(channels.count(), input.mean().getFirst()),
                  Collections.nCopies(channels.count(), input.std().getFirst()));
    }
    if (size != null) {
      input = input.withSize(size);
    }
    Recipe chosen = recipe();
    if (chosen != null) {
      input = input.withRecipe(chosen);
    }
    return crop == null ? input : input.withCrop(new Crop.Fraction(crop));
  }

  /** Prints what {@code --list} shows. */
  static void list(PrintWriter out) {
    out.printf("%-20s %12s %14s  %s%n", "architecture", "weights", "multiply-adds", "input");
    for (Architecture architecture : Architectures.all()) {
      InputSpec input = architecture.input();
      Network network =
          architecture.describe(
              input.channels().count(),
              input.size(),
              Campaign.heads(TrainingSettings.DEFAULT.campaigns()));
      out.printf(
          "%-20s %,12d %,14d  %s, %d×%d%n    %s%n",
          architecture.name(),
          network.parameters(),
          network.multiplyAdds(),
          input.channels().name().toLowerCase(Locale.ROOT),
          input.size(),
          input.size(),
          architecture.description());
    }
  }
}
