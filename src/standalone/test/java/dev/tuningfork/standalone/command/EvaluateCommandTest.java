package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.trainer.DrawnGalaxies;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.HeldOutSplit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import picocli.CommandLine;

class EvaluateCommandTest {

  private static final int GALAXIES = 20;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path images = Path.of("");
  private Path bundle = Path.of("");

  @BeforeEach
  void drawGalaxies() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    DrawnGalaxies.draw(images, GALAXIES);
    bundle = folder.resolve("tiny.zip");
    TinyModel.bundle().save(bundle);
  }

  @Test
  void itIsJudgedOnWhatItsOwnSplitHoldsOutAndOnNothingElse() throws Exception {
    HeldOutSplit split = new HeldOutSplit(0.5, "test");
    long heldOut = IntStream.range(0, GALAXIES).filter(id -> split.holdsOut("" + id)).count();

    assertThat(evaluate("--json", folder.resolve("figures.json").toString())).isZero();

    assertThat(out.toString())
        .startsWith("tiny 1.2.3 on %d galaxies, from one view of each".formatted(heldOut))
        .contains("From eight views of each galaxy instead", "galaxies per second from one view");
    JsonNode json = new JsonMapper().readTree(folder.resolve("figures.json").toFile());
    assertThat(json.at("/metrics/all/galaxies").intValue()).isEqualTo(heldOut);
    assertThat(json.at("/metrics/all/rmse").isNumber()).isTrue();
    assertThat(json.at("/metrics/t01/accuracy").isNumber()).isTrue();
    assertThat(json.at("/metrics/t01/turning").doubleValue()).isPositive();
    assertThat(json.at("/confusion/t01/all").size()).isEqualTo(3);
    assertThat(json.at("/imagesPerSecond/eightViews").doubleValue()).isPositive();
    assertThat(err.toString()).contains("Galaxy 999 of ", "has no image");
  }

  @Test
  void theTableFitsATerminalAndIsAligned() {
    assertThat(evaluate("--all", "--views", "8")).isZero();

    List<String> lines = out.toString().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("tiny 1.2.3 on 20 galaxies, from eight views of each");
    assertThat(lines).allMatch(line -> line.length() <= 100);
    List<String> rows = lines.subList(2, 2 + 12);
    int end = rows.getFirst().length();
    assertThat(rows.getFirst()).startsWith("question").endsWith("turning");
    assertThat(rows.subList(1, rows.size()))
        .allSatisfy(row -> assertThat(row).matches("t\\d\\d [a-z-]+ .*").hasSize(end));
  }

  @Test
  void theReportIsOneFileWithEveryPictureInside() throws Exception {
    Path report = folder.resolve("report.html");

    assertThat(evaluate("--all", "--report", report.toString())).isZero();

    String html = Files.readString(report);
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(
                    html.substring(html.indexOf("<html")).getBytes(StandardCharsets.UTF_8)));
    List<String> sources = new ArrayList<>(attributes(page, "img", "src"));
    sources.addAll(attributes(page, "source", "srcset"));
    // loss, accuracy, and the first question's two, each in light and dark; the mistakes once
    assertThat(sources.size()).isGreaterThanOrEqualTo(9);
    for (String source : sources) {
      assertThat(source).matches("data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+");
      byte[] file = Base64.getDecoder().decode(source.substring(source.indexOf(',') + 1));
      assertThat(ImageIO.read(new ByteArrayInputStream(file)).getWidth()).isGreaterThan(100);
    }
    assertThat(Pattern.compile("https?://|url\\(|<link|<script|@import").matcher(html).find())
        .as("anything from elsewhere")
        .isFalse();
    assertThat(html).contains("prefers-color-scheme: dark", "<h1>tiny 1.2.3</h1>", "20 galaxies");
  }

  @Test
  void thePicturesAreFilesAsWell() {
    Path pictures = folder.resolve("pictures");

    assertThat(evaluate("--pictures", pictures.toString(), "--once")).isZero();

    assertThat(pictures)
        .isDirectoryContaining("glob:**/accuracy.png")
        .isDirectoryContaining("glob:**/loss.png")
        .isDirectoryContaining("glob:**/confusion-t01.png")
        .isDirectoryContaining("glob:**/calibration-t01.png")
        .isDirectoryContaining("glob:**/mistakes.png");
    assertThat(out.toString()).doesNotContain("turning", "eight views");
  }

  @Test
  void anImageThatCannotBeReadIsLeftOutAndNamed() throws Exception {
    Files.writeString(images.resolve("3.png"), "no image");

    assertThat(evaluate("--all", "--once")).isZero();

    assertThat(err.toString()).contains("Galaxy 3 is left out", "3.png");
    assertThat(out.toString()).contains("on 19 galaxies", "1 galaxies were left out");
  }

  @Test
  void aMissingBundleIsNamed() {
    assertThat(run("--model", "nowhere", "--images", images.toString(), "--labels", labels()))
        .isNotZero();
    assertThat(err.toString()).contains("There is no model nowhere");
  }

  @Test
  void aModelThatDoesNotSayWhatWasHeldOutIsJudgedOnAllOrNotAtAll() throws Exception {
    TinyModel.silent().save(bundle);

    assertThat(evaluate()).isNotZero();
    assertThat(err.toString()).contains("does not record which galaxies were held out", "--all");

    assertThat(evaluate("--all", "--once")).isZero();
  }

  @Test
  void dataThatIsJudgedOnNeverIsNoneToJudgeOn() {
    assertThat(evaluate("--train-only", "--all")).isNotZero();
    assertThat(err.toString()).contains("There is no galaxy to judge the model on");
  }

  @Test
  void whereTheSplitHoldsOutNothingItSaysSo() throws Exception {
    Path labels = DrawnGalaxies.labels(images);
    HeldOutSplit split = new HeldOutSplit(0.5, "test");
    Files.write(
        labels,
        Files.readAllLines(labels).stream()
            .filter(row -> row.startsWith("GalaxyID") || !split.holdsOut(row.split(",", -1)[0]))
            .toList());

    assertThat(evaluate()).isNotZero();
    assertThat(err.toString()).contains("split holds out none of these");
  }

  @Test
  void dataThatTheModelLearntFromWithoutHoldingAnyOutIsNoneToJudgeOn() throws Exception {
    TinyModel.learntFromAllOf(GalaxySource.shortened(images)).save(bundle);

    assertThat(evaluate()).isNotZero();
    assertThat(err.toString()).contains("was trained on all galaxies of", "images");
  }

  @Test
  void judgedOnAllOfWhatItLearntFromItWarns() throws Exception {
    TinyModel.learntFromPartOf(GalaxySource.shortened(images)).save(bundle);

    assertThat(evaluate("--once")).isZero();
    assertThat(err.toString()).doesNotContain("learnt from");

    assertThat(evaluate("--once", "--all")).isZero();
    assertThat(err.toString()).contains("was trained on galaxies of", "say nothing about others");
  }

  @Test
  void withoutDataItSaysWhatIsMissing() {
    assertThat(run("--model", bundle.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--images=DIR");
  }

  @Test
  void aReportThatCouldNotBeWrittenIsRefusedBeforeTheWork() {
    assertThat(evaluate("--report", folder.resolve("nowhere/report.html").toString()))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("There is no folder", "to write report.html to.");
  }

  @Test
  void aClassByRuleIsCountedInAdditionToTheVotes() throws Exception {
    Path classes =
        Files.writeString(folder.resolve("classes.csv"), "GalaxyID,class\n0,none\n1,spiral\n");

    assertThat(evaluate("--all", "--once", "--classes", classes.toString(), "--rules", "kaggle"))
        .isZero();

    assertThat(out.toString()).contains("satisfy the rule of a class", "on 20 galaxies");
  }

  @Test
  void classesWithoutRulesAndRulesWithoutClassesAreRefused() {
    assertThat(evaluate("--classes", "classes.csv")).isNotZero();
    assertThat(err.toString()).contains("give their rules with --rules");

    assertThat(evaluate("--rules", "kaggle")).isNotZero();
    assertThat(err.toString()).contains("needs --classes");
  }

  @Test
  void threeViewsAreRefused() {
    assertThat(evaluate("--views", "3")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--views is 1 or 8, not 3.");
  }

  private int evaluate(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--model", bundle.toString(), "--images", images.toString(), "--labels", labels()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private String labels() {
    return DrawnGalaxies.labels(images).toString();
  }

  private int run(String... arguments) {
    return new CommandLine(new EvaluateCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private static List<String> attributes(Document page, String element, String attribute) {
    NodeList nodes = page.getElementsByTagName(element);
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .map(Element.class::cast)
        .map(node -> node.getAttribute(attribute))
        .toList();
  }
}
