package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import java.util.List;

/**
 * What training minimises where one network learns from several campaigns: the sum of their
 * objectives, each on its own outputs. A galaxy adds nothing to the objective of a campaign that
 * did not ask about it, so it teaches the trunk and its own campaign's head.
 */
final class Objectives {

  private record Part(Campaign.Outputs outputs, Objective objective) {}

  private final List<Part> parts;

  Objectives(NDManager manager, TrainingSettings settings) {
    parts =
        Campaign.outputs(settings.campaigns()).stream()
            .map(
                outputs ->
                    new Part(
                        outputs, new Objective(manager, outputs.campaign(), settings.losses())))
            .toList();
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
            part -> {
              Campaign.Outputs own = part.outputs();
              return part.objective()
                  .of(
                      outputs.get(new NDIndex(":, {}:{}", own.from(), own.to())),
                      Targets.of(manager, galaxies, own.campaign()));
            })
        .reduce(NDArray::add)
        .orElseThrow();
  }
}
