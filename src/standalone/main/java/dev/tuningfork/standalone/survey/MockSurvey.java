package dev.tuningfork.standalone.survey;

import dev.tuningfork.tree.DecisionTree;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * An endless survey of rendered galaxies. The same seed gives the same galaxies, each on its own:
 * the thousandth needs none of those before it.
 *
 * <p>Safe for use by many threads at once.
 */
public final class MockSurvey {

  private static final long NOISE_SEED = 20_160_209;
  private static final long DAMAGE_SEED = 1_054_571_817;

  private final long seed;
  private final DecisionTree tree = DecisionTree.galaxyZoo2();
  private final SkyNoise noise = new SkyNoise(new SplittableRandom(NOISE_SEED));

  public MockSurvey(long seed) {
    this.seed = seed;
  }

  /**
   * Renders a galaxy.
   *
   * @param number its place in the survey, from 0
   */
  public MockGalaxy galaxy(int number) {
    return galaxy(number, ObservingConditions.USUAL);
  }

  /**
   * Renders a galaxy.
   *
   * @param number its place in the survey, from 0
   */
  public MockGalaxy galaxy(int number, ObservingConditions conditions) {
    // drawn rather than counted: streams from evenly spaced seeds overlap
    long own = seed * 1_000_003 + number;
    SplittableRandom random = new SplittableRandom(new SplittableRandom(own).nextLong());
    double ra = random.nextDouble() * 360;
    double dec = Math.toDegrees(Math.asin(2 * random.nextDouble() - 1));
    TrueWalk walk = new TrueWalk(tree, random, conditions);
    byte[] jpeg = new GalaxyPainter(walk, random, noise, conditions.noise()).paint();
    if (new SplittableRandom(own ^ DAMAGE_SEED).nextDouble() < conditions.share(Kind.DAMAGED)) {
      jpeg = Arrays.copyOf(jpeg, jpeg.length / 3);
    }
    return new MockGalaxy(
        "mock-%d-%06d".formatted(seed, number), ra, dec, 0.396, walk.truth(tree), jpeg);
  }
}
