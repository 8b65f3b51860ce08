package dev.tuningfork.benchmark.python;

import dev.tuningfork.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A Python with pinned packages, in a virtual environment of its own, and the scripts that are
 * measured beside the product. The environment is made once, from PyPI, and kept in the user's
 * cache folder; other requirements get another one.
 *
 * @param interpreter of the virtual environment
 * @param scripts the folder that the scripts lie in
 */
public record Python(Path interpreter, Path scripts) {

  /**
   * Scripts that need the same packages.
   *
   * @param requirements the file that lists the packages
   */
  public record Kit(String requirements, List<String> scripts) {

    /** Networks, images and Kafka. */
    public static final Kit NETWORKS =
        new Kit(
            "requirements.txt", List.of("consumer.py", "galaxy_model.py", "images.py", "peer.py"));

    /** Cutting survey images. */
    public static final Kit TILES = new Kit("tiles-requirements.txt", List.of("tiles.py"));

    /** Counting what came out of a fault run. */
    public static final Kit COUNT = new Kit("count-requirements.txt", List.of("count.py"));

    /** The networks on a GPU. */
    public static final Kit GPU = new Kit("gpu-requirements.txt", List.of("gpu.py"));

    public Kit {
      scripts = List.copyOf(scripts);
    }
  }

  /** PyTorch's packages are some gigabytes. */
  private static final int INSTALL_MINUTES = 20;

  /** There is no Python to measure beside; the message says why. */
  public static final class Unavailable extends Exception {
    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }

    public Unavailable(String message) {
      super(message);
    }
  }

  /**
   * Finds the environment, or makes it.
   *
   * @param kit what is to be run
   * @param folder where the scripts are written to
   * @param told a line before what takes time
   * @throws Unavailable where there is no python3, or PyPI cannot be reached
   */
  public static Python prepare(Kit kit, Path folder, Consumer<String> told) throws Unavailable {
    byte[] requirements = resource(kit.requirements);
    Path environment = cache().resolve("benchmark-python-" + hash(requirements));
    Path ready = environment.resolve("ready");
    Path interpreter = environment.resolve("bin").resolve("python");
    try {
      if (!Files.exists(ready)) {
        Path listed = Files.write(folder.resolve(kit.requirements), requirements);
        told.accept("Installing Python's packages into " + environment + "; this happens once …");
        run(
            "python3 with its venv module is needed",
            "python3",
            "-m",
            "venv",
            "--clear",
            environment.toString());
        run(
            "PyPI cannot be reached, or lacks a package",
            interpreter.toString(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--requirement",
            listed.toString());
        Files.createFile(ready);
      }
      return of(interpreter, kit, folder);
    } catch (IOException e) {
      throw new Unavailable("The Python environment cannot be created: " + e.getMessage(), e);
    }
  }

  /**
   * A Python that has the packages already.
   *
   * @param folder where the scripts are written to
   */
  public static Python of(Path interpreter, Kit kit, Path folder) throws IOException {
    for (String script : kit.scripts) {
      Files.write(folder.resolve(script), resource(script));
    }
    return new Python(interpreter, folder);
  }

  private static Path cache() {
    String set = System.getenv("XDG_CACHE_HOME");
    Path base =
        set == null || set.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(set);
    return base.resolve("tuning-fork");
  }

  private static void run(String whatIsWrong, String... command) throws Unavailable, IOException {
    Path log = Files.createTempFile("tuning-fork-python-", ".log");
    try {
      Process process;
      try {
        process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
      } catch (IOException e) {
        throw new Unavailable(whatIsWrong + ": " + e.getMessage(), e);
      }
      process.getOutputStream().close();
      if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new Unavailable(
            "%s: it took more than %d minutes".formatted(whatIsWrong, INSTALL_MINUTES));
      }
      if (process.exitValue() != 0) {
        throw new Unavailable(whatIsWrong + ": " + lastLine(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unavailable("The installation was interrupted", e);
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private static String lastLine(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> !line.isBlank())
        .reduce((_, last) -> last)
        .orElse("it says nothing");
  }

  /** The command that starts a script. */
  public List<String> command(String script, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(interpreter.toString());
    command.add(scripts.resolve(script).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private static byte[] resource(String name) {
    try (InputStream in = Python.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The benchmark lacks its script " + name + ".");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the script " + name + ".", e);
    }
  }

  private static String hash(byte[] requirements) {
    return Sha256.hex(requirements).substring(0, 8);
  }
}
