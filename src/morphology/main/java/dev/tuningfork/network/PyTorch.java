package dev.tuningfork.network;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The engine that computes networks, started so that it never asks the Internet for anything. */
public final class PyTorch {

  private static final String THREADS = "ai.djl.pytorch.num_threads";

  /** How the error begins that follows the trace of a TorchScript module. */
  private static final Pattern ERROR =
      Pattern.compile("^[\\w.]*(Error|Exception): ", Pattern.MULTILINE);

  /** How the trace of PyTorch's own code begins. */
  private static final String NATIVE_TRACE = "Exception raised from ";

  private static boolean endsWithoutDestructors;

  private PyTorch() {}

  /**
   * Starts the engine at the first call; every class that uses DJL goes through here. What the
   * environment or a system property says already is kept.
   *
   * <p>One operation uses as many threads as this process has processors. That is Java's count,
   * which knows the limits of a container, where PyTorch's own counts the machine's. Between two
   * operations these threads sleep: by OpenMP's default they would spin, and delay the threads that
   * decode images. {@code OMP_WAIT_POLICY} in the environment says otherwise.
   *
   * <p>Memory that one batch has used stays with the process for the next one. By glibc's default
   * the larger arrays go back to the system and come again, page by page, which took a third of the
   * time of a large network.
   *
   * <p>The process may end while threads compute. Java waits for them for 0.3 s only, and a forward
   * pass that goes on while the destructors of PyTorch's libraries run would fail in a crash. From
   * the first call on, the process therefore ends without those, where the system's C library
   * offers it.
   *
   * @throws EngineException if the native library cannot be loaded; the message says where it comes
   *     from
   */
  public static synchronized Engine engine() {
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("OPT_OUT_TRACKING", "true");
    setIfAbsent(THREADS, String.valueOf(Runtime.getRuntime().availableProcessors()));
    setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
    setInEnvironmentIfAbsent("OMP_WAIT_POLICY", "passive");
    keepFreedMemory();
    endWithoutDestructors();
    Optional<Path> named = Optional.ofNullable(environment("PYTORCH_LIBRARY_PATH")).map(Path::of);
    named.ifPresent(PyTorch::requireLibrary);
    named
        .flatMap(PyTorch::cudaRuntime)
        .ifPresent(folder -> setIfAbsent("jna.library.path", folder.toString()));
    try {
      return Engine.getEngine("PyTorch");
    } catch (EngineException e) {
      throw new EngineException(
          notLoaded(e, named, Optional.ofNullable(environment("PYTORCH_FLAVOR"))), e);
    }
  }

  /** As DJL reads it: a variable that is empty is not set. */
  private static @Nullable String environment(String variable) {
    String value = System.getenv(variable);
    if (value == null || value.isEmpty()) {
      value = System.getProperty(variable);
    }
    return value == null || value.isEmpty() ? null : value;
  }

  /**
   * DJL silently takes the library of the build where there is none in the folder that is named.
   *
   * @throws EngineException if there is none
   */
  static void requireLibrary(Path folder) {
    String library = System.mapLibraryName("torch");
    if (!Files.exists(folder.resolve(library))) {
      throw new EngineException(
          "PYTORCH_LIBRARY_PATH is %s, but there is no %s in that folder. Name the folder of PyTorch's libraries, or unset the variable to use those of the build."
              .formatted(folder, library));
    }
  }

  /**
   * Where PyPI's and Conda's packages keep CUDA's runtime, beside PyTorch's own libraries. Those
   * find it by themselves; DJL, which counts GPUs with it, looks for it by JNA.
   *
   * @param libtorch the folder of PyTorch's libraries
   */
  static Optional<Path> cudaRuntime(Path libtorch) {
    Path folder = libtorch.resolve("../../nvidia/cuda_runtime/lib").normalize();
    return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
  }

