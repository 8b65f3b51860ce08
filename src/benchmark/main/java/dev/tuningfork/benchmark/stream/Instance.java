package dev.tuningfork.benchmark.stream;

import dev.tuningfork.standalone.TuningFork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code tuning-fork run} in a process of its own. */
public final class Instance {

  private Instance() {}

  /** Starts one whose JVM has the usual options. */
  public static JavaProcess start(
      Path folder,
      String name,
      String cores,
      String bootstrapServers,
      Path bundle,
      List<Path> imageFolders,
      Map<String, String> more)
      throws IOException {
    return start(
        folder, name, cores, List.of(), Map.of(), bootstrapServers, bundle, imageFolders, more);
  }

  /**
   * Starts one.
   *
   * @param name of its files in the folder: its settings, its log and its state
   * @param cores that it is held to, as {@link JavaProcess#start} takes them
   * @param options of the JVM, after those that each has
   * @param environment variables besides those of this process
   * @param more settings besides where Kafka is, the model and where images may come from
   */
  public static JavaProcess start(
      Path folder,
      String name,
      String cores,
      List<String> options,
      Map<String, String> environment,
      String bootstrapServers,
      Path bundle,
      List<Path> imageFolders,
      Map<String, String> more)
      throws IOException {
    Map<String, String> settings = new TreeMap<>(more);
    settings.put("kafka.bootstrap.servers", bootstrapServers);
    settings.put("kafka.state.dir", folder.resolve(name + "-state").toString());
    settings.put("model", bundle.toString());
    settings.putIfAbsent("fetch.schemes", "file");
    settings.put(
        "fetch.folders",
        imageFolders.stream().map(Path::toString).collect(Collectors.joining(",")));
    settings.putIfAbsent("service.address", "none");
    Path file = folder.resolve(name + ".properties");
    Files.write(
        file,
        settings.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).toList());
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of(TuningFork.class.getName(), "run", "--config", file.toString()));
    return JavaProcess.start(
        cores, environment, log(folder, name), arguments.toArray(String[]::new));
  }

  /** Where an instance of this name writes what it says. */
  public static Path log(Path folder, String name) {
    return folder.resolve(name + ".log");
  }
}
