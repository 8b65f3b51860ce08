package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import java.util.ArrayList;
import java.util.List;

/**
 * What training minimises where one network learns from several campaigns: the sum of their
 * objectives, each on its own outputs. A galaxy adds nothing to the objective of a campaign that
 * did not ask about it, so it teaches the trunk and its own campaign's head.
 */
final class Objectives {

  /**
   * @param from the campaign's first output
   * @param to the output behind its last one
   */
  private record Part(Campaign campaign, Objective objective, int from, int to) {}

  private final List<Part> parts = new ArrayList<>();

  Objectives(NDManager manager, TrainingSettings settings) {
    int from = 0;
    for (Campaign campaign : settings.campaigns()) {
      int to = from + campaign.answers();
      parts.add(new Part(campaign, new Objective(manager, campaign, settings.losses()), from, to));
      from = to;
    }
  }

  /**
   * The loss of a batch: the mean over its galaxies.
   *
   * @param outputs the network's raw outputs, batch × answers of all campaigns
   * @return a single number that gradients can be taken of
   */
  NDArray of(NDManager manager, NDArray outputs, List<LabelledGalaxy> galaxies) {
    return parts.stream()
        .map(
            part ->
                part.objective()
                    .of(
                        outputs.get(new NDIndex(":, {}:{}", part.from(), part.to())),
                        Targets.of(manager, galaxies, part.campaign())))
        .reduce(NDArray::add)
        .orElseThrow();
  }
}
