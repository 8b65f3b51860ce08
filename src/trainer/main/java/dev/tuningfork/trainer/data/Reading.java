package dev.tuningfork.trainer.data;

import java.util.List;

/**
 * What a source holds.
 *
 * @param galaxies those that can be used, each id once, in the source's own order
 * @param problems why others cannot
 */
public record Reading(List<LabelledGalaxy> galaxies, List<Problem> problems) {
  public Reading {
    galaxies = List.copyOf(galaxies);
    problems = List.copyOf(problems);
  }
}