  /** What is missing, on which kind of machine, and where it comes from. */
  static String notLoaded(EngineException failure, Optional<Path> named, Optional<String> flavor) {
    List<String> reasons = new ArrayList<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      reasons.add(String.valueOf(cause.getMessage()));
    }
    String advice =
        named.isPresent()
            ? "PYTORCH_LIBRARY_PATH is %s, and PYTORCH_FLAVOR %s. That folder must hold libraries of the version of PyTorch that the build includes, and PYTORCH_FLAVOR must be cu128 for libraries with CUDA, and cpu for others."
                .formatted(named.get(), flavor.map(set -> "is " + set).orElse("is not set"))
            : "The build includes it for Linux on x86-64 and aarch64, macOS on aarch64 and Windows on x86-64, but only for the platform of the build machine. To use another libtorch of the same version, set PYTORCH_LIBRARY_PATH.";
    return "PyTorch's native library cannot be loaded on %s (%s): %s. %s"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            String.join(": ", reasons).replaceFirst("\\.$", ""),
            advice);
  }

  /** How many threads all operations that run at a time may use together. */
  public static int threads() {
    engine();
    return Integer.parseInt(System.getProperty(THREADS));
  }

  /**
   * Reads a TorchScript module into a model. DJL makes a temporary folder for it that stays empty;
   * it is deleted here, since DJL's own deletion waits for an orderly exit.
   *
   * @throws MalformedModelException if the bytes are not a module
   */
  public static void readModule(Model model, byte[] module, Map<String, ?> options)
      throws IOException, MalformedModelException {
    try {
      model.load(new ByteArrayInputStream(module), options);
    } finally {
      Path folder = model.getModelPath();
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    }
  }

  /**
   * Why PyTorch failed, in its own words and on one line: the error whole, without the traces of
   * the code that led to it.
   */
  public static String reason(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    Matcher error = ERROR.matcher(message);
    int begin = 0;
    while (error.find()) { // one that was raised again comes last
      begin = error.end();
    }
    int end = message.indexOf(NATIVE_TRACE, begin);
    String reason = message.substring(begin, end < 0 ? message.length() : end);
    return reason.isBlank() ? "it gives no reason." : reason.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Sets what {@code malloc.h} of glibc names; other systems have no {@code mallopt}. */
  @SuppressWarnings("restricted") // the call's signature is that of glibc
  private static void keepFreedMemory() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> mallopt = linker.defaultLookup().find("mallopt");
    if (mallopt.isEmpty()) {
      return;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    MethodHandle call = linker.downcallHandle(mallopt.get(), signature);
    int trimThreshold = -1;
    int mmapThreshold = -3;
    int largest = 32 << 20; // that mallopt takes on a machine of 64 bits
    try {
      int _ = (int) call.invokeExact(trimThreshold, Integer.MAX_VALUE);
      int _ = (int) call.invokeExact(mmapThreshold, largest);
    } catch (Throwable e) {
      throw new IllegalStateException("glibc's mallopt cannot be called.", e);
    }
  }

  private static void endWithoutDestructors() {
    if (!endsWithoutDestructors) {
      endsWithoutDestructors = true;
      Thread hook = new Thread(PyTorch::skipDestructors, "no-destructors");
      try {
        Runtime.getRuntime().addShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        skipDestructors();
      }
    }
  }

  /**
   * Makes {@code exit} of glibc call {@code _exit} before anything that was registered until now.
   * Destructors of static variables are registered when these are first used, so this is called
   * when the process is to end, and not before. Other systems have no {@code on_exit}.
   */
  @SuppressWarnings("restricted") // the call's signature is that of glibc
  private static void skipDestructors() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> onExit = linker.defaultLookup().find("on_exit");
    Optional<MemorySegment> end = linker.defaultLookup().find("_exit");
    if (onExit.isEmpty() || end.isEmpty()) {
      return;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    MethodHandle call = linker.downcallHandle(onExit.get(), signature);
    try {
      // glibc passes it the exit code and the null
      int _ = (int) call.invokeExact(end.get(), MemorySegment.NULL);
    } catch (Throwable e) {
      throw new IllegalStateException("glibc's on_exit cannot be called.", e);
    }
  }

  /**
   * OpenMP reads its settings from the environment of the process, once, when its library is
   * loaded. Windows has no {@code setenv}, and no OpenMP that knows this setting.
   */
  @SuppressWarnings("restricted") // the call's signature is that of POSIX
  private static void setInEnvironmentIfAbsent(String variable, String value) {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      int keepWhatIsSet = 0;
      int result =
          (int)
              linker
                  .downcallHandle(setenv.get(), signature)
                  .invokeExact(
                      arena.allocateFrom(variable), arena.allocateFrom(value), keepWhatIsSet);
      if (result != 0) {
        throw new IllegalStateException("The environment variable " + variable + " cannot be set.");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(
          "The environment variable " + variable + " cannot be set.", e);
    }
  }
}
