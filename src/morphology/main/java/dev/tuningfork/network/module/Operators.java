package dev.tuningfork.network.module;

/** Which of PyTorch's operators a module calls. */
public enum Operators {
  /** Those that every PyTorch has, on any device. */
  PORTABLE,
  /**
   * Also those of oneDNN, which compute a convolution and the activation behind it in one pass over
   * memory: those that PyTorch's own compiler calls on a CPU (torch.compile, Inductor). Every
   * PyTorch for x86-64 has them.
   */
  ONEDNN
}
