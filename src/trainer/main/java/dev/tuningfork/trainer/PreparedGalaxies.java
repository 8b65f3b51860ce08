package dev.tuningfork.trainer;

import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The galaxies of all data sets, decoded once and kept in memory.
 *
 * @param training what the network learns from
 * @param heldOut what it is judged on
 * @param sources how many galaxies came from where
 */
record PreparedGalaxies(
    List<PreparedGalaxy> training, List<PreparedGalaxy> heldOut, List<Source> sources) {

  /**
   * A data set's part.
   *
   * @param training how many of its galaxies the network learns from
   * @param heldOut how many it is judged on
   */
  record Source(DataSet dataSet, int training, int heldOut) {}

  /**
   * Reads the data sets, in their order and that of their tables. A galaxy that is held out of one
   * is not learnt from another.
   *
   * @param progress told which images could not be read, and so were left out
   * @throws IOException if a table of labels cannot be read
   */
  static PreparedGalaxies read(
      List<DataSet> dataSets, InputSpec input, HeldOutSplit split, Consumer<String> progress)
      throws IOException {
    Set<String> judged = new HashSet<>();
    for (DataSet dataSet : dataSets) {
      if (!dataSet.trainOnly()) {
        dataSet.galaxies().stream()
            .map(galaxy -> galaxy.votes().galaxyId())
            .filter(split::holdsOut)
            .forEach(judged::add);
      }
    }
    List<PreparedGalaxy> training = new ArrayList<>();
    List<PreparedGalaxy> heldOut = new ArrayList<>();
    List<Source> sources = new ArrayList<>();
    for (DataSet dataSet : dataSets) {
      InputSpec spec =
          dataSet.cropPixels().isPresent()
              ? input.withCrop(new Crop.Pixels(dataSet.cropPixels().getAsInt()))
              : input;
      Preprocessor preprocessor = new Preprocessor(spec, ImageLimits.DEFAULT);
      int trainingBefore = training.size();
      int heldOutBefore = heldOut.size();
      List<Optional<PreparedGalaxy>> prepared =
          dataSet.galaxies().parallelStream()
              .filter(g -> !(dataSet.trainOnly() && judged.contains(g.votes().galaxyId())))
              .map(galaxy -> prepared(galaxy, preprocessor, progress))
              .toList();
      for (Optional<PreparedGalaxy> galaxy : prepared) {
        galaxy.ifPresent(g -> (judged.contains(g.votes().galaxyId()) ? heldOut : training).add(g));
      }
      sources.add(
          new Source(dataSet, training.size() - trainingBefore, heldOut.size() - heldOutBefore));
    }
    return new PreparedGalaxies(List.copyOf(training), List.copyOf(heldOut), List.copyOf(sources));
  }

  private static Optional<PreparedGalaxy> prepared(
      DataSet.Galaxy galaxy, Preprocessor preprocessor, Consumer<String> progress) {
    try {
      float[] values =
          preprocessor.prepare(Files.readAllBytes(galaxy.image()), ImageDescription.NONE).values();
      return Optional.of(new PreparedGalaxy(halved(values), galaxy.votes()));
    } catch (ImageException | IOException e) {
      progress.accept("Left out " + galaxy.image() + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private static short[] halved(float[] values) {
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = Float.floatToFloat16(values[i]);
    }
    return halves;
  }
}
