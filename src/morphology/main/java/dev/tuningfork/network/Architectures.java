package dev.tuningfork.network;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All architectures. */
public final class Architectures {

  private static final List<Architecture> ALL =
      List.of(new AlexNetLite(), new Baseline(), new EfficientNetLite0(), new ResidualLite());

  private Architectures() {}

  /** All of them, by name. */
  public static List<Architecture> all() {
    return ALL;
  }

  /** The architecture of this name. */
  public static Optional<Architecture> find(String name) {
    return ALL.stream().filter(architecture -> architecture.name().equals(name)).findFirst();
  }

  /**
   * The architecture of this name.
   *
   * @throws IllegalArgumentException if there is none; the message names those that there are
   */
  public static Architecture named(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no architecture \"%s\"; there are %s and %s."
                        .formatted(
                            name,
                            ALL.stream()
                                .limit(ALL.size() - 1)
                                .map(Architecture::name)
                                .collect(Collectors.joining(", ")),
                            ALL.getLast().name())));
  }
}
