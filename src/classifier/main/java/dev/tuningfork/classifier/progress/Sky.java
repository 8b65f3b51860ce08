package dev.tuningfork.classifier.progress;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The galaxies of survey images that this process has answered, for the page: where each is, and
 * its class. The newest are kept; those of the survey image that was written to least recently are
 * forgotten first.
 *
 * <p>Safe for use by many threads at once.
 */
public final class Sky {

  /** So many are taken from a transaction, and sent to a page at once. */
  public static final int AT_ONCE = 5_000;

  private static final int MOST = 100_000;

  private final int most;

  /** By survey image and object, both in the order of their last writing. Guarded by the lock. */
  private final LinkedHashMap<String, SequencedMap<String, Light>> images = new LinkedHashMap<>();

  private int count;
  private long number;

  /**
   * A galaxy.
   *
   * @param number rises with each that is written
   * @param ra right ascension, degrees
   * @param dec declination, degrees
   * @param kind its class, such as {@code SBc2m}; empty for a dead letter
   */
  public record Light(long number, String objectId, double ra, double dec, String kind) {}

  Sky(int most) {
    this.most = most;
  }

  /** Keeps as many galaxies as a page can show. */
  public static Sky ofPage() {
    return new Sky(MOST);
  }

  /** Keeps none. */
  public static Sky none() {
    return new Sky(0);
  }

  /** Whether any are kept. */
  public boolean isOfPage() {
    return most > 0;
  }

  /** A galaxy is answered, or has become a dead letter. */
  public synchronized void add(
      String surveyImageId, String objectId, double ra, double dec, String kind) {
    SequencedMap<String, Light> known = images.get(surveyImageId);
    SequencedMap<String, Light> lights = known == null ? new LinkedHashMap<>() : known;
    images.putLast(surveyImageId, lights);
    count += lights.remove(objectId) == null ? 1 : 0;
    lights.put(objectId, new Light(++number, objectId, ra, dec, kind));
    while (count > most) {
      Map.Entry<String, SequencedMap<String, Light>> eldest = images.firstEntry();
      eldest.getValue().pollFirstEntry();
      count--;
      if (eldest.getValue().isEmpty()) {
        images.remove(eldest.getKey());
      }
    }
  }

  /**
   * The galaxies of a survey image that were written after a number, in their order; at most
   * {@value #AT_ONCE}, the oldest of them.
   */
  public synchronized List<Light> after(String surveyImageId, long before) {
    SequencedMap<String, Light> lights = images.get(surveyImageId);
    if (lights == null) {
      return List.of();
    }
    List<Light> fresh = new ArrayList<>();
    Iterator<Light> newest = lights.sequencedValues().reversed().iterator();
    while (newest.hasNext()) {
      Light light = newest.next();
      if (light.number <= before) {
        break;
      }
      fresh.add(light);
    }
    return fresh.reversed().subList(0, Math.min(fresh.size(), AT_ONCE));
  }
}
