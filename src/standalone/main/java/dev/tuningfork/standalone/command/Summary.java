package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.standalone.table.MorphologySpool;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What was seen, for reading: galaxy by galaxy where they are few, else how many of each class. */
final class Summary {

  private static final int SHOWN_ONE_BY_ONE = 40;
  private static final int CLASSES_SHOWN = 20;

  private Summary() {}

  static void print(Terminal terminal, MorphologySpool spool, IntFunction<String> files)
      throws IOException {
    if (spool.size() == 0) {
      return;
    }
    if (spool.size() <= SHOWN_ONE_BY_ONE) {
      printEach(terminal, spool, files);
    } else {
      printClasses(terminal, spool);
    }
  }

  private static void printEach(Terminal terminal, MorphologySpool spool, IntFunction<String> files)
      throws IOException {
    int width = spool.ordinals().map(ordinal -> files.apply(ordinal).length()).max().orElse(0);
    for (int ordinal : spool.ordinals().toArray()) {
      GalaxyMorphology.Morphology seen = spool.morphology(ordinal).morphology();
      terminal
          .out()
          .println(
              padded(files.apply(ordinal), width)
                  + "  "
                  + terminal.bold(padded(classOf(seen), 9))
                  + "  "
                  + seen.description());
    }
  }

  private static void printClasses(Terminal terminal, MorphologySpool spool) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    Map<String, String> words = new HashMap<>();
    for (int ordinal : spool.ordinals().toArray()) {
      GalaxyMorphology.Morphology seen = spool.morphology(ordinal).morphology();
      counts.merge(classOf(seen), 1, Integer::sum);
      words.putIfAbsent(classOf(seen), seen.description());
    }
    List<Map.Entry<String, Integer>> ranked =
        counts.entrySet().stream()
            .sorted(
                Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    PrintWriter out = terminal.out();
    out.println(terminal.dim("class       galaxies   share"));
    for (Map.Entry<String, Integer> each :
        ranked.subList(0, Math.min(CLASSES_SHOWN, ranked.size()))) {
      out.println(
          terminal.bold(padded(each.getKey(), 9))
              + counted(each.getValue(), spool.size())
              + words.getOrDefault(each.getKey(), ""));
    }
    if (ranked.size() > CLASSES_SHOWN) {
      List<Map.Entry<String, Integer>> rest = ranked.subList(CLASSES_SHOWN, ranked.size());
      int sum = rest.stream().mapToInt(Map.Entry::getValue).sum();
      out.println(
          padded("others", 9) + counted(sum, spool.size()) + rest.size() + " more classes.");
    }
  }

  private static String counted(int count, int of) {
    return "  %,9d  %5.1f %%  ".formatted(count, 100.0 * count / of);
  }

  private static String classOf(GalaxyMorphology.Morphology seen) {
    return seen.classString() == null ? "–" : seen.classString();
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
