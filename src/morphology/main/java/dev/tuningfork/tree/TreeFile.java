package dev.tuningfork.tree;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file format of a {@link DecisionTree}: a JSON object with the tree's id and version, and its
 * questions with their answers in order. The other fields may be missing.
 */
record TreeFile(
    @Nullable String id,
    @Nullable String version,
    @Nullable String name,
    @Nullable String source,
    @Nullable List<String> classString,
    @Nullable List<String> sentence,
    @Nullable List<QuestionEntry> questions) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * The file of a tree that the product holds.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  static TreeFile builtIn(String id) {
    try (InputStream json =
        NAME.matcher(id).matches() ? TreeFile.class.getResourceAsStream(id + ".json") : null) {
      if (json == null) {
        throw new IllegalArgumentException(
            "There is no decision tree named '" + id + "'; Galaxy Zoo 2 is 'gz2'.");
      }
      return read(json);
    } catch (IOException e) {
      throw new UncheckedIOException("The decision tree '" + id + "' cannot be read.", e);
    }
  }

  /**
   * Reads a file.
   *
   * @param json UTF-8; not closed
   * @throws IOException if the stream cannot be read
   * @throws IllegalArgumentException if it is not JSON of this form
   */
  static TreeFile read(InputStream json) throws IOException {
    try {
      return JSON.readValue(json.readAllBytes(), TreeFile.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "A decision tree's file is not as it should be: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The tree of this file.
   *
   * @throws IllegalArgumentException if it is not a decision tree, and why
   */
  DecisionTree tree() {
    String treeId = name(id, "A decision tree");
    return new DecisionTree(
        treeId,
        name(version, "Decision tree " + treeId),
        Objects.requireNonNullElse(name, treeId),
        Objects.requireNonNullElse(source, ""),
        orEmpty(questions).stream().map(entry -> entry.question(treeId)).toList(),
        orEmpty(classString),
        orEmpty(sentence));
  }

  record QuestionEntry(
      @Nullable String id,
      @Nullable String key,
      @Nullable String text,
      @Nullable List<AnswerEntry> answers) {

    Question question(String tree) {
      String questionId = name(id, "A question of decision tree " + tree);
      String owner = "Question " + questionId + " of decision tree " + tree;
      List<Answer> read = orEmpty(answers).stream().map(entry -> entry.answer(owner)).toList();
      if (read.size() < 2) {
        throw new IllegalArgumentException(owner + " needs at least two answers.");
      }
      return new Question(
          questionId, name(key, owner), Objects.requireNonNullElse(text, questionId), read);
    }
  }

  record AnswerEntry(
      @Nullable String id,
      @Nullable String key,
      @Nullable String next,
      @Nullable String code,
      @Nullable String words) {

    Answer answer(String owner) {
      return new Answer(
          name(id, owner),
          name(key, owner),
          Optional.ofNullable(next),
          Objects.requireNonNullElse(code, ""),
          Objects.requireNonNullElse(words, ""));
    }
  }

  private static String name(@Nullable String value, String owner) {
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
