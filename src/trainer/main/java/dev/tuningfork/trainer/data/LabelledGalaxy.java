package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.Constraint;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.VoteFractions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A galaxy and what is known of it: vote fractions, a class, both, or nothing yet. Immutable; the
 * image stays on disk.
 *
 * @param id the survey's or the competition's, unique within a data set
 * @param tree of the campaign that asked about it
 * @param image a JPEG, PNG or FITS file
 * @param votes what volunteers said, of all questions or of some
 * @param constraint what its class says of the fractions
 * @param className its class, where it came with one
 */
public record LabelledGalaxy(
    String id,
    DecisionTree tree,
    Path image,
    Optional<VoteFractions> votes,
    Optional<Constraint> constraint,
    Optional<String> className) {

  /** Usual names of a table's column of ids, in the order in which they are looked for. */
  public static final List<String> ID_COLUMNS =
      List.of(
          "GalaxyID",
          "id",
          "objid",
          "dr7objid",
          "galaxy_id",
          "iauname",
          "asset_id",
          "object_id",
          "objectId",
          "filename",
          "file");

  /** A galaxy with vote fractions. */
  static LabelledGalaxy of(VoteFractions votes, Path image) {
    return new LabelledGalaxy(
        votes.galaxyId(),
        votes.fractions().tree(),
        image,
        Optional.of(votes),
        Optional.empty(),
        Optional.empty());
  }

  /** A galaxy with a class alone. */
  static LabelledGalaxy of(String id, Path image, ClassRules rules, String className) {
    return new LabelledGalaxy(
        id,
        rules.tree(),
        image,
        Optional.empty(),
        Optional.of(rules.constraint(className)),
        Optional.of(className));
  }

  /** A galaxy of which nothing is known but its image. */
  static LabelledGalaxy of(String id, DecisionTree tree, Path image) {
    return new LabelledGalaxy(
        id, tree, image, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Whether there is anything to learn from it. */
  public boolean labelled() {
    return votes.isPresent() || constraint.isPresent();
  }

  /** The same galaxy with other vote fractions. */
  public LabelledGalaxy with(VoteFractions others) {
    return new LabelledGalaxy(id, tree, image, Optional.of(others), constraint, className);
  }
}
