package dev.tuningfork.classifier.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The newest galaxies that were seen; the oldest go when there are too many, or they take too much
 * memory. Safe for use by many threads at once.
 */
final class Gallery {

  private final int galaxies;
  private final long memory;
  private final Deque<SeenGalaxy> byAge = new ArrayDeque<>();
  private final Map<Long, SeenGalaxy> byNumber = new HashMap<>();

  /** The latest of each object. */
  private final Map<String, SeenGalaxy> byObject = new HashMap<>();

  private long taken;

  Gallery(int galaxies, long memory) {
    this.galaxies = galaxies;
    this.memory = memory;
  }

  synchronized void add(SeenGalaxy galaxy) {
    byAge.addLast(galaxy);
    byNumber.put(galaxy.number, galaxy);
    byObject.put(galaxy.morphology.objectId(), galaxy);
    taken += galaxy.size();
    while (byAge.size() > galaxies || (taken > memory && byAge.size() > 1)) {
      SeenGalaxy oldest = byAge.removeFirst();
      byNumber.remove(oldest.number);
      byObject.remove(oldest.morphology.objectId(), oldest);
      taken -= oldest.size();
    }
  }

  synchronized Optional<SeenGalaxy> find(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  synchronized Optional<SeenGalaxy> find(String objectId) {
    return Optional.ofNullable(byObject.get(objectId));
  }

  /** All, the oldest first. */
  synchronized List<SeenGalaxy> all() {
    return List.copyOf(byAge);
  }
}
