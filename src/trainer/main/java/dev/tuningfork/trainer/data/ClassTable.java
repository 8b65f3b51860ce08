package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.ClassRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table of galaxies with one class each. A class is a constraint on the tree, so such a galaxy
 * teaches the questions that its class names.
 *
 * @param images the folder of the images, each named by its galaxy's id
 * @param table a CSV with a header
 * @param rules what the classes mean
 * @param idColumn the name of the column of ids; found by its usual names if empty
 * @param classColumn the name of the column of classes; found by its usual names if empty
 */
public record ClassTable(
    Path images,
    Path table,
    ClassRules rules,
    Optional<String> idColumn,
    Optional<String> classColumn)
    implements GalaxySource {

  private static final List<String> CLASS_NAMES = List.of("class", "label", "morphology");

  @Override
  public Reading read() throws IOException {
    ImageFolder folder = new ImageFolder(images);
    List<LabelledGalaxy> galaxies = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    try (CsvTable csv = new CsvTable(table)) {
      int ids = column(csv, idColumn, LabelledGalaxy.ID_COLUMNS, "ids");
      int classes = column(csv, classColumn, CLASS_NAMES, "classes");
      for (var row = csv.next(); row.isPresent(); row = csv.next()) {
        Optional<Problem> misshapen = csv.misshapen(row.get());
        if (misshapen.isPresent()) {
          problems.add(misshapen.get());
          continue;
        }
        String id = folder.id(row.get().cells().get(ids));
        String className = named(row.get().cells().get(classes));
        Optional<Path> image = folder.image(id);
        if (!rules.classes().contains(className)) {
          problems.add(
              csv.unreadable(
                  row.get(),
                  "has class '%s', and the rules %s have %s"
                      .formatted(className, rules.id(), String.join(", ", rules.classes()))));
        } else if (!seen.add(id)) {
          problems.add(Problem.duplicate(table, id));
        } else if (image.isEmpty()) {
          problems.add(folder.missing(id, table));
        } else {
          galaxies.add(LabelledGalaxy.of(id, image.get(), rules, className));
        }
      }
    }
    return new Reading(galaxies, problems);
  }

  private static int column(
      CsvTable csv, Optional<String> wanted, List<String> usual, String content) {
    return wanted.map(csv::column).orElseGet(() -> csv.column(content, usual));
  }

  /** The rules' own spelling of a class, whatever the case of its letters. */
  private String named(String cell) {
    return rules.classes().stream().filter(cell::equalsIgnoreCase).findFirst().orElse(cell);
  }

  @Override
  public String describe() {
    return "images of %s with classes (%s) of %s"
        .formatted(GalaxySource.shortened(images), rules.id(), GalaxySource.shortened(table));
  }
}
