package dev.tuningfork.trainer.data;

import dev.tuningfork.trainer.data.TrainingData.Member;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many of the galaxies to learn from are used. Which ones is decided by their ids, so a smaller
 * portion is a part of a larger one.
 *
 * @param size a share above 0 and below 1, or a whole number of galaxies
 */
public record Portion(double size) {

  private static final String SALT = "learning curve";

  public Portion {
    if (!(size > 0) || (size >= 1 && size != Math.rint(size))) {
      throw new IllegalArgumentException(
          "A portion is a share below 1 or a whole number of galaxies, not %s.".formatted(size));
    }
  }

  /**
   * Takes the portion, in the order of the galaxies.
   *
   * @throws IllegalArgumentException if there are not that many galaxies
   */
  List<Member> of(List<Member> galaxies) {
    long number = Math.round(size < 1 ? size * galaxies.size() : size);
    if (number > galaxies.size()) {
      throw new IllegalArgumentException(
          "There are only %,d galaxies to learn from, not %,d: name smaller portions."
              .formatted(galaxies.size(), number));
    }
    Set<String> taken =
        galaxies.stream()
            .sorted(Comparator.comparingInt(member -> Hash.place(SALT, member.galaxy().id())))
            .limit(number)
            .map(member -> member.galaxy().id())
            .collect(Collectors.toSet());
    return galaxies.stream().filter(member -> taken.contains(member.galaxy().id())).toList();
  }

  /** Such as "0.25 of the galaxies" or "100 galaxies". */
  @Override
  public String toString() {
    return size < 1 ? size + " of the galaxies" : "%,.0f galaxies".formatted(size);
  }
}
