package dev.tuningfork.trainer.learn;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.tree.Question;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that decides the weights of a run and what they may be judged on, by name: a checkpoint may
 * be taken up by the same run only. Its text is canonical JSON, an object whose members are sorted.
 *
 * @param facts what the run is made of, each in words or as a hash
 */
public record RunIdentity(SortedMap<String, String> facts) {

  private static final JsonMapper JSON = new JsonMapper();

  public RunIdentity {
    facts = new TreeMap<>(facts);
  }

  /** What the settings of a training decide. */
  public static RunIdentity of(TrainingSettings settings) {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put(
        "tree",
        ofEach(
            settings, campaign -> campaign.tree() + " with the hash " + campaign.tree().sha256()));
    facts.put("architecture", settings.architecture());
    facts.put("input", settings.input().toString());
    facts.put(
        "questions",
        ofEach(
            settings,
            campaign -> campaign.questions().stream().map(Question::id).toList().toString()));
    facts.put("losses", settings.losses().toString());
    facts.put("augmentation", settings.augmentation().toString());
    facts.put("epochs", Integer.toString(settings.epochs()));
    facts.put("batch", Integer.toString(settings.batch()));
    facts.put("descent", settings.descent().toString());
    facts.put("frozen epochs", Integer.toString(settings.frozenEpochs()));
    facts.put("patience", Integer.toString(settings.patience()));
    facts.put("seed", Integer.toString(settings.seed()));
    return new RunIdentity(facts);
  }

  private static String ofEach(TrainingSettings settings, Function<Campaign, String> fact) {
    return settings.campaigns().stream().map(fact).collect(Collectors.joining("; "));
  }

  /** The same with one more fact. */
  public RunIdentity with(String name, String fact) {
    SortedMap<String, String> more = new TreeMap<>(facts);
    more.put(name, fact);
    return new RunIdentity(more);
  }

  /**
   * What another run is made of otherwise, a phrase each.
   *
   * @param text as {@link #toString()} wrote it
   */
  List<String> differencesFrom(String text) {
    SortedMap<String, String> before;
    try {
      before = JSON.readValue(text, new TypeReference<TreeMap<String, String>>() {});
    } catch (JacksonException e) {
      return List.of("an earlier version of this program wrote it");
    }
    TreeSet<String> names = new TreeSet<>(facts.keySet());
    names.addAll(before.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(before.get(name), facts.get(name)))
        .map(
            name ->
                "%s was %s and is %s now"
                    .formatted(
                        name,
                        before.getOrDefault(name, "not known"),
                        facts.getOrDefault(name, "not known")))
        .toList();
  }

  @Override
  public String toString() {
    try {
      return JSON.writeValueAsString(facts);
    } catch (JacksonException e) {
      throw new IllegalStateException("Words cannot be written as JSON.", e);
    }
  }
}
