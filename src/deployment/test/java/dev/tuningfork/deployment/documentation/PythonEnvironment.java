package dev.tuningfork.deployment.documentation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Python with the packages of {@code requirements.txt}, installed once from PyPI into a virtual
 * environment below {@code ~/.cache/tuning-fork}.
 */
final class PythonEnvironment {

  private PythonEnvironment() {}

  /** The interpreter; skips the test where there is no Python 3.11 or PyPI cannot be reached. */
  static Path require() throws Exception {
    byte[] requirements;
    try (InputStream resource = PythonEnvironment.class.getResourceAsStream("requirements.txt")) {
      requirements = resource.readAllBytes();
    }
    String version =
        HexFormat.of().toHexDigits(new String(requirements, StandardCharsets.UTF_8).hashCode());
    Path cache =
        Path.of(System.getProperty("user.home"), ".cache", "tuning-fork", "docs-" + version);
    Path interpreter = cache.resolve("venv/bin/python");
    Path ready = cache.resolve("ready");
    if (!Files.exists(ready)) {
      Files.createDirectories(cache);
      Path list = Files.write(cache.resolve("requirements.txt"), requirements);
      String venv = cache.resolve("venv").toString();
      assumeTrue(
          run("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 11))")
              && run("python3", "-m", "venv", "--clear", venv),
          "Skipped: needs Python 3.11 with venv.");
      assumeTrue(
          run(
              interpreter.toString(),
              "-m",
              "pip",
              "install",
              "--quiet",
              "--requirement",
              list.toString()),
          "Skipped: PyPI cannot be reached, or lacks a package of requirements.txt.");
      Files.createFile(ready);
    }
    return interpreter;
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(List.of(command)).inheritIO().start();
      return process.waitFor(10, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }
}
