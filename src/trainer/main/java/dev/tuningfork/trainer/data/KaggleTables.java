package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.VoteFractions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Vote fractions as Kaggle's "Galaxy Zoo – The Galaxy Challenge" published them: {@code
 * training_solutions.csv}, a galaxy a row, with its 37 columns in any order. Empty cells are
 * questions of which nothing is known.
 *
 * @param images the folder of the images, each named by its galaxy's id
 * @param tables at least one; no galaxy is in two of them
 */
public record KaggleTables(Path images, List<Path> tables) implements GalaxySource {

  public KaggleTables {
    tables = List.copyOf(tables);
    if (tables.isEmpty()) {
      throw new IllegalArgumentException("The images of " + images + " need a table of labels.");
    }
  }

  @Override
  public Reading read() throws IOException {
    ImageFolder folder = new ImageFolder(images);
    List<LabelledGalaxy> galaxies = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Path file : tables) {
      try (CsvTable table = new CsvTable(file)) {
        int idColumn = table.column(KaggleColumns.GALAXY_ID);
        int[] columns = KaggleColumns.NAMES.stream().mapToInt(table::column).toArray();
        for (var row = table.next(); row.isPresent(); row = table.next()) {
          Optional<Problem> misshapen = table.misshapen(row.get());
          if (misshapen.isPresent()) {
            problems.add(misshapen.get());
            continue;
          }
          List<String> cells = row.get().cells();
          String id = cells.get(idColumn);
          Optional<Path> image = folder.image(id);
          if (!seen.add(id)) {
            problems.add(table.duplicate(id));
          } else if (image.isEmpty()) {
            problems.add(folder.missing(id, file));
          } else {
            try {
              galaxies.add(LabelledGalaxy.of(votes(id, cells, columns), image.get()));
            } catch (NumberFormatException e) {
              problems.add(
                  table.unreadable(row.get(), "has a cell that is no number: " + e.getMessage()));
            } catch (IllegalArgumentException e) {
              problems.add(
                  new Problem(Problem.Kind.CONTRADICTORY, id, file + ": " + e.getMessage()));
            }
          }
        }
      }
    }
    return new Reading(galaxies, problems);
  }

  private static VoteFractions votes(String id, List<String> cells, int[] columns) {
    double[] fractions =
        Arrays.stream(columns)
            .mapToObj(cells::get)
            .mapToDouble(cell -> cell.isBlank() ? Double.NaN : Double.parseDouble(cell))
            .toArray();
    return KaggleColumns.read(id, fractions);
  }

  @Override
  public String describe() {
    return tables.stream()
        .map(GalaxySource::shortened)
        .collect(
            Collectors.joining(
                ", ", "images of %s with ".formatted(GalaxySource.shortened(images)), ""));
  }
}
