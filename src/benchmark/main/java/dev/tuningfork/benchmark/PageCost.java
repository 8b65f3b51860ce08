package dev.tuningfork.benchmark;

import dev.tuningfork.benchmark.report.Machine;
import dev.tuningfork.benchmark.stream.Answers;
import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import dev.tuningfork.standalone.command.Logging;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
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
 * What the live page costs the stream: the pipeline at full speed without a page, with one that
 * nobody looks at, and with one that is open. In turn, there and back, so that the machine's drift
 * falls on all.
 *
 * <p>The one who looks does over HTTP what a browser does: it takes the events, and gets each
 * galaxy's thumbnail. It runs in this process and on its cores, which a browser would not.
 */
@Command(
    name = "page",
    mixinStandardHelpOptions = true,
    description = "Measures what the live page costs the pipeline.")
final class PageCost implements Callable<Integer> {

  private static final Duration START = Duration.ofMinutes(1);

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

  @Option(names = "--images", paramLabel = "FOLDER", required = true, description = "JPEG images.")
  private Path images = Path.of(".");

  @Option(names = "--model", paramLabel = "NAME|BUNDLE", description = "Default: ${DEFAULT-VALUE}.")
  private String modelName = ModelBundle.DEFAULT;

  @Option(names = "--galaxies", description = "A run's. Default: ${DEFAULT-VALUE}.")
  private int galaxies = 10_000;

  @Option(names = "--rounds", description = "Each there and back. Default: ${DEFAULT-VALUE}.")
  private int rounds = 2;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    List<Path> files;
    try (Stream<Path> all = Files.list(images)) {
      files = all.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
    Map<Page, List<Double>> figures = new EnumMap<>(Page.class);
    try (MorphologyModel model =
        ModelLoader.load(ModelBundle.named(modelName), new DeviceSetting.Auto())) {
      run(files, model, Page.OPEN); // to warm up
      List<Page> there = List.of(Page.values());
      for (int round = 0; round < rounds; round++) {
        for (Page page : there) {
          figures.computeIfAbsent(page, _ -> new ArrayList<>()).add(run(files, model, page));
        }
        for (Page page : there.reversed()) {
          figures.computeIfAbsent(page, _ -> new ArrayList<>()).add(run(files, model, page));
        }
      }
    }
    PrintWriter out = out();
    double without = mean(figures, Page.NONE);
    out.printf("%n%s%n", Machine.here());
    for (Page page : Page.values()) {
      out.printf(
          "%-12s %,6.0f galaxies/s in the mean of %d runs, %+.1f %%%n",
          page.words, mean(figures, page), 2 * rounds, 100 * (mean(figures, page) / without - 1));
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private double run(List<Path> files, MorphologyModel model, Page page) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      ClassifierSettings settings =
          ClassifierSettings.DEFAULT
              .withKafka("bootstrap.servers", broker.bootstrapServers())
              .withFetch(FetchSettings.of(FetchPolicy.ofFolders(List.of(images))));
      if (page != Page.NONE) {
        settings =
            settings.withService(
                ServiceSettings.OFF.withAddress(
                    InetSocketAddress.createUnresolved("127.0.0.1", 0)));
      }
      References.createTopics(broker.bootstrapServers(), settings.topics());
      References.publish(broker.bootstrapServers(), settings.topics(), files, 0, galaxies);
      try (var classifier = ClassifierApplication.start(settings, model);
          var answers = new Answers(broker.bootstrapServers(), settings.topics().output())) {
        AtomicInteger shown = new AtomicInteger();
        if (page == Page.OPEN) {
          URI address = URI.create("http://127.0.0.1:" + classifier.servicePort().orElseThrow());
          Thread.ofVirtual().name("onlooker").start(() -> watch(address, shown));
        }
        if (!classifier.awaitRunning(START)) {
          throw new IllegalStateException("The classifier did not start.");
        }
        long start = System.nanoTime();
        answers.await(galaxies);
        double figure = galaxies / ((System.nanoTime() - start) / 1e9);
        out().printf("%-12s %,6.0f galaxies/s, %d shown%n", page.words, figure, shown.get());
        out().flush();
        return figure;
      }
    }
  }

  /** As a browser does, until the server ends it. */
  private static void watch(URI address, AtomicInteger shown) {
    Pattern number = Pattern.compile("data:\\{\"number\":(\\d+)");
    try (HttpClient http = HttpClient.newHttpClient();
        InputStream events =
            http.send(
                    HttpRequest.newBuilder(address.resolve("/page/events"))
                        .header("Accept", "text/event-stream")
                        .build(),
                    HttpResponse.BodyHandlers.ofInputStream())
                .body();
        Scanner lines = new Scanner(events, StandardCharsets.UTF_8)) {
      while (lines.hasNextLine()) {
        Matcher galaxy = number.matcher(lines.nextLine());
        if (galaxy.lookingAt()) {
          http.send(
              HttpRequest.newBuilder(address.resolve("/thumbnails/" + galaxy.group(1))).build(),
              HttpResponse.BodyHandlers.discarding());
          shown.incrementAndGet();
        }
      }
    } catch (IOException ended) {
      // with the classifier
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static double mean(Map<Page, List<Double>> figures, Page page) {
    return figures.getOrDefault(page, List.of()).stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(0);
  }

  private PrintWriter out() {
    if (spec == null) {
      throw new IllegalStateException("It is started by its command line.");
    }
    return spec.commandLine().getOut();
  }
}
