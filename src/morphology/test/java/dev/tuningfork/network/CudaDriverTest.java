package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a driver whose functions are written in Java, and are called as those of a library. */
@SuppressWarnings("restricted") // the calls' signatures are those of cuda.h
class CudaDriverTest {

  private static final MemorySegment UNKNOWN = Arena.global().allocateFrom("CUDA_ERROR_UNKNOWN");

  private static int initialised;
  private static int counted;

  private final Map<String, MemorySegment> functions = new HashMap<>();
  private final Arena arena = Arena.ofConfined();

  static int version(MemorySegment number) {
    number.reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 12_080);
    return 0;
  }

  static int init(int flags) {
    assertThat(flags).isZero();
    return initialised;
  }

  static int count(MemorySegment number) {
    number.reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 2);
    return counted;
  }

  static int name(int result, MemorySegment name) {
    name.reinterpret(Long.BYTES).set(ValueLayout.ADDRESS, 0, UNKNOWN);
    return result == 999 ? 0 : 1;
  }

  @BeforeEach
  void install() throws Exception {
    initialised = 0;
    counted = 0;
    install("cuDriverGetVersion", "version", ValueLayout.ADDRESS);
    install("cuInit", "init", ValueLayout.JAVA_INT);
    install("cuDeviceGetCount", "count", ValueLayout.ADDRESS);
    install("cuGetErrorName", "name", ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
  }

  private void install(String function, String method, MemoryLayout... takes) throws Exception {
    FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, takes);
    functions.put(
        function,
        Linker.nativeLinker()
            .upcallStub(
                MethodHandles.lookup()
                    .findStatic(CudaDriverTest.class, method, signature.toMethodType()),
                signature,
                arena));
  }

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void aDriverThatWorksTellsItsVersionAndItsDevices() {
    assertThat(ask()).isEqualTo(new CudaDriver(OptionalInt.of(12_080), 2, Optional.empty()));
  }

  @Test
  void aDriverWithoutADeviceDoesNotFail() {
    initialised = 100;
    assertThat(ask()).isEqualTo(new CudaDriver(OptionalInt.of(12_080), 0, Optional.empty()));
  }

  @Test
  void theFunctionThatFailsIsNamedWithItsResult() {
    initialised = 999;
    assertThat(ask().failure()).hasValue("cuInit returns 999 (CUDA_ERROR_UNKNOWN)");
    initialised = 0;
    counted = 3;
    assertThat(ask().failure()).hasValue("cuDeviceGetCount returns 3");
    functions.remove("cuGetErrorName");
    initialised = 999;
    assertThat(ask().failure()).hasValue("cuInit returns 999");
  }

  @Test
  void aLibraryThatIsNoDriverIsSaidToLackItsFunctions() {
    functions.remove("cuInit");
    assertThat(ask().failure()).hasValue("its library has no function cuInit");
    assumeTrue(System.getProperty("os.name").equals("Linux"), "Linux's library of mathematics");
    assertThat(CudaDriver.here("libm.so.6").failure())
        .hasValue("its library has no function cuDriverGetVersion");
  }

  @Test
  void aLibraryThatCannotBeLoadedIsNoDriver() {
    assertThat(CudaDriver.here("libnowhere.so.1"))
        .isEqualTo(new CudaDriver(OptionalInt.empty(), 0, Optional.empty()));
  }

  private CudaDriver ask() {
    return CudaDriver.ask(name -> Optional.ofNullable(functions.get(name)));
  }
}
