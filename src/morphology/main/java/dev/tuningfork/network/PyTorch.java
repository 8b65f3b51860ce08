package dev.tuningfork.network;

import ai.djl.engine.Engine;

/** The engine that computes networks, started so that it never asks the Internet for anything. */
public final class PyTorch {

  private PyTorch() {}

  /**
   * Starts the engine at the first call; every class that uses DJL goes through here. What the
   * environment or a system property says already is kept.
   *
   * <p>One operation uses as many threads as this process has processors. That is Java's count,
   * which knows the limits of a container, where PyTorch's own counts the machine's.
   *
   * @throws ai.djl.engine.EngineException if the native library cannot be loaded
   */
  public static Engine engine() {
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("OPT_OUT_TRACKING", "true");
    setIfAbsent(
        "ai.djl.pytorch.num_threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
    setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
    return Engine.getEngine("PyTorch");
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
