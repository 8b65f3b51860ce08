package dev.tuningfork.tree;

import dev.tuningfork.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The questions that volunteers are asked, and which answer leads to which question: a directed
 * graph without cycles, from one root, in which a question may have several parents.
 *
 * <p>In a vector of all answers, they are in the tree's order: question by question as {@link
 * #questions()} lists them, and within a question as {@link Question#answers()} does.
 *
 * <p>A tree is a value: it is read from a JSON file ({@link TreeFile} is the format), verified, and
 * hashed. Galaxy Zoo 2's is {@code gz2.json} beside this class, and another campaign's tree is
 * another file. Trees are equal if their hashes are. Immutable, so safe for any thread.
 */
public final class DecisionTree {

  private static final DecisionTree GALAXY_ZOO_2 = byId("gz2");

  private final String id;
  private final String version;
  private final TreeFile file;
  private final List<Question> questions;
  private final List<Question> classString;
  private final List<Question> sentence;
  private final List<ZoobotQuestion> zoobot;

  private final Map<String, Integer> indexes = new LinkedHashMap<>();
  private final int[] firstAnswers;
  private final int[] next;
  private final int[] walkOrder;
  private final String sha256;

  /**
   * A tree that is verified.
   *
   * @param file what the tree was read from, and what it says besides
   * @throws IllegalArgumentException if these are not a decision tree, and why
   */
  DecisionTree(TreeFile file, String id, String version, List<Question> questions) {
    this.file = file;
    this.id = id;
    this.version = version;
    this.questions = List.copyOf(questions);
    require(!questions.isEmpty(), "has no questions");

    firstAnswers = new int[questions.size() + 1];
    Set<String> answerIds = new HashSet<>();
    for (int q = 0; q < questions.size(); q++) {
      Question question = questions.get(q);
      require(
          indexes.put(question.id(), q) == null,
          "has two questions " + question.id() + ": give each its own id");
      for (Answer answer : question.answers()) {
        require(
            answerIds.add(answer.id()),
            "has two answers " + answer.id() + ": give each its own id");
      }
      require(
          question.answers().stream().map(Answer::key).distinct().count()
              == question.answers().size(),
          "has question " + question.id() + " with two answers of the same key: rename one");
      firstAnswers[q + 1] = firstAnswers[q] + question.answers().size();
    }
    require(
        questions.stream().map(Question::key).distinct().count() == questions.size(),
        "has two questions of the same key: rename one");

    next = new int[answerCount()];
    int flat = 0;
    for (Question question : questions) {
      for (Answer answer : question.answers()) {
        next[flat++] = answer.next().map(target -> target(answer, target)).orElse(-1);
      }
    }
    walkOrder = walkOrder();
    this.classString = inOrder(file.classString(), Answer::code, "classString");
    this.sentence = inOrder(file.sentence(), Answer::words, "sentence");
    this.zoobot = questions.stream().map(file::zoobot).toList();
    sha256 = hash();
  }

  /** The tree of Galaxy Zoo 2: eleven questions, 37 answers (Willett et al. 2013). */
  public static DecisionTree galaxyZoo2() {
    return GALAXY_ZOO_2;
  }

  /**
   * A tree that the product holds.
   *
   * @param id such as {@code gz2}
   * @throws IllegalArgumentException if there is none of this name
   */
  public static DecisionTree byId(String id) {
    return TreeFile.builtIn(id).tree();
  }

  /** The ids of the trees that the product holds. */
  public static List<String> builtIn() {
    return TreeFile.BUILT_IN;
  }

  /**
   * Reads a tree and verifies it.
   *
   * @param json UTF-8, at most 1 MiB; not closed
   * @throws IOException if the stream cannot be read
   * @throws IllegalArgumentException if what it holds is not a decision tree, and why
   */
  public static DecisionTree read(InputStream json) throws IOException {
    return TreeFile.read(json, true).tree();
  }

  /** As {@link #read}, of a file that a later version of the product may have written. */
  public static DecisionTree readKnown(InputStream json) throws IOException {
    return TreeFile.read(json, false).tree();
  }

  /** Such as {@code gz2}. */
  public String id() {
    return id;
  }

  public String version() {
    return version;
  }

  /** The campaign's name, such as {@code Galaxy Zoo 2}; the id if the file does not say. */
  public String name() {
    return Objects.requireNonNullElse(file.name(), id);
  }

  /** Where the tree was published; empty if the file does not say. */
  public String source() {
    return Objects.requireNonNullElse(file.source(), "");
  }

  /** What Zoobot's columns of votes have behind a question's name, such as {@code dr5}. */
  public String campaign() {
    return Objects.requireNonNullElse(file.campaign(), id);
  }

  /** What Zoobot's columns of a question begin with, such as {@code bar-dr5}. */
  public String zoobotName(Question question) {
    return zoobot(question).name() + "-" + campaign();
  }

  /** Zoobot's columns of a question's votes, such as {@code bar-dr5_strong}, in its order. */
  public List<String> zoobotColumns(Question question) {
    return zoobot(question).answers().keySet().stream()
        .map(answer -> zoobotName(question) + "_" + answer)
        .toList();
  }

  /** What Zoobot calls a question and its answers; the tree's own keys if the file does not say. */
  public ZoobotQuestion zoobot(Question question) {
    return zoobot.get(index(question.id()));
  }

