package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
