package dev.tuningfork.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.tree.Question;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Galaxies as one step takes them.
 *
 * @param images batch × channels × size × size
 * @param targets batch × answers: an answer's vote fraction times the share that was asked its
 *     question, 0 where nothing is known
 */
record Batch(NDArray images, NDArray targets) {

  /** The galaxies as they are. */
  static Batch upright(
      NDManager manager, List<PreparedGalaxy> galaxies, InputSpec input, List<Question> questions) {
    return of(
        manager,
        galaxies,
        galaxies.stream().map(g -> new Orientation(false, 0)).toList(),
        input,
        questions);
  }

  /** Each galaxy in a random orientation. */
  static Batch turned(
      NDManager manager,
      List<PreparedGalaxy> galaxies,
      InputSpec input,
      List<Question> questions,
      RandomGenerator random) {
    return of(
        manager,
        galaxies,
        galaxies.stream().map(g -> Orientation.random(random)).toList(),
        input,
        questions);
  }

  private static Batch of(
      NDManager manager,
      List<PreparedGalaxy> galaxies,
      List<Orientation> orientations,
      InputSpec input,
      List<Question> questions) {
    int n = galaxies.size();
    int answers = questions.stream().mapToInt(q -> q.answers().size()).sum();
    float[] images = new float[n * input.valueCount()];
    float[] targets = new float[n * answers];
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i ->
                orientations
                    .get(i)
                    .copy(galaxies.get(i).values(), input.size(), images, i * input.valueCount()));
    int at = 0;
    for (PreparedGalaxy galaxy : galaxies) {
      for (Question question : questions) {
        if (galaxy.votes().asked(question) > 0) {
          double[] fractions = galaxy.votes().fractions().conditional(question);
          for (int a = 0; a < fractions.length; a++) {
            targets[at + a] = (float) (galaxy.votes().asked(question) * fractions[a]);
          }
        }
        at += question.answers().size();
      }
    }
    Shape shape = new Shape(n, input.channels().count(), input.size(), input.size());
    return new Batch(
        manager.create(FloatBuffer.wrap(images), shape, DataType.FLOAT32),
        manager.create(targets, new Shape(n, answers)));
  }
}
