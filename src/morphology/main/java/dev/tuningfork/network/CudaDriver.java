package dev.tuningfork.network;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What NVIDIA's driver says.
 *
 * @param version the newest CUDA that it supports, such as 12060 for 12.6; empty if its library
 *     cannot be loaded
 * @param devices how many it finds
 * @param failure which of its functions fails, and how; empty if none does
 */
record CudaDriver(OptionalInt version, int devices, Optional<String> failure) {

  static final String LIBRARY =
      System.getProperty("os.name").startsWith("Windows") ? "nvcuda.dll" : "libcuda.so.1";

  private static final CudaDriver NONE = new CudaDriver(OptionalInt.empty(), 0, Optional.empty());

  /** As cuda.h has them. */
  private static final int SUCCESS = 0;

  private static final int NO_DEVICE = 100;

  /** Of a result, in bytes. */
  private static final long LONGEST_NAME = 256;

  /** That a function of the driver fails. */
  private static final class Failure extends Exception {
    private final int result;

    Failure(int result, String message) {
      super(message);
      this.result = result;
    }
  }

  /** Asks that of this machine. */
  @SuppressWarnings("restricted") // libraries are loaded by name
  static CudaDriver here(String library) {
    try (Arena arena = Arena.ofConfined()) {
      return ask(SymbolLookup.libraryLookup(library, arena));
    } catch (IllegalArgumentException e) {
      return NONE; // there is no such library
    }
  }

  /** Asks one whose functions are found so. */
  static CudaDriver ask(SymbolLookup driver) {
    OptionalInt version = OptionalInt.empty();
    try {
      version = OptionalInt.of(number(driver, "cuDriverGetVersion"));
      initialise(driver);
      return new CudaDriver(version, number(driver, "cuDeviceGetCount"), Optional.empty());
    } catch (Failure e) {
      OptionalInt known = version.isPresent() ? version : OptionalInt.of(0);
      return e.result == NO_DEVICE
          ? new CudaDriver(known, 0, Optional.empty())
          : new CudaDriver(known, 0, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private static void initialise(SymbolLookup driver) throws Failure {
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    MemorySegment function = function(driver, "cuInit");
    try {
      check(driver, "cuInit", (int) linked(function, signature).invokeExact(0));
    } catch (Failure e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cuInit cannot be called.", e);
    }
  }

  /** What a function of the driver writes into the number that it is given. */
  private static int number(SymbolLookup driver, String name) throws Failure {
    FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    MemorySegment function = function(driver, name);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      check(driver, name, (int) linked(function, signature).invokeExact(number));
      return number.get(ValueLayout.JAVA_INT, 0);
    } catch (Failure e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(name + " cannot be called.", e);
    }
  }

  private static MemorySegment function(SymbolLookup driver, String name) throws Failure {
    return driver
        .find(name)
        .orElseThrow(() -> new Failure(SUCCESS, "its library has no function " + name));
  }

  private static void check(SymbolLookup driver, String function, int result) throws Failure {
    if (result != SUCCESS) {
      throw new Failure(
          result, "%s returns %d%s".formatted(function, result, inWords(driver, result)));
    }
  }

  /** The name that the driver has for a result, such as CUDA_ERROR_UNKNOWN; empty for none. */
  private static String inWords(SymbolLookup driver, int result) {
    Optional<MemorySegment> function = driver.find("cuGetErrorName");
    if (function.isEmpty()) {
      return "";
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ValueLayout.ADDRESS);
      int named = (int) linked(function.get(), signature).invokeExact(result, name);
      return named == SUCCESS ? " (" + text(name.get(ValueLayout.ADDRESS, 0)) + ")" : "";
    } catch (Throwable e) {
      throw new IllegalStateException("cuGetErrorName cannot be called.", e);
    }
  }

  @SuppressWarnings("restricted") // the driver's texts end with a zero
  private static String text(MemorySegment address) {
    return address.reinterpret(LONGEST_NAME).getString(0);
  }

  @SuppressWarnings("restricted") // the calls' signatures are those of cuda.h
  private static MethodHandle linked(MemorySegment function, FunctionDescriptor signature) {
    return Linker.nativeLinker().downcallHandle(function, signature);
  }
}
