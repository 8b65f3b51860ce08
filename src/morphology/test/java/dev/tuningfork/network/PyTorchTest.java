package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PyTorch says is passed on whole. */
class PyTorchTest {

  @TempDir private Path packages;

  @Test
  void cudasRuntimeIsFoundBesidePyTorchWherePyPIsPackagesPutIt() throws IOException {
    Path libtorch = Files.createDirectories(packages.resolve("torch/lib"));
    assertThat(PyTorch.cudaRuntime(libtorch)).isEmpty();

    Path runtime = Files.createDirectories(packages.resolve("nvidia/cuda_runtime/lib"));
    assertThat(PyTorch.cudaRuntime(libtorch)).contains(runtime);
  }

  @Test
  void aFolderWithoutPyTorchIsRefusedAndNotReplacedByTheBuildsLibraries() throws IOException {
    String library = System.mapLibraryName("torch");
    assertThatThrownBy(() -> PyTorch.requireLibrary(packages))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "PYTORCH_LIBRARY_PATH is %s, but there is no %s in that folder. Name the folder of"
                + " PyTorch's libraries, or unset the variable to use those of the build.",
            packages, library);
    Files.createFile(packages.resolve(library));
    PyTorch.requireLibrary(packages);
  }

  @Test
  void aLibraryThatCannotBeLoadedIsToldWithWhatTheEnvironmentSays() {
    EngineException failure =
        new EngineException("Failed.", new IllegalStateException("libc10_cuda.so: no such file"));
    assertThat(PyTorch.notLoaded(failure, Optional.empty(), Optional.of("cpu")))
        .contains("Failed.: libc10_cuda.so: no such file. The build includes it for Linux")
        .endsWith("set PYTORCH_LIBRARY_PATH.");
    Optional<Path> named = Optional.of(Path.of("/torch"));
    assertThat(PyTorch.notLoaded(failure, named, Optional.of("cu999")))
        .contains("no such file. PYTORCH_LIBRARY_PATH is /torch, and PYTORCH_FLAVOR is cu999. ")
        .endsWith("PYTORCH_FLAVOR must be cu128 for libraries with CUDA, and cpu for others.");
    assertThat(PyTorch.notLoaded(failure, named, Optional.empty()))
        .contains("and PYTORCH_FLAVOR is not set.");
  }

  @Test
  void theReasonIsTheWholeErrorBehindTheTraceOfAModule() {
    String message =
        """
        The following operation failed in the TorchScript interpreter.
        Traceback of TorchScript (most recent call last):
          File "code/__torch__.py", line 42, in forward
            x = ops.mkldnn._convolution_pointwise(x, self.weight)
                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE
        RuntimeError: mkldnn_convolution: bf16 path needs the cpu support
          avx512bw, avx512vl and avx512dq

        """;

    assertThat(PyTorch.reason(new IllegalStateException(message)))
        .isEqualTo(
            "mkldnn_convolution: bf16 path needs the cpu support avx512bw, avx512vl and avx512dq");
  }

  @Test
  void tracesOfNativeCodeAreLeftOutAndASentenceAloneStaysWhatItIs() {
    assertThat(
            PyTorch.reason(
                new IllegalStateException(
                    "expected scalar type Float\n"
                        + "but found Byte\n"
                        + "Exception raised from data_ptr at Tensor.cpp:9\n"
                        + "frame #0: c10::Error")))
        .isEqualTo("expected scalar type Float but found Byte");
    assertThat(PyTorch.reason(new IllegalStateException("No file."))).isEqualTo("No file.");
    assertThat(PyTorch.reason(new IllegalStateException(""))).isEqualTo("it gives no reason.");
  }
}
