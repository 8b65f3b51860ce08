package dev.tuningfork.tree;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file format of a {@link DecisionTree}: a JSON object with the tree's id and version, and its
 * questions with their answers in the order in which volunteers see them. All else may be missing.
 * A question without an id has its key as id, and an answer without one is named by its question
 * and its key, such as {@code bar_yes}.
 *
 * @param campaign what Zoobot's columns of votes have behind a question, such as {@code dr5}; the
 *     id if it is missing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TreeFile(
    @Nullable String id,
    @Nullable String version,
    @Nullable String name,
    @Nullable String source,
    @Nullable String campaign,
    @Nullable List<String> classString,
    @Nullable List<String> sentence,
    @Nullable List<QuestionEntry> questions) {

  /** The trees that the product holds, as files beside this class. */
  static final List<String> BUILT_IN =
      List.of(
          "gz2",
          "hubble",
          "candels",
          "ukidss",
          "decals-dr12",
          "decals-dr5",
          "desi",
          "cosmic-dawn",
          "euclid",
          "jwst-ceers");

  private static final int LARGEST = 1 << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonMapper TOLERANT =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /**
   * The file of a tree that the product holds.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  static TreeFile builtIn(String id) {
    if (!BUILT_IN.contains(id)) {
      throw new IllegalArgumentException(
          "There is no decision tree named '%s'; the built-in ones are %s."
              .formatted(id, String.join(", ", BUILT_IN)));
    }
    try (InputStream json = TreeFile.class.getResourceAsStream(id + ".json")) {
      return read(Objects.requireNonNull(json), true);
    } catch (IOException e) {
      throw new UncheckedIOException("The decision tree '" + id + "' cannot be read.", e);
    }
  }

  /**
   * Reads a file.
   *
   * @param json UTF-8; not closed
   * @param strict whether a field that is not known is an error, and not ignored
   * @throws IOException if the stream cannot be read
   * @throws IllegalArgumentException if it is not JSON of this form
   */
  static TreeFile read(InputStream json, boolean strict) throws IOException {
    byte[] content = json.readNBytes(LARGEST + 1);
    if (content.length > LARGEST) {
      throw new IllegalArgumentException(
          "A decision tree's file has at most %,d bytes; this one has more.".formatted(LARGEST));
    }
    try {
      TreeFile file = (strict ? JSON : TOLERANT).readValue(content, TreeFile.class);
      if (file == null) {
        throw new IllegalArgumentException("A decision tree's file holds an object, not null.");
      }
      return file;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "A decision tree's file is invalid: " + e.getOriginalMessage(), e);
    }
  }

  /** UTF-8. */
  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("Words cannot be written as JSON.", e);
    }
  }

  /**
   * The tree of this file.
   *
   * @throws IllegalArgumentException if it is not a decision tree, and why
   */
  DecisionTree tree() {
    String treeId = checked(id, "A decision tree");
    if (campaign != null) {
      checked(campaign, "The campaign of decision tree " + treeId);
    }
    return new DecisionTree(
        this,
        treeId,
        checked(version, "Decision tree " + treeId),
        orEmpty(questions).stream().map(entry -> entry.question(treeId)).toList());
  }

  /** What Zoobot calls a question of this file. */
  ZoobotQuestion zoobot(Question question) {
    ZoobotEntry entry =
        orEmpty(questions).stream()
            .filter(each -> question.id().equals(each.id == null ? each.key : each.id))
            .findFirst()
            .map(QuestionEntry::zoobot)
            .orElse(null);
    return entry == null ? ZoobotEntry.NONE.of(question) : entry.of(question);
  }

  /**
   * A question.
   *
   * @param zoobot what Zoobot calls it and its answers, where that differs from the keys
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record QuestionEntry(
      @Nullable String id,
      @Nullable String key,
      @Nullable String text,
      @Nullable ZoobotEntry zoobot,
      @Nullable List<AnswerEntry> answers) {

    Question question(String tree) {
      String questionId = checked(id == null ? key : id, "A question of decision tree " + tree);
      String owner = "Question " + questionId + " of decision tree " + tree;
      List<Answer> read =
          orEmpty(answers).stream().map(entry -> entry.answer(questionId, owner)).toList();
      if (read.size() < 2) {
        throw new IllegalArgumentException(owner + " needs at least two answers.");
      }
      String text = Objects.requireNonNullElse(this.text, questionId);
      return new Question(questionId, checked(key, owner), text, read);
    }
  }

  /**
   * Zoobot's names.
   *
   * @param answers the ids of the answers by Zoobot's names, in Zoobot's order
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ZoobotEntry(@Nullable String name, @Nullable SequencedMap<String, String> answers) {

    static final ZoobotEntry NONE = new ZoobotEntry(null, null);

    ZoobotQuestion of(Question question) {
      String owner = "What Zoobot calls question " + question.id();
      SequencedMap<String, Answer> named = new LinkedHashMap<>();
      if (answers == null) {
        question.answers().forEach(answer -> named.put(answer.key(), answer));
      } else {
        answers.forEach((column, id) -> named.put(checked(column, owner), answer(question, id)));
        if (Set.copyOf(answers.values()).size() != question.answers().size()) {
          throw new IllegalArgumentException(
              "%s leaves out an answer: name all of %s."
                  .formatted(owner, question.answers().stream().map(Answer::id).toList()));
        }
      }
      return new ZoobotQuestion(checked(name == null ? question.key() : name, owner), named);
    }

    private static Answer answer(Question question, String id) {
      return question.answers().stream()
          .filter(answer -> answer.id().equals(id))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "What Zoobot calls question %s names answer %s, which is none of %s."
                          .formatted(
                              question.id(),
                              id,
                              question.answers().stream().map(Answer::id).toList())));
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AnswerEntry(
      @Nullable String id,
      @Nullable String key,
      @Nullable String next,
      @Nullable String code,
      @Nullable String words) {

    Answer answer(String question, String owner) {
      String named = checked(key, owner);
      return new Answer(
          id == null ? question + "_" + named : checked(id, owner),
          named,
          Optional.ofNullable(next),
          Objects.requireNonNullElse(code, ""),
          Objects.requireNonNullElse(words, ""));
    }
  }

  private static String checked(@Nullable String value, String owner) {
    if (value == null || !NAME.matcher(value).matches()) {
      throw new IllegalArgumentException(
          owner
              + " needs ids and keys of letters, digits, '.', '-' and '_', not "
              + (value == null ? "nothing" : "'" + value + "'")
              + ".");
    }
    return value;
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
