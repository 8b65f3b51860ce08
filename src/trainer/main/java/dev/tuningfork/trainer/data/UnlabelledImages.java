package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Galaxies that nobody has labelled, for a teacher to say what is on them.
 *
 * @param images the folder of the images, each named by its galaxy's id
 * @param tree of the teacher
 */
public record UnlabelledImages(Path images, DecisionTree tree) implements GalaxySource {

  @Override
  public Reading read() throws IOException {
    ImageFolder folder = new ImageFolder(images);
    return new Reading(
        folder.ids().stream()
            .map(id -> LabelledGalaxy.of(id, tree, folder.image(id).orElseThrow()))
            .toList(),
        List.of());
  }

  @Override
  public String describe() {
    return "images of %s without labels".formatted(GalaxySource.shortened(images));
  }
}
