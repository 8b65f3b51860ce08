package dev.tuningfork.benchmark;

import com.sun.management.OperatingSystemMXBean;
import dev.tuningfork.benchmark.report.Machine;
import dev.tuningfork.benchmark.report.Spread;
import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.benchmark.suite.WarmUp;
import dev.tuningfork.benchmark.suite.Workload;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.command.Logging;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What the live page costs the stream: the pipeline at full speed with the service's other
 * endpoints alone, with a page that nobody looks at, and with one that is open. In turn, there and
 * back, so that the machine's drift falls on all.
 *
 * <p>Besides the pace, which scatters with all else that the machine does, it tells the processor
 * time that a galaxy takes of this process: what is not spent on it is left for galaxies.
 *
 * <p>The one who looks does over HTTP what a browser does: it takes the events, and gets each
 * galaxy's thumbnail. It is a thread of this process, whose processor time is not counted; the
 * cores that it has it takes from the pipeline, as a browser on the same machine would.
 */
@Command(
    name = "page",
    mixinStandardHelpOptions = true,
    description = "Measures what the live page costs the pipeline.")
final class PageCost implements Callable<Integer> {

  private static final Duration START = Duration.ofMinutes(1);

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** How the page is. */
  private enum Page {
    NONE("no page"),
    SERVED("nobody looks"),
    OPEN("open");

    private final String words;

    Page(String words) {
      this.words = words;
    }
  }

  /**
   * @param pace galaxies a second
   * @param work processor time that a galaxy takes, ms
   */
  private record Cost(double pace, double work) {}

  @Option(names = "--images", paramLabel = "FOLDER", required = true, description = "JPEG images.")
  private Path images = Path.of(".");

  @Option(names = "--model", paramLabel = "NAME|BUNDLE", description = "Default: ${DEFAULT-VALUE}.")
  private String modelName = ModelBundle.DEFAULT;

  @Option(names = "--galaxies", description = "Galaxies per run. Default: ${DEFAULT-VALUE}.")
  private int galaxies = 10_000;

  @Option(
      names = "--rounds",
      description =
          "Number of rounds; each measures all cases forwards and backwards. Default: ${DEFAULT-VALUE}.")
  private int rounds = 5;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    List<Path> files;
    try (Stream<Path> all = Files.list(images)) {
      files = all.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
    Map<Page, List<Cost>> costs = new EnumMap<>(Page.class);
    try (MorphologyModel model = Workload.asServed(ModelBundle.named(modelName))) {
      List<Page> there = List.of(Page.values());
      WarmUp.untilSettled(
          () -> {
            for (Page page : there) {
              run(files, model, page);
            }
          });
      for (int round = 0; round < rounds; round++) {
        for (Page page : there) {
          costs.computeIfAbsent(page, _ -> new ArrayList<>()).add(run(files, model, page));
        }
        for (Page page : there.reversed()) {
          costs.computeIfAbsent(page, _ -> new ArrayList<>()).add(run(files, model, page));
        }
        // after each, so that a run that fails later loses nothing
        out().printf("%n%s; medians of %d runs (least to most)%n", Machine.here(), 2 * (round + 1));
        tell(costs, Cost::pace, "galaxies/s", "%,.0f");
        tell(costs, Cost::work, "ms of processor time a galaxy", "%.3f");
        out().println();
        out().flush();
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private void tell(
      Map<Page, List<Cost>> costs, Function<Cost, Double> figure, String unit, String format) {
    Map<Page, Spread> spreads = new EnumMap<>(Page.class);
    costs.forEach((page, runs) -> spreads.put(page, Spread.of(runs.stream().map(figure).toList())));
    double without = Objects.requireNonNull(spreads.get(Page.NONE)).median();
    spreads.forEach(
        (page, spread) ->
            out()
                .printf(
                    ("%-12s " + format + " %s (" + format + " to " + format + "), %+.1f %%%n"),
                    page.words,
                    spread.median(),
                    unit,
                    spread.least(),
                    spread.most(),
                    100 * (spread.median() / without - 1)));
  }

  private Cost run(List<Path> files, MorphologyModel model, Page page) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      ClassifierSettings settings =
          ClassifierSettings.DEFAULT
              .withKafka("bootstrap.servers", broker.bootstrapServers())
              .withFolders(List.of(images))
              .with(
                  ServiceSettings.ADDRESS,
                  Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)))
              .with(PageSettings.SHOW, page != Page.NONE);
      References.createTopics(broker.bootstrapServers(), settings.topics());
      References.publish(broker.bootstrapServers(), settings.topics(), files, 0, galaxies);
      try (var classifier = ClassifierApplication.start(settings, model);
          var answers = new Answers(broker.bootstrapServers(), settings.topics().output())) {
        URI address = URI.create("http://127.0.0.1:" + classifier.servicePort().orElseThrow());
        AtomicInteger shown = new AtomicInteger();
        Thread onlooker =
            Thread.ofPlatform().daemon().name("onlooker").unstarted(() -> watch(address, shown));
        if (page == Page.OPEN) {
          onlooker.start();
        }
        if (!classifier.awaitRunning(START)) {
          throw new IllegalStateException("The classifier did not start.");
        }
        long start = System.nanoTime();
        long before = worked(onlooker);
        answers.await(galaxies);
        Cost cost =
            new Cost(
                galaxies / ((System.nanoTime() - start) / 1e9),
                (worked(onlooker) - before) / 1e6 / galaxies);
        out()
            .printf(
                "%-12s %,6.0f galaxies/s, %.3f ms of processor time each, %d shown%n",
                page.words, cost.pace, cost.work, shown.get());
        out().flush();
        return cost;
      }
    }
  }

  /** The processor time that this process has taken but for a thread of it, ns. */
  private static long worked(Thread but) {
    long its = ManagementFactory.getThreadMXBean().getThreadCpuTime(but.threadId());
    return PROCESS.getProcessCpuTime() - Math.max(0, its);
  }

  /** As a browser does, until the server ends it: all of it on this thread. */
  private static void watch(URI address, AtomicInteger shown) {
    Pattern number = Pattern.compile("data:\\{\"number\":(\\d+)");
    try {
      URLConnection events = address.resolve("/page/events").toURL().openConnection();
      events.setRequestProperty("Accept", "text/event-stream");
      try (Scanner lines = new Scanner(events.getInputStream(), StandardCharsets.UTF_8)) {
        while (lines.hasNextLine()) {
          Matcher galaxy = number.matcher(lines.nextLine());
          if (galaxy.lookingAt()) {
            URL picture = address.resolve("/thumbnails/" + galaxy.group(1)).toURL();
            try (InputStream file = picture.openStream()) {
              file.transferTo(OutputStream.nullOutputStream());
            }
            shown.incrementAndGet();
          }
        }
      }
    } catch (IOException ended) {
      // with the classifier
    }
  }

  private PrintWriter out() {
    if (spec == null) {
      throw new IllegalStateException("It is started by its command line.");
    }
    return spec.commandLine().getOut();
  }
}
