package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.ClassRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of folders, each named by the class of the galaxies on its images.
 *
 * @param images holds the folders; files beside them do not matter, nor do hidden folders
 * @param rules what the classes mean
 */
public record ClassFolders(Path images, ClassRules rules) implements GalaxySource {

  @Override
  public Reading read() throws IOException {
    if (!Files.isDirectory(images)) {
      throw new IllegalArgumentException(
          images + " is not a folder with a folder of images for each class.");
    }
    List<Path> folders;
    try (Stream<Path> entries = Files.list(images)) {
      folders =
          entries
              .filter(Files::isDirectory)
              .filter(folder -> !folder.getFileName().toString().startsWith("."))
              .sorted()
              .toList();
    }
    if (folders.isEmpty()) {
      throw new IllegalArgumentException(
          "The folder %s contains no folder with the name of a class: %s."
              .formatted(images, String.join(", ", rules.classes())));
    }
    List<LabelledGalaxy> galaxies = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    Map<String, String> classes = new HashMap<>();
    for (Path folder : folders) {
      String className = folder.getFileName().toString();
      if (!rules.classes().contains(className)) {
        throw new IllegalArgumentException(
            "The folder %s is not named by a class of the rules %s: %s."
                .formatted(folder, rules.id(), String.join(", ", rules.classes())));
      }
      ImageFolder files = new ImageFolder(folder);
      for (String id : files.ids()) {
        String earlier = classes.putIfAbsent(id, className);
        if (earlier == null) {
          galaxies.add(LabelledGalaxy.of(id, files.image(id).orElseThrow(), rules, className));
        } else {
          problems.add(
              new Problem(
                  Problem.Kind.CONTRADICTORY,
                  id,
                  "Galaxy %s is in two folders of %s: it counts as %s, not as %s."
                      .formatted(id, images, earlier, className),
                  "galaxies are in two folders of %s".formatted(images)));
        }
      }
    }
    return new Reading(galaxies, problems);
  }

  @Override
  public String describe() {
    return "folders of %s named by class (%s)"
        .formatted(GalaxySource.shortened(images), rules.id());
  }
}
