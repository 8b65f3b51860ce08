package dev.tuningfork.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing that threads of PyTorch's may use is destroyed before the process has ended. */
class ProcessEndTest {

  private static final int TERMINATED = 128 + 15;

  @Test
  @Timeout(120)
  void aProcessThatUsesPyTorchEndsWithoutTheDestructorsOfItsLibraries() throws Exception {
    SymbolLookup libraries = Linker.nativeLinker().defaultLookup();
    assumeTrue(libraries.find("on_exit").isPresent(), "The C library has no on_exit.");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-cp",
                System.getProperty("java.class.path"),
                NeverDestroyed.class.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader printed = process.inputReader(UTF_8)) {
      assertThat(printed.lines().anyMatch("started"::equals)).as("it starts").isTrue();
      process.toHandle().destroy(); // SIGTERM; the output stays open
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Whose destructors never return: one of libc's functions takes the place of the first one. */
  static final class NeverDestroyed {
    @SuppressWarnings("restricted") // the call's signature is that of glibc
    public static void main(String[] arguments) throws Throwable {
      Linker linker = Linker.nativeLinker();
      MemorySegment pause = linker.defaultLookup().findOrThrow("pause");
      FunctionDescriptor signature =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
      PyTorch.engine();
      int _ =
          (int)
              linker
                  .downcallHandle(linker.defaultLookup().findOrThrow("on_exit"), signature)
                  .invokeExact(pause, MemorySegment.NULL);
      System.out.println("started");
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}
