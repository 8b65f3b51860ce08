package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * Changes parameters by their gradients. Its state is open, as arrays by name, so that a run can be
 * taken up exactly where it stopped. DJL's own optimisers keep theirs to themselves; their
 * arithmetic is used. Belongs to one thread.
 */
public final class Optimizer {

  /** How a gradient becomes a step. */
  public enum Kind {
    /** Adam with decoupled weight decay (Loshchilov and Hutter 2019); β 0.9 and 0.999. */
    ADAMW,
    /** Stochastic gradient descent with momentum 0.9. */
    SGD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final float MOMENTUM = 0.9f;
  private static final float SQUARES = 0.999f;
  private static final float EPSILON = 1e-8f;
  private static final float UNSCALED = 1;
  private static final float UNCLIPPED = -1;

  private final Kind kind;
  private final NDManager manager;
  private final SequencedMap<String, NDArray> state = new LinkedHashMap<>();

  /**
   * @param manager owns the state
   */
  Optimizer(Kind kind, NDManager manager) {
    this.kind = kind;
    this.manager = manager;
  }

  /** What it remembers: moments by the name of their parameter. */
  SequencedMap<String, NDArray> state() {
    return state;
  }

  /** Takes up what another one remembered; copied. */
  void restore(String name, NDArray array) {
    NDArray own = array.duplicate();
    own.attach(manager);
    state.put(name, own);
  }

  /**
   * Changes one parameter and sets its gradient to 0.
   *
   * @param step counted from 1
   * @param decay by how much, times the rate, the parameter shrinks
   */
  void update(
      String name, NDArray parameter, NDArray gradient, double rate, double decay, int step) {
    if (decay > 0) {
      parameter.muli(1 - rate * decay);
    }
    NDArray momentum = moment(name + ".momentum", parameter);
    NDList changed = new NDList(parameter);
    switch (kind) {
      case ADAMW -> {
        double unbiased = Math.sqrt(1 - Math.pow(SQUARES, step)) / (1 - Math.pow(MOMENTUM, step));
        parameter
            .getNDArrayInternal()
            .adamUpdate(
                new NDList(parameter, gradient, momentum, moment(name + ".squares", parameter)),
                changed,
                (float) rate,
                (float) (rate * unbiased),
                0,
                UNSCALED,
                UNCLIPPED,
                MOMENTUM,
                SQUARES,
                EPSILON,
                true,
                false);
      }
      case SGD ->
          parameter
              .getNDArrayInternal()
              .sgdUpdate(
                  new NDList(parameter, gradient, momentum),
                  changed,
                  (float) rate,
                  0,
                  UNSCALED,
                  UNCLIPPED,
                  MOMENTUM,
                  true);
    }
  }

  private NDArray moment(String name, NDArray parameter) {
    return state.computeIfAbsent(
        name, _ -> manager.zeros(parameter.getShape(), DataType.FLOAT32, parameter.getDevice()));
  }
}
