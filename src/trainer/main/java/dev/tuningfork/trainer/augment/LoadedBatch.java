package dev.tuningfork.trainer.augment;

import dev.tuningfork.trainer.data.LabelledGalaxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The galaxies of one step. The memory of the images is the loader's: the step releases it, after
 * everything that shares it, such as an array made directly from the buffer.
 */
public final class LoadedBatch {

  private final List<LabelledGalaxy> galaxies;
  private final FloatBuffer images;
  private final ByteBuffer memory;
  private final Queue<ByteBuffer> pool;
  private final AtomicBoolean released = new AtomicBoolean();
  private final double waitedSeconds;

  LoadedBatch(
      List<LabelledGalaxy> galaxies,
      FloatBuffer images,
      ByteBuffer memory,
      Queue<ByteBuffer> pool,
      double waitedSeconds) {
    this.galaxies = galaxies;
    this.images = images;
    this.memory = memory;
    this.pool = pool;
    this.waitedSeconds = waitedSeconds;
  }

  /**
   * The images: galaxies × channels × size × size, standardised; direct, in the machine's byte
   * order, its position 0 and its limit the end of the last image.
   *
   * @throws IllegalStateException if the batch was released
   */
  public FloatBuffer images() {
    if (released.get()) {
      throw new IllegalStateException("This batch was released: its memory is another one's now.");
    }
    return images;
  }

  /**
   * The memory of {@link #images()}, of which an array can be made without a copy; its limit is the
   * end of the last image.
   *
   * @throws IllegalStateException if the batch was released
   */
  public ByteBuffer memory() {
    return memory
        .slice(0, Math.multiplyExact(Float.BYTES, images().limit()))
        .order(ByteOrder.nativeOrder());
  }

  /** The galaxies on the images, in their order. */
  public List<LabelledGalaxy> galaxies() {
    return galaxies;
  }

  /** How long the training step had to wait for this batch; 0 where it was ready. */
  public double waitedSeconds() {
    return waitedSeconds;
  }

  /** Gives the memory back to the loader; a second time does nothing. */
  public void release() {
    if (!released.getAndSet(true)) {
      pool.add(memory);
    }
  }
}
