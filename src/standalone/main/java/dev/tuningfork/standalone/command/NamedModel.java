package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model it is about. */
final class NamedModel {

  @Option(
      names = "--model",
      paramLabel = "NAME|BUNDLE",
      completionCandidates = Shipped.class,
      description =
          "The name of a built-in model (${COMPLETION-CANDIDATES}), or the path of a model bundle: a folder or a zip. Default: ${DEFAULT-VALUE}.")
  private String name = ModelBundle.DEFAULT;

  @Option(
      names = "--tree",
      paramLabel = "NAME",
      description =
          "The tree whose answers are given, if the model answers several. Default: its first tree.")
  private @Nullable String tree;

  ModelBundle bundle() throws ModelException {
    return ModelBundle.named(name).answering(Optional.ofNullable(tree));
  }

  /** The names of the models that are built in. */
  static final class Shipped implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ModelBundle.shipped().iterator();
    }
  }
}
