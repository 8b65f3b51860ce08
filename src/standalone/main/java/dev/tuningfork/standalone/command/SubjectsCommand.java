package dev.tuningfork.standalone.command;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tuningfork.file.WholeFile;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.ZoobotQuestion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tuning-fork subjects}: answers Zooniverse about the subjects of a manifest. */
@Command(
    name = "subjects",
    description =
        "Answers the first question about the subjects of a Zooniverse manifest, in the form that"
            + " KaDE reads (zooniverse/subject_assistant, version 1).",
    footer = "%nSubjects whose image cannot be used are listed under failures, with the reason.",
    sortOptions = false)
final class SubjectsCommand implements Callable<Integer> {

  private static final JsonMapper JSON = new JsonMapper();

  @Parameters(
      paramLabel = "MANIFEST.json",
      description = "A JSON array of [image address, subject].")
  private Path manifest = Path.of("");

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE.json",
      description = "The file to write.")
  private Path out = Path.of("");

  @Option(
      names = "--answer",
      paramLabel = "KEY",
      description =
          "The answer of the first question whose probability is written. Default: the one about"
              + " features.")
  private @Nullable String answer;

  @Option(
      names = "--share",
      paramLabel = "SHARE",
      description =
          "The probability is that at least this share of volunteers gives the answer. Default:"
              + " ${DEFAULT-VALUE}.")
  private double share = 0.2;

  @Mixin private ModelOptions model = new ModelOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    OutputFile.check(spec.commandLine(), out);
    if (!(share > 0 && share < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--share is above 0 and below 1, not %s.".formatted(share));
    }
    SubjectManifest subjects = SubjectManifest.read(manifest);
    ModelBundle bundle = model.bundle();
    if (bundle.description().output() != Output.CONCENTRATIONS) {
      throw new IllegalArgumentException(
          "The model %s gives no intervals, so it has no probability of a share: train one with --loss dirichlet."
              .formatted(bundle.description().name()));
    }
    DecisionTree tree = bundle.description().tree();
    Question question = tree.root();
    int featured = place(tree, question);
    ObjectNode data = JSON.createObjectNode();
    SequencedMap<String, String> failures = new LinkedHashMap<>(subjects.unreadable());
    try (Interruption stop = new Interruption();
        MorphologyModel loaded = model.load(bundle, Math.max(1, subjects.subjects().size()))) {
      new SubjectJob(
              subjects,
              manifest,
              Terminal.of(spec.commandLine().getOut(), spec.commandLine().getErr()))
          .run(
              loaded,
              stop,
              (id, said) -> data.set(id, entry(question, said, featured)),
              failures::put);
    }
    ObjectNode answers = JSON.createObjectNode();
    answers.set("schema", schema(tree, question, featured));
    answers.set("data", data);
    answers.set("failures", JSON.valueToTree(failures));
    WholeFile.write(out, stream -> stream.write(JSON.writeValueAsBytes(answers)));
    spec.commandLine()
        .getErr()
        .printf(
            "Wrote %s: %,d subjects answered, %,d failed.%n", out, data.size(), failures.size());
    return failures.isEmpty() ? ExitCode.OK : Commands.SOME_LEFT_OUT;
  }

  private int place(DecisionTree tree, Question question) {
    SequencedMap<String, Answer> named = tree.zoobot(question).answers();
    for (int a = 0; a < question.answers().size(); a++) {
      Answer candidate = question.answers().get(a);
      boolean wanted =
          answer == null
              ? candidate.equals(named.get("featured-or-disk"))
                  || candidate.equals(named.get("features"))
              : candidate.key().equals(answer);
      if (wanted) {
        return a;
      }
    }
    throw new ParameterException(
        spec.commandLine(),
        "Name the answer with --answer: %s."
            .formatted(String.join(", ", question.answers().stream().map(Answer::key).toList())));
  }

  private ArrayNode concentrations(Question question, AnswerProbabilities said) {
    double sum = said.concentration(question).orElseThrow();
    ArrayNode concentrations = JSON.createArrayNode();
    for (double probability : said.conditional(question)) {
      concentrations.add(sum * probability);
    }
    return concentrations;
  }

  /** One sample is the whole posterior, so there is only the first. */
  private ObjectNode entry(Question question, AnswerProbabilities said, int featured) {
    ArrayNode sample = JSON.createArrayNode();
    sample.add(said.probabilityOfShare(question, featured, share).orElseThrow());
    sample.add(concentrations(question, said));
    return JSON.createObjectNode().set("0", sample);
  }

  private ObjectNode schema(DecisionTree tree, Question question, int place) {
    ZoobotQuestion zoobot = tree.zoobot(question);
    ArrayNode columns = JSON.createArrayNode();
    for (Answer each : question.answers()) {
      zoobot
          .answers()
          .forEach(
              (name, of) -> {
                if (of.equals(each)) {
                  columns.add("%s_%s_prediction".formatted(tree.zoobotName(question), name));
                }
              });
    }
    ArrayNode sample = JSON.createArrayNode();
    sample.add(
        "probability_at_least_%.0fpc_%s"
            .formatted(
                100 * share, answer == null ? "featured" : question.answers().get(place).key()));
    sample.add(columns);
    ObjectNode schema = JSON.createObjectNode();
    schema.put("version", 1);
    schema.put("type", "zooniverse/subject_assistant");
    schema.putObject("data").putObject("subject_id").set("sample_num", sample);
    return schema;
  }
}