  /** The file of this tree: {@link #read} makes the same tree of it. UTF-8 JSON. */
  public byte[] toJson() {
    return file.toJson();
  }

  /**
   * The hash of what a vector of answers means: the tree's id and version, every question's and
   * answer's id in order, and where each answer leads. Keys and wording are not part of it, so a
   * better wording does not turn away the models that were trained before.
   */
  public String sha256() {
    return sha256;
  }

  /** In the tree's order, which is that of the concatenated vector and not that of the walk. */
  public List<Question> questions() {
    return questions;
  }

  /**
   * The question of this id.
   *
   * @throws IllegalArgumentException if the tree has none
   */
  public Question question(String questionId) {
    return questions.get(index(questionId));
  }

  /** The question that every walk begins with. */
  public Question root() {
    return questions.get(walkOrder[0]);
  }

  /** The questions in an order in which each comes after all that lead to it. */
  public List<Question> walk() {
    return Arrays.stream(walkOrder).mapToObj(questions::get).toList();
  }

  /** The length of the concatenated vector: 37 for Galaxy Zoo 2. */
  public int answerCount() {
    return firstAnswers[questions.size()];
  }

  /** The place of a question's first answer in the concatenated vector. */
  public int firstAnswer(Question question) {
    return firstAnswers[index(question.id())];
  }

  /** The questions whose answers' codes make the class string, in the order they are written. */
  List<Question> classString() {
    return classString;
  }

  /** The questions whose answers' words make the sentence, in the order they are written. */
  List<Question> sentence() {
    return sentence;
  }

  /** A question's place in {@link #questions()}. */
  int index(String questionId) {
    Integer index = indexes.get(questionId);
    if (index == null) {
      throw new IllegalArgumentException(
          "Decision tree " + id + " has no question '" + questionId + "'.");
    }
    return index;
  }

  int firstAnswer(int question) {
    return firstAnswers[question];
  }

  /** The index of the question that an answer leads to, or -1 where the walk ends. */
  int next(int flatAnswer) {
    return next[flatAnswer];
  }

  /** The i-th question's index when every question comes after all of its parents. */
  int walked(int i) {
    return walkOrder[i];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DecisionTree tree && sha256.equals(tree.sha256);
  }

  @Override
  public int hashCode() {
    return sha256.hashCode();
  }

  @Override
  public String toString() {
    return id + " version " + version;
  }

  private int target(Answer answer, String target) {
    Integer index = indexes.get(target);
    require(
        index != null,
        "lets answer "
            + answer.id()
            + " lead to "
            + target
            + ", which is not one of its questions: name one of "
            + String.join(", ", indexes.keySet()));
    return Objects.requireNonNull(index);
  }

  /** Kahn's algorithm; what it cannot reach lies on a cycle. */
  private int[] walkOrder() {
    int[] parents = new int[questions.size()];
    for (int target : next) {
      if (target >= 0) {
        parents[target]++;
      }
    }
    ArrayDeque<Integer> ready = new ArrayDeque<>();
    for (int q = 0; q < parents.length; q++) {
      if (parents[q] == 0) {
        ready.add(q);
      }
    }
    require(
        !ready.isEmpty(),
        "has no root: some answer leads to every one of its questions. Let none lead to the first");
    require(
        ready.size() == 1,
        "has more than one root: no answer leads to "
            + ready.stream().map(q -> questions.get(q).id()).collect(Collectors.joining(" or "))
            + ". Every question but the first needs an answer whose 'next' it is");
    int[] order = new int[questions.size()];
    int walked = 0;
    while (!ready.isEmpty()) {
      int q = ready.remove();
      order[walked++] = q;
      for (int a = firstAnswers[q]; a < firstAnswers[q + 1]; a++) {
        if (next[a] >= 0 && --parents[next[a]] == 0) {
          ready.add(next[a]);
        }
      }
    }
    require(
        walked == order.length,
        "has a cycle: a question leads back to itself, among "
            + questions.stream()
                .filter(question -> parents[index(question.id())] > 0)
                .map(Question::id)
                .collect(Collectors.joining(", "))
            + ". Remove the 'next' of one of their answers");
    return order;
  }

  /** The order that the file gives, else that of the walk; none where no answer has such a text. */
  private List<Question> inOrder(
      @Nullable List<String> order, Function<Answer, String> text, String field) {
    if (order == null) {
      boolean texts =
          questions.stream()
              .flatMap(question -> question.answers().stream())
              .anyMatch(answer -> !text.apply(answer).isEmpty());
      return texts ? walk() : List.of();
    }
    for (String questionId : order) {
      require(
          indexes.containsKey(questionId),
          "names " + questionId + " in '" + field + "', which is not one of its questions");
    }
    require(new HashSet<>(order).size() == order.size(), "names a question twice in " + field);
    return order.stream().map(this::question).toList();
  }

  private String hash() {
    Function<Question, String> line =
        question ->
            question.answers().stream()
                .map(answer -> answer.id() + answer.next().map(to -> ">" + to).orElse(""))
                .collect(Collectors.joining(" ", question.id() + " ", "\n"));
    String canonical =
        questions.stream().map(line).collect(Collectors.joining("", id + " " + version + "\n", ""));
    return Sha256.hex(canonical.getBytes(StandardCharsets.UTF_8));
  }

  private void require(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException("Decision tree " + id + " " + complaint + ".");
    }
  }
}
