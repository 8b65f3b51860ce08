package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.Instance;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * A million references through one classifier in a process of its own: what its heap holds after a
 * full collection and what the system has given it, at ten points of the way; and how long another
 * one, on a machine without state, takes until it answers after that, its ledger being restored
 * first. The images are small ones (64×64), so that the million passes in minutes; how fast it goes
 * is no figure for that reason.
 */
final class MemorySuite {

  private static final int POINTS = 10;
  private static final int IMAGES = 50;
  private static final int SIDE = 64;
  private static final double MIB = 1 << 20;

  static final Suite SUITE =
      new Suite(
          "memory",
          "heap and process over a million references, and a ledger restored after them",
          Suite.Form.FULL,
          MemorySuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    int references = workload.plan().references();
    Path folder = workload.folder("memory");
    List<Path> images = small(workload.images(), folder);
    Path bundle = workload.saved(workload.bundle());
    Topics topics = Topics.DEFAULT;
    List<Double> heaps = new ArrayList<>();
    List<Double> processes = new ArrayList<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        Answers answers = new Answers(broker.bootstrapServers(), topics.output())) {
      String servers = broker.bootstrapServers();
      References.createTopics(servers, topics);
      References.publish(servers, topics, images, 0, 1);
      long started = System.nanoTime();
      try (JavaProcess first = start(folder, "first", servers, bundle, images)) {
        answers.await(1);
        tally.add(
            "start with an empty ledger",
            "s",
            "from the start of the process until its first answer is committed",
            Pace.secondsSince(started));
        References.publish(servers, topics, images, 1, references);
        for (int point = 1; point <= POINTS; point++) {
          answers.await((int) ((long) references * point / POINTS));
          heaps.add(heapAfterCollection(first.pid()) / MIB);
          processes.add(first.residentBytes() / MIB);
        }
      }
      References.publish(servers, topics, images, references, references + 1);
      started = System.nanoTime();
      try (var _ = start(folder, "second", servers, bundle, images)) {
        answers.await(references + 1);
        tally.add(
            "start after %,d references".formatted(references),
            "s",
            "the same on a machine without state: the ledger is restored first",
            Pace.secondsSince(started));
      }
    }
    ends(tally, "heap", "live after a full collection", heaps, references);
    ends(tally, "process", "resident", processes, references);
    for (int point = 0; point < POINTS; point++) {
      tally.add(
          "heap",
          "MiB",
          "live after a full collection, at ten points of the way",
          heaps.get(point));
      tally.add("process", "MiB", "resident, at ten points of the way", processes.get(point));
    }
  }

  private static void ends(
      Tally tally, String what, String how, List<Double> points, int references) {
    String through = how + ", after %,d of %,d references";
    tally.add(
        what + ", early",
        "MiB",
        through.formatted(references / POINTS, references),
        points.getFirst());
    tally.add(what + ", late", "MiB", through.formatted(references, references), points.getLast());
  }

  private static JavaProcess start(
      Path folder, String name, String servers, Path bundle, List<Path> images) throws IOException {
    return Instance.start(folder, name, "", servers, bundle, Workload.foldersOf(images), Map.of());
  }

  private static List<Path> small(List<Path> images, Path folder) throws IOException {
    Path place = Files.createDirectory(folder.resolve("images"));
    List<Path> made = new ArrayList<>();
    for (Path image : images.stream().limit(IMAGES).toList()) {
      BufferedImage large = ImageIO.read(image.toFile());
      BufferedImage small = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR);
      Graphics2D pen = small.createGraphics();
      pen.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      pen.drawImage(large, 0, 0, SIDE, SIDE, null);
      pen.dispose();
      Path file = place.resolve(made.size() + ".jpg");
      ImageIO.write(small, "jpg", file.toFile());
      made.add(file);
    }
    return made;
  }

  /** The last line of jcmd's class histogram, which collects first: {@code Total COUNT BYTES}. */
  private static long heapAfterCollection(long pid) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.lines()
        .filter(line -> line.startsWith("Total"))
        .map(line -> line.strip().replaceAll(".*\\s", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(
            () -> new IOException("jcmd does not report the heap of " + pid + ": " + said));
  }
}
