package dev.tuningfork.tree;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.tree.Constraint.Bound;
import dev.tuningfork.tree.Constraint.Clause;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Classes that galaxies are sorted into, each of them a {@link Constraint} on the answers of a
 * decision tree; so a class teaches the questions that it names, and follows from a model's
 * answers.
 *
 * <p>Rules are tried in order, and the last one takes what is left. Where they are exclusive, a
 * class says too that no rule before its own holds.
 *
 * <p>A set of rules is a JSON file in {@code classes} beside this class. Immutable, so safe for any
 * thread.
 */
public final class ClassRules {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final JsonMapper JSON = new JsonMapper();

  private final String id;
  private final DecisionTree tree;
  private final SequencedMap<String, Constraint> classes = new LinkedHashMap<>();

  private ClassRules(RulesFile file) {
    id = Objects.requireNonNullElse(file.id, "without an id");
    tree = DecisionTree.byId(Objects.requireNonNullElse(file.tree, ""));
    List<ClassEntry> entries = file.classes == null ? List.of() : file.classes;
    require(!entries.isEmpty(), "have no classes");
    List<Clause> noneBefore = new ArrayList<>();
    for (ClassEntry entry : entries) {
      String name = Objects.requireNonNullElse(entry.name, "");
      require(NAME.matcher(name).matches(), "have a class without a proper name");
      List<Clause> own = entry.clauses();
      for (Clause clause : own) {
        for (Bound bound : clause.bounds()) {
          require(hasAnswer(tree, bound.answer()), "name answer " + bound.answer());
        }
      }
      Constraint constraint = new Constraint(own).and(new Constraint(noneBefore));
      require(classes.put(name, constraint) == null, "have two classes " + name);
      if (file.exclusive && !own.isEmpty()) {
        require(
            own.stream().allMatch(clause -> clause.bounds().size() == 1),
            "are exclusive, but class " + name + " has an alternative");
        noneBefore.add(
            new Clause(own.stream().map(clause -> clause.bounds().getFirst().negated()).toList()));
      }
    }
    require(entries.getLast().clauses().isEmpty(), "do not end with a class for what is left");
  }

  /**
   * Rules that the product holds: {@code kaggle}, the clear cases of Kaggle's Galaxy Challenge, and
   * {@code gz1}, the classes of Galaxy Zoo 1.
   *
   * @throws IllegalArgumentException if there are none of this name
   */
  public static ClassRules named(String id) {
    try (InputStream json =
        NAME.matcher(id).matches()
            ? ClassRules.class.getResourceAsStream("classes/" + id + ".json")
            : null) {
      if (json == null) {
        throw new IllegalArgumentException(
            "There are no rules for classes named '" + id + "'; 'kaggle' and 'gz1' are known.");
      }
      return read(json);
    } catch (IOException e) {
      throw new UncheckedIOException("The rules '" + id + "' cannot be read.", e);
    }
  }

  /**
   * Reads rules and verifies them.
   *
   * @param json UTF-8; not closed
   * @throws IOException if the stream cannot be read
   * @throws IllegalArgumentException if what it holds are no such rules, and why
   */
  public static ClassRules read(InputStream json) throws IOException {
    try {
      return new ClassRules(JSON.readValue(json.readAllBytes(), RulesFile.class));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "A file of rules for classes is invalid: " + e.getOriginalMessage(), e);
    }
  }

  /** Such as {@code kaggle}. */
  public String id() {
    return id;
  }

  /** The tree whose answers the rules name. */
  public DecisionTree tree() {
    return tree;
  }

  /** The names of the classes, in the order in which they are tried. */
  public List<String> classes() {
    return List.copyOf(classes.sequencedKeySet());
  }

  /**
   * What a class says of a galaxy.
   *
   * @throws IllegalArgumentException if there is no such class
   */
  public Constraint constraint(String className) {
    Constraint constraint = classes.get(className);
    if (constraint == null) {
      throw new IllegalArgumentException(
          "The rules %s have no class '%s'; they have %s."
              .formatted(id, className, String.join(", ", classes())));
    }
    return constraint;
  }

  private static boolean hasAnswer(DecisionTree tree, String answer) {
    return tree.questions().stream()
        .flatMap(question -> question.answers().stream())
        .anyMatch(a -> a.id().equals(answer));
  }

  private void require(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException("The rules " + id + " " + complaint + ".");
    }
  }

  private record RulesFile(
      @Nullable String id,
      @Nullable String tree,
      @Nullable String source,
      boolean exclusive,
      @Nullable List<ClassEntry> classes) {}

  private record ClassEntry(@Nullable String name, @Nullable List<List<BoundEntry>> where) {
    List<Clause> clauses() {
      return where == null
          ? List.of()
          : where.stream()
              .map(bounds -> new Clause(bounds.stream().map(BoundEntry::bound).toList()))
              .toList();
    }
  }

  private record BoundEntry(
      @Nullable String answer, @Nullable Double atLeast, @Nullable Double below) {
    Bound bound() {
      if (answer == null || (atLeast == null) == (below == null)) {
        throw new IllegalArgumentException(
            "A bound of a rule needs an 'answer' and either 'atLeast' or 'below'.");
      }
      return atLeast != null
          ? new Bound(answer, true, atLeast)
          : new Bound(answer, false, Objects.requireNonNull(below));
    }
  }
}
