package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.VoteFractions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Vote fractions as Kaggle's "Galaxy Zoo – The Galaxy Challenge" published them: {@code
 * training_solutions.csv}, a galaxy a row, with its 37 columns in any order. Empty cells, and those
 * that say {@code NaN}, {@code null} or the like, are questions of which nothing is known. Rounded
 * fractions are taken as far as the digits of their row explain that they break the tree, whether
 * they were rounded to decimals (0.038) or to significant digits (0.0385): each may be off by half
 * a unit of the last one.
 *
 * @param images the folder of the images, each named by its galaxy's id
 * @param tables at least one; no galaxy is in two of them
 */
public record KaggleTables(Path images, List<Path> tables) implements GalaxySource {

  /** Of two digits: with fewer, nothing could be said of what contradicts itself. */
  private static final double LARGEST_ROUNDING = 0.005;

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
        refuseGalaxyZoo2(file, table.header());
        int idColumn = table.column("ids", LabelledGalaxy.ID_COLUMNS);
        int[] columns = KaggleColumns.NAMES.stream().mapToInt(table::column).toArray();
        for (var row = table.next(); row.isPresent(); row = table.next()) {
          Optional<Problem> misshapen = table.misshapen(row.get());
          if (misshapen.isPresent()) {
            problems.add(misshapen.get());
            continue;
          }
          List<String> cells = row.get().cells();
          String id = folder.id(cells.get(idColumn));
          Optional<Path> image = folder.image(id);
          if (!seen.add(id)) {
            problems.add(Problem.duplicate(file, id));
          } else if (image.isEmpty()) {
            problems.add(folder.missing(id, file));
          } else {
            try {
              galaxies.add(LabelledGalaxy.of(votes(id, cells, columns), image.get()));
            } catch (NumberFormatException e) {
              problems.add(
                  table.unreadable(
                      row.get(), "has a cell that is not a number: " + e.getMessage()));
            } catch (IllegalArgumentException e) {
              problems.add(
                  new Problem(
                      Problem.Kind.CONTRADICTORY,
                      id,
                      file + ": " + e.getMessage(),
                      "galaxies of %s have fractions that break the tree".formatted(file)));
            }
          }
        }
      }
    }
    return new Reading(galaxies, problems);
  }

  private static VoteFractions votes(String id, List<String> cells, int[] columns) {
    double[] fractions = new double[columns.length];
    double byDecimals = LARGEST_ROUNDING;
    double byDigits = LARGEST_ROUNDING;
    for (int i = 0; i < columns.length; i++) {
      String cell = cells.get(columns[i]);
      fractions[i] = CsvTable.number(cell);
      byDecimals = Math.min(byDecimals, CsvTable.rounding(cell));
      byDigits = Math.min(byDigits, CsvTable.relativeRounding(cell));
    }
    return KaggleColumns.read(id, fractions, Math.max(byDecimals, byDigits));
  }

  /**
   * Hart's columns are conditional on their questions, and of questions 1 and 8 they are on another
   * scale than Kaggle's: mixed, they would teach two different things.
   */
  private static void refuseGalaxyZoo2(Path file, List<String> header) {
    if (header.stream().anyMatch(name -> name.startsWith("t01_smooth_or_features"))) {
      throw new IllegalArgumentException(
          "The table %s is Galaxy Zoo 2's own (Hart et al. 2016). Its fractions are conditional and on another scale than Kaggle's. To train on it alone, convert it to the columns GalaxyID and Class1.1 to Class11.6: multiply each weighted_fraction by the share of volunteers who were asked its question. That share is 1 for questions 1 and 6; for others it is the sum of the columns of the answers that lead to the question."
              .formatted(file));
    }
  }

  @Override
  public String describe() {
    return "images of %s with %s"
        .formatted(GalaxySource.shortened(images), GalaxySource.shortened(tables));
  }
}
