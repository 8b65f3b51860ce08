package dev.tuningfork.benchmark.stream;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A JVM of its own with this one's class path and the options that the product's script gives,
 * which can be held to some cores and can be killed.
 */
public final class JavaProcess implements AutoCloseable {

  private static final int ENDING_SECONDS = 60;

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;

  private JavaProcess(Process process) {
    this.process = process;
    endWithThisOne(process);
  }

  /**
   * Starts it.
   *
   * @param cores as taskset names them, such as {@code 0} or {@code 0,1}; empty for all
   * @param environment variables besides those of this process
   * @param log what it says is added to this file
   */
  public static JavaProcess start(
      String cores, Map<String, String> environment, Path log, String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(cores, arguments))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return new JavaProcess(builder.start());
  }

  /** Sees to it that a process is killed, frozen or not, when this JVM ends and it still runs. */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
  public static void endWithThisOne(Process process) {
    RUNNING.add(process);
    process.onExit().thenRun(() -> RUNNING.remove(process));
  }

  /**
   * The command that starts it.
   *
   * @param cores as for {@link #start}
   */
  public static List<String> command(String cores, String... arguments) {
    List<String> command = new ArrayList<>();
    if (!cores.isEmpty()) {
      command.addAll(List.of("taskset", "--cpu-list", cores));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx2g",
            "-XX:+UseParallelGC",
            "-Djava.awt.headless=true",
            "-cp",
            System.getProperty("java.class.path")));
    command.addAll(largePages());
    command.addAll(List.of(arguments));
    return command;
  }

  /** As the script found it best on this machine. */
  private static List<String> largePages() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter("-XX:+UseTransparentHugePages"::equals)
        .toList();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Sends a signal.
   *
   * @param name such as {@code STOP}
   */
  public void signal(String name) throws IOException, InterruptedException {
    signal(process, name);
  }

  /** Sends a signal to any process. */
  public static void signal(Process process, String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /** What Linux says is resident; elsewhere what ps says. */
  public long residentBytes() throws IOException, InterruptedException {
    Path status = Path.of("/proc", String.valueOf(pid()), "status");
    if (Files.exists(status)) {
      try (Stream<String> lines = Files.lines(status)) {
        return kibibytes(lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow());
      }
    }
    Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", String.valueOf(pid())).start();
    String said = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    ps.waitFor();
    return kibibytes(said);
  }

  /**
   * What the heap holds after a full collection: the last line of jcmd's class histogram, which
   * collects first, is {@code Total COUNT BYTES}.
   */
  public long liveHeapBytes() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process asked =
        new ProcessBuilder(jcmd.toString(), String.valueOf(pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    asked.waitFor();
    return said.lines()
        .filter(line -> line.startsWith("Total"))
        .map(line -> line.strip().replaceAll(".*\\s", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(
            () -> new IOException("jcmd does not report the heap of " + pid() + ": " + said));
  }

  private static long kibibytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }

  /** Whether it ends by itself within this time. */
  public boolean awaitEnd(Duration atMost) throws InterruptedException {
    return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Of a process that is no longer alive. */
  public int exitCode() {
    return process.exitValue();
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM: it closes cleanly. */
  @Override
  public void close() {
    process.destroy();
    awaitOrKill(process);
  }

  /** Waits for the end of a process, and kills it where it takes too long. */
  static void awaitOrKill(Process process) {
    try {
      if (!process.waitFor(ENDING_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
