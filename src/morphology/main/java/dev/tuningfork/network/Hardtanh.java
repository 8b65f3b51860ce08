package dev.tuningfork.network;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.tuningfork.torchscript.TorchScriptArchive;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * max(0, min(6, x)) by the one operation that PyTorch has for it, hardtanh, and DJL has no name
 * for: it is called through a TorchScript module that does nothing else. DJL's {@code clip} gives
 * the same numbers, but its gradient compares twice and chooses, and takes a fifth of a training
 * step of EfficientNet-Lite0 on a CPU.
 *
 * <p>The module has no arrays, and so no device; it is loaded once and stays. For several threads.
 */
final class Hardtanh {

  private static final String FORWARD =
      """
        def forward(self: __torch__.Hardtanh, x: Tensor) -> Tensor:
          return torch.hardtanh(x, 0., 6.)
      """;

  /** Holds the block's memory. */
  private static final Model MODEL = load();

  private static final Block BLOCK = MODEL.getBlock();
  private static final ParameterStore NO_PARAMETERS =
      new ParameterStore(MODEL.getNDManager(), false);

  private Hardtanh() {}

  /** Gradients are recorded where the thread records any. */
  static NDArray from0To6(NDArray x) {
    boolean recordsGradients = true;
    return BLOCK.forward(NO_PARAMETERS, new NDList(x), recordsGradients).singletonOrThrow();
  }

  private static Model load() {
    byte[] archive =
        new TorchScriptArchive("Hardtanh", FORWARD, new LinkedHashMap<>(), new LinkedHashMap<>())
            .bytes();
    Model model = Model.newInstance("hardtanh", PyTorch.engine().getEngineName());
    try {
      PyTorch.readModule(model, archive, Map.of());
    } catch (IOException | MalformedModelException e) {
      throw new IllegalStateException("PyTorch cannot read the module of ReLU6.", e);
    }
    return model;
  }
}
