package dev.tuningfork.benchmark.suite;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.image.Crop;
import dev.tuningfork.standalone.survey.MockTiles;
import dev.tuningfork.standalone.survey.TileGalaxy;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.tree.Question;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * How often answers about a rendered tile are right: whether the most probable answer to the first
 * question (smooth, or features or disk) is that by which the galaxy was rendered.
 */
final class TileTruth {

  private static final double PERCENT = 100;

  private final List<TileGalaxy> galaxies;
  private final double reach;

  /**
   * @param crop the part of a cutout that the model looks at
   */
  TileTruth(TilePlan plan, Crop crop) {
    MockTiles survey = new MockTiles(plan);
    this.galaxies = IntStream.range(0, plan.galaxies()).mapToObj(survey::galaxy).toList();
    double share = crop instanceof Crop.Fraction(double ofShorterSide) ? ofShorterSide : 1;
    this.reach = share * MockTiles.WIDTH_IN_RADII / 2;
  }

  /** Whether the model sees the centre of another galaxy that is not much smaller. */
  private boolean isCrowded(TileGalaxy galaxy) {
    double half = reach * galaxy.radius();
    return galaxies.stream()
        .anyMatch(
            other ->
                !other.objectId().equals(galaxy.objectId())
                    && Math.abs(other.x() - galaxy.x()) < half
                    && Math.abs(other.y() - galaxy.y()) < half
                    && other.radius() > galaxy.radius() / 2);
  }

  /** Adds the shares of right answers, in percent. */
  void add(Tally tally, String name, Map<String, byte[]> messages) throws MessageException {
    add(tally, name, "all galaxies", messages, _ -> true);
  }

  /** The same with and without neighbours. */
  void addNeighbours(Tally tally, String name, Map<String, byte[]> messages)
      throws MessageException {
    add(tally, name + ", alone", "galaxies without neighbours", messages, g -> !isCrowded(g));
    add(
        tally,
        name + ", crowded",
        "galaxies with the centre of another one, of half their size or more, in view",
        messages,
        this::isCrowded);
  }

  private void add(
      Tally tally,
      String name,
      String which,
      Map<String, byte[]> messages,
      Predicate<TileGalaxy> counts)
      throws MessageException {
    int right = 0;
    int all = 0;
    for (TileGalaxy galaxy : galaxies) {
      byte[] message = messages.get(galaxy.objectId());
      if (message != null && counts.test(galaxy)) {
        all++;
        right += isRight(galaxy, GalaxyMorphology.fromJson(message)) ? 1 : 0;
      }
    }
    if (all > 0) {
      double share = (double) right / all;
      tally.add(
          "right, " + name,
          "%",
          "%s: %d, standard error %.1f %%"
              .formatted(which, all, PERCENT * Math.sqrt(share * (1 - share) / all)),
          PERCENT * share);
    }
  }

  private static boolean isRight(TileGalaxy galaxy, GalaxyMorphology answer) {
    Question first = galaxy.truth().tree().questions().getFirst();
    List<GalaxyMorphology.Answer> answers = answer.questions().getFirst().answers();
    int most =
        IntStream.range(0, answers.size())
            .reduce((a, b) -> answers.get(a).probability() >= answers.get(b).probability() ? a : b)
            .orElseThrow();
    return most == galaxy.truth().mostProbable(first);
  }
}
