package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionTreeTest {

  private static final String DIAMOND =
      """
      {"id": "mini", "version": "3", "classString": ["q1"], "questions": [
        {"id": "q1", "key": "one", "text": "One?", "answers": [
          {"id": "a1", "key": "left", "next": "q2", "code": "L"},
          {"id": "a2", "key": "right", "next": "q3", "words": "right"}]},
        {"id": "q2", "key": "two", "answers": [
          {"id": "a3", "key": "yes", "next": "q4"}, {"id": "a4", "key": "no"}]},
        {"id": "q3", "key": "three", "answers": [
          {"id": "a5", "key": "yes", "next": "q4"}, {"id": "a6", "key": "no"}]},
        {"id": "q4", "key": "four", "answers": [
          {"id": "a7", "key": "yes"}, {"id": "a8", "key": "no"}]}]}
      """;

  @Test
  void galaxyZoo2HasElevenQuestionsAnd37AnswersInTheOrderOfTheirNumbers() {
    DecisionTree tree = DecisionTree.galaxyZoo2();

    assertThat(tree.id()).isEqualTo("gz2");
    assertThat(tree.version()).isEqualTo("1");
    assertThat(tree.questions())
        .extracting(Question::id)
        .containsExactly(
            "t01", "t02", "t03", "t04", "t05", "t06", "t07", "t08", "t09", "t10", "t11");
    assertThat(tree.answerCount()).isEqualTo(37);
    assertThat(tree.root().id()).isEqualTo("t01");
    assertThat(tree.firstAnswer(tree.question("t08"))).isEqualTo(18);
    assertThat(tree.question("t08").answers().getLast().id()).isEqualTo("a38");
    assertThat(DecisionTree.byId("gz2").sha256()).isEqualTo(tree.sha256());
  }

  /** Bundles hold this hash: if it changes, every model trained so far is turned away. */
  @Test
  void theHashOfGalaxyZoo2StaysWhatBundlesWereMadeWith() {
    assertThat(DecisionTree.galaxyZoo2().sha256())
        .isEqualTo("5324c6c24e20c365eb5c58a9d5a7cb0e6de4406cd5decb631a8df1ea67aa3dc7");
  }

  @Test
  void everyBuiltInTreeNamesItsSourceAndIsTheSameWhenItIsWritten() throws IOException {
    for (String id : DecisionTree.builtIn()) {
      DecisionTree tree = DecisionTree.byId(id);
      assertThat(tree.id()).isEqualTo(id);
      assertThat(tree.source()).as(id).isNotEmpty();
      assertThat(tree.root().key()).isEqualTo("smooth-or-featured");
      assertThat(read(new String(tree.toJson(), StandardCharsets.UTF_8))).isEqualTo(tree);
    }
  }

  /** The two orders are easily mistaken for each other: their first answers are opposites. */
  @Test
  void volunteersAndZoobotHaveTheAnswersInOrdersOfTheirOwn() {
    DecisionTree tree = DecisionTree.byId("decals-dr5");
    Question bar = tree.question("T4");

    assertThat(bar.answers()).extracting(Answer::key).containsExactly("no", "weak", "strong");
    assertThat(tree.zoobot(bar).answers().keySet()).containsExactly("strong", "weak", "no");
    assertThat(tree.zoobot(bar).answers().get("no").key()).isEqualTo("no");
    assertThat(tree.campaign()).isEqualTo("dr5");
    Question bulge = DecisionTree.galaxyZoo2().question("t05");
    assertThat(DecisionTree.galaxyZoo2().zoobot(bulge).answers().firstEntry().getValue().id())
        .isEqualTo("a13");
  }

  /** From galaxy-datasets: merging is asked of all but artifacts, bars of all face-on disks. */
  @Test
  void howOftenAQuestionIsAskedFollowsFromTheWalk() {
    DecisionTree tree = DecisionTree.byId("decals-dr5");
    double[] even = new double[tree.answerCount()];
    for (Question question : tree.questions()) {
      int first = tree.firstAnswer(question);
      Arrays.fill(even, first, first + question.answers().size(), 1.0 / question.answers().size());
    }
    AnswerProbabilities answers = AnswerProbabilities.of(tree, even);

    assertThat(answers.asked(tree.question("T11")).orElseThrow()).isCloseTo(2 / 3., within(1e-9));
    for (String faceOn : List.of("T4", "T5", "T8")) {
      assertThat(answers.asked(tree.question(faceOn)).orElseThrow())
          .isCloseTo(1 / 6., within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "answers": {"left": "a1", "right": "a2"} | "answers": {"left": "a1"}                 | leaves out an answer
          "answers": {"left": "a1", "right": "a2"} | "answers": {"left": "a1", "right": "a9"} | names answer a9
          "name": "which"                          | "name": "wh ich"                          | 'wh ich'
          """,
      quoteCharacter = '\'')
  void namesOfZoobotThatCannotBeAreRefused(String good, String bad, String complaint)
      throws IOException {
    String named =
        DIAMOND.replace(
            "\"key\": \"one\",",
            "\"key\": \"one\", \"zoobot\": {\"name\": \"which\", \"answers\": {\"left\": \"a1\", \"right\": \"a2\"}},");
    assertThat(read(named).zoobot(read(named).root()).name()).isEqualTo("which");

    assertThatThrownBy(() -> read(named.replace(good, bad)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void aTreeOfAnotherCampaignIsAnotherFile() throws IOException {
    DecisionTree tree = read(DIAMOND);

    assertThat(tree.toString()).isEqualTo("mini version 3");
    assertThat(tree.answerCount()).isEqualTo(8);
    assertThat(AnswerProbabilities.of(tree, new double[] {.4, .6, .5, .5, .25, .75, 1, 0}))
        .satisfies(
            p -> assertThat(p.asked(tree.question("q4"))).hasValue(.4 * .5 + .6 * .25),
            p -> assertThat(Morphology.of(p).classString()).isEmpty());
  }

  @Test
  void theHashFollowsTheMeaningOfTheVectorAndNotTheWording() throws IOException {
    String hash = read(DIAMOND).sha256();

    assertThat(read(DIAMOND.replace("One?", "First?")).sha256()).isEqualTo(hash);
    assertThat(read(DIAMOND.replace("\"code\": \"L\"", "\"code\": \"l\"")).sha256())
        .isEqualTo(hash);
    assertThat(read(DIAMOND.replace("\"3\"", "\"4\"")).sha256()).isNotEqualTo(hash);
    assertThat(read(DIAMOND.replace("\"a8\"", "\"a9\"")).sha256()).isNotEqualTo(hash);
    assertThat(
            read(DIAMOND.replace(
                    "\"yes\", \"next\": \"q4\"}, {\"id\": \"a4\"", "\"yes\"}, {\"id\": \"a4\""))
                .sha256())
        .isNotEqualTo(hash);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "id": "q2"                        | "id": "q3"                        | has two questions q3
          "id": "a8"                        | "id": "a1"                        | has two answers a1
          "key": "left"                     | "key": "right"                    | two answers of the same key
          "key": "two"                      | "key": "three"                    | two questions of the same key
          "next": "q2"                      | "next": "q9"                      | answer a1 lead to q9
          "key": "left", "next": "q2"       | "key": "left"                     | more than one root: no answer leads to q1 or q2
          "id": "a8", "key": "no"           | "id": "a8", "key": "no", "next": "q2" | has a cycle
          "id": "a8", "key": "no"           | "id": "a8", "key": "no", "next": "q1" | has no root
          , {"id": "a8", "key": "no"}       | ''                                | Question q4 of decision tree mini needs at least two answers
          "classString": ["q1"]             | "classString": ["q7"]             | names q7 in 'classString'
          "classString": ["q1"]             | "classString": ["q1", "q1"]       | names a question twice
          "id": "mini"                      | "id": "mi ni"                     | 'mi ni'
          "version": "3",                   | ''                                | not nothing
          "code": "L"                       | "colour": "L"                     | colour
          ]}]}                              | ]}                                | file is invalid
          """,
      quoteCharacter = '\'')
  void aFileThatIsNoTreeIsRefusedWithASentence(String good, String bad, String complaint) {
    assertThat(DIAMOND).contains(good);

    assertThatThrownBy(() -> read(DIAMOND.replace(good, bad)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void anUnknownTreeOrQuestionIsNamed() {
    assertThatThrownBy(() -> DecisionTree.byId("../gz2"))
        .hasMessage(
            "There is no decision tree named '../gz2'; the built-in ones are %s."
                .formatted(String.join(", ", DecisionTree.builtIn())));
    assertThatThrownBy(() -> DecisionTree.galaxyZoo2().question("t12"))
        .hasMessage("Decision tree gz2 has no question 't12'.");
  }

  private static DecisionTree read(String json) throws IOException {
    return DecisionTree.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }
}
