package dev.tuningfork.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.standalone.survey.MockSurvey;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/**
 * The GPU image on a machine without a GPU: its libraries fit together, and it says what is
 * missing.
 *
 * <p>The image, of more than 4 GB, is built beforehand and named by {@code -Dtuningfork.gpu-image};
 * skipped without, and where no Docker engine answers.
 */
@Testcontainers(disabledWithoutDocker = true)
@EnabledIfSystemProperty(
    named = "tuningfork.gpu-image",
    matches = ".+",
    disabledReason = "No image is named by -Dtuningfork.gpu-image.")
class GpuImageContainerIT {

  private static final String GALAXY = "/tmp/galaxy.jpg";

  private static final GenericContainer<?> CONTAINER =
      new GenericContainer<>(
              DockerImageName.parse(System.getProperty("tuningfork.gpu-image", "none")))
          .withCreateContainerCmdModifier(command -> command.withEntrypoint("sleep", "600"))
          .withCopyToContainer(Transferable.of(new MockSurvey(1).galaxy(0).jpeg(), 0644), GALAXY);

  @BeforeAll
  static void start() {
    CONTAINER.start();
  }

  @AfterAll
  static void stop() {
    CONTAINER.stop();
  }

  @Test
  void everyLibraryFindsEverythingThatItIsLinkedWith() throws Exception {
    ExecResult links =
        shell(
            """
            find /opt/tuning-fork/cuda /opt/tuning-fork/djl/pytorch/*-cu128-* -name '*.so*' | while read -r library; do
              echo "$library"
              LD_LIBRARY_PATH=$PYTORCH_LIBRARY_PATH ldd -r "$library" 2>&1 | grep -E 'not found|undefined symbol'
            done
            true
            """);
    List<String> lines = links.getStdout().lines().toList();
    assertThat(lines)
        .hasSizeGreaterThan(25)
        .allMatch(line -> line.startsWith("/opt/"))
        .noneMatch(line -> line.contains("libcaffe2_nvrtc"))
        .anyMatch(line -> line.endsWith("/torch/lib/libtorch_cuda.so"))
        .anyMatch(line -> line.endsWith("-libdjl_torch.so"));
  }

  /** cuDNN loads it by this name alone. */
  @Test
  void theLinkerKnowsWhereTheCompilerOfKernelsIs() throws Exception {
    assertThat(shell("/sbin/ldconfig -p").getStdout())
        .contains("/opt/tuning-fork/cuda/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
  }

  @Test
  void aDemandedGpuIsRefusedByWhatIsMissing() throws Exception {
    ExecResult refused = run("classify", "--device", "gpu", GALAXY);
    assertThat(refused.getExitCode()).isEqualTo(1);
    assertThat(refused.getStderr())
        .contains("The device gpu:0 was requested, but PyTorch finds no GPU here.")
        .contains("NVIDIA's driver is missing: libcuda.so.1 cannot be loaded.");
  }

  @Test
  void withoutAGpuAutoComputesOnTheCpuAndSaysSo() throws Exception {
    ExecResult answered = run("classify", "--verbose", "--device", "auto", GALAXY);
    assertThat(answered.getExitCode()).as(answered.getStderr()).isZero();
    assertThat(answered.getStdout() + answered.getStderr())
        .contains("The device is auto, and no GPU works here, so the CPU is used.")
        .contains(" on cpu, ");
  }

  @Test
  void theCheckFindsTheLibrariesWithCuda() throws Exception {
    ExecResult check = run("gpu-check", "--galaxies", "1");
    assertThat(check.getExitCode()).isEqualTo(1);
    assertThat(check.getStdout())
        .contains("PyTorch's library: with CUDA, in ")
        .contains("CUDA's runtime: CUDA 12.")
        .contains("NVIDIA's driver: libcuda.so.1 cannot be loaded");
  }

  /** Debian's libstdc++ brings five files for a debugger, which are no Python. */
  @Test
  void thereIsNoPython() throws Exception {
    String find = "command -v python3 python; find / -xdev -name '*.py' -not -path '/usr/share/g*'";
    assertThat(shell(find).getStdout()).isEmpty();
  }

  private static ExecResult run(String... line) throws Exception {
    String[] command = new String[line.length + 1];
    command[0] = "tuning-fork";
    System.arraycopy(line, 0, command, 1, line.length);
    return CONTAINER.execInContainer(command);
  }

  private static ExecResult shell(String script) throws Exception {
    return CONTAINER.execInContainer("sh", "-c", script);
  }
}
