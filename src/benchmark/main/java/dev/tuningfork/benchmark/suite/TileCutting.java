package dev.tuningfork.benchmark.suite;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.benchmark.stream.AnsweringProcess;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.SkyCutout;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileCache;
import dev.tuningfork.tile.TileSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The product cutting tiles in a process of its own, whose memory is that of this work alone. Asked
 * for a recipe by its name, or for none, it cuts all positions, and answers with the rate and the
 * memory.
 */
final class TileCutting {

  private static final JsonMapper JSON = new JsonMapper();

  private TileCutting() {}

  static AnsweringProcess start(SkyTiles tiles, int side, Path folder) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add("-Xmx192m");
    arguments.add(TileCutting.class.getName());
    arguments.add(tiles.positions().toString());
    arguments.add(String.valueOf(side));
    tiles.files().forEach(file -> arguments.add(file.toString()));
    Path log = folder.resolve("cutting.log");
    Process process =
        new ProcessBuilder(JavaProcess.command("", arguments.toArray(String[]::new)))
            .redirectError(log.toFile())
            .start();
    JavaProcess.endWithThisOne(process);
    return new AnsweringProcess("The process that cuts tiles", process, log);
  }

  /** The process: positions, side and files. */
  public static void main(String[] arguments) throws Exception {
    int side = Integer.parseInt(arguments[1]);
    List<Cut> cuts;
    try (Stream<String> lines = Files.lines(Path.of(arguments[0]))) {
      cuts = lines.map(line -> line.split(",")).map(at -> cut(at, side)).toList();
    }
    SequencedMap<String, TileSource> bands = new LinkedHashMap<>();
    List<String> names = List.of("g", "r", "i");
    for (int band = 0; band < names.size(); band++) {
      bands.put(names.get(band), TileSource.of(Path.of(arguments[2 + band])));
    }
    Set<String> warm = new HashSet<>();
    try (var commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        Recipe recipe = line.equals("none") ? null : Recipe.named(line);
        if (warm.add(line)) {
          WarmUp.untilSettled(() -> perSecond(bands, cuts, recipe));
        }
        double perSecond = perSecond(bands, cuts, recipe);
        System.out.println(
            JSON.writeValueAsString(Map.of("perSecond", perSecond, "memory", memory())));
      }
    }
  }

  private static Cut cut(String[] at, int side) {
    return Cut.ofPixels(Double.parseDouble(at[0]), Double.parseDouble(at[1]), side);
  }

  /** From files that are not open yet to the bytes of all pictures. */
  private static double perSecond(
      SequencedMap<String, TileSource> bands, List<Cut> cuts, @Nullable Recipe recipe)
      throws Exception {
    long start = System.nanoTime();
    int threads = Runtime.getRuntime().availableProcessors();
    AtomicInteger next = new AtomicInteger();
    AtomicInteger made = new AtomicInteger();
    try (SurveyImage image = SurveyImage.open(bands, TileCache.ofDefaults());
        ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Integer> order = image.readingOrder(cuts);
      Callable<Void> worker =
          () -> {
            for (int i = next.getAndIncrement(); i < cuts.size(); i = next.getAndIncrement()) {
              SkyCutout cutout = image.cut(cuts.get(order.get(i)));
              if (recipe == null || recipe.picture(cutout.flux(), Channels.RGB).count() > 0) {
                made.incrementAndGet();
              }
            }
            return null;
          };
      for (Future<Void> done : workers.invokeAll(Collections.nCopies(threads, worker))) {
        done.get();
      }
    }
    if (made.get() != cuts.size()) {
      throw new IllegalStateException("Some galaxies were not cut.");
    }
    return cuts.size() / Pace.secondsSince(start);
  }

  /** The most that was resident so far, or -1 where the system does not say. */
  private static long memory() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return -1;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(-1);
    }
  }
}
