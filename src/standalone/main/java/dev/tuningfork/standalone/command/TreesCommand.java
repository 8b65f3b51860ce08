package dev.tuningfork.standalone.command;

import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.ZoobotQuestion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tuning-fork trees}: the decision trees, as text. */
@Command(
    name = "trees",
    description =
        "Lists the built-in decision trees, or shows the questions of a tree. A tree in a file is checked.",
    sortOptions = false)
final class TreesCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "NAME|FILE",
      arity = "0..*",
      description = "A built-in tree, or a file in JSON or YAML.")
  private List<String> named = new ArrayList<>();

  @Option(names = "--json", description = "Print the tree's file, to write another tree from.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (named.isEmpty()) {
      for (String id : DecisionTree.builtIn()) {
        DecisionTree tree = DecisionTree.byId(id);
        out.printf(
            "%-12s %-42s %2d questions, %2d answers%n",
            id, tree.name(), tree.questions().size(), tree.answerCount());
      }
      return ExitCode.OK;
    }
    for (String name : named) {
      DecisionTree tree = NamedTree.of(name);
      if (json) {
        out.println(new String(tree.toJson(), StandardCharsets.UTF_8));
      } else {
        draw(tree, out);
      }
    }
    return ExitCode.OK;
  }

  private static void draw(DecisionTree tree, PrintWriter out) {
    out.printf("%s: %s%n", tree, tree.name());
    if (!tree.source().isEmpty()) {
      out.printf("source: %s%n", tree.source());
    }
    out.printf(
        "%d questions, %d answers, hash %s%n",
        tree.questions().size(), tree.answerCount(), tree.sha256());
    for (Question question : tree.walk()) {
      out.println();
      out.printf("%s %s: %s%n", question.id(), question.key(), question.text());
      for (Answer answer : question.answers()) {
        boolean last = answer.equals(question.answers().getLast());
        out.printf(
            " %s %s%s%n",
            last ? "└─" : "├─",
            answer.key(),
            answer.next().map(next -> " → " + next + " " + tree.question(next).key()).orElse(""));
      }
      ZoobotQuestion zoobot = tree.zoobot(question);
      out.printf(
          "    columns in Zoobot's order: %s_{%s}%n",
          tree.zoobotName(question), String.join(", ", zoobot.answers().keySet()));
    }
    out.println();
  }
}
