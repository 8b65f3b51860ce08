package dev.tuningfork.trainer.augment;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.trainer.augment.Augmentation.View;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Batches of galaxies, prepared ahead by threads of its own. Batch k of epoch e depends on the
 * store, the seed, e and k alone, whatever the number of threads, so an epoch may be taken up in
 * its middle.
 *
 * <p>Memory is bounded: there are {@code threads} + {@value #AHEAD} buffers of a batch each, and as
 * many batches as have one are prepared or waiting at any time. A batch goes on to use its buffer
 * until it is released.
 *
 * <p>For one thread that takes batches; they may be released by any.
 */
public final class BatchLoader implements AutoCloseable {

  private static final int AHEAD = 3;

  private final CutoutStore store;
  private final Augmentation augmentation;
  private final int batch;
  private final long seed;
  private final boolean training;
  private final DrawingOrder drawing;
  private final ExecutorService workers;
  private final ThreadLocal<Renderer> renderers;
  private final Queue<ByteBuffer> pool = new ConcurrentLinkedQueue<>();

  /** In the order of their steps. */
  private final Queue<CompletableFuture<Rendered>> ahead = new ArrayDeque<>();

  private BatchLoader(
      CutoutStore store,
      Augmentation augmentation,
      int batch,
      long seed,
      boolean training,
      int threads) {
    if (batch < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "A loader needs a batch of at least 1 galaxy and at least 1 thread, not %d and %d."
              .formatted(batch, threads));
    }
    InputSpec input = store.input();
    long bytes = (long) Float.BYTES * batch * input.valueCount();
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "A batch of %d images of %d values does not fit in 2 GB: take a smaller one."
              .formatted(batch, input.valueCount()));
    }
    this.store = store;
    this.augmentation = augmentation;
    this.batch = batch;
    this.seed = seed;
    this.training = training;
    this.drawing = new DrawingOrder(store.members(), seed);
    this.renderers = ThreadLocal.withInitial(() -> new Renderer(input, store.largest()));
    this.workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("batch-loader-", 1).factory());
    for (int i = 0; i < threads + AHEAD; i++) {
      pool.add(ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()));
    }
  }

  /**
   * Batches to learn from: as often as their data sets' weights say, shuffled and augmented as the
   * store was made for. What is left over after an epoch's last whole batch is not used in it.
   *
   * @param threads that prepare batches
   */
  public static BatchLoader training(CutoutStore store, int batch, long seed, int threads) {
    return new BatchLoader(store, store.augmentation(), batch, seed, true, threads);
  }

  /**
   * Batches to judge on: every galaxy once, in the store's order, as the classifier sees it (to the
   * last grey level where the store was made for {@link Augmentation#NONE}); the last batch may be
   * smaller.
   *
   * @param threads that prepare batches
   */
  public static BatchLoader evaluation(CutoutStore store, int batch, int threads) {
    return new BatchLoader(store, Augmentation.NONE, batch, 0, false, threads);
  }

  /** How many batches a whole epoch has. */
  public int stepsPerEpoch() {
    return training ? drawing.length() / batch : (store.cutouts().size() + batch - 1) / batch;
  }

  /**
   * The batches of an epoch. Ends the epoch before, if that was left before its last batch.
   *
   * @param epoch counted from 0
   * @param firstStep the first batch that is wanted, counted from 0
   */
  public Iterator<LoadedBatch> epoch(int epoch, int firstStep) {
    abandon();
    int[] order =
        training ? drawing.epoch(epoch) : IntStream.range(0, store.cutouts().size()).toArray();
    return new Epoch(epoch, order, firstStep);
  }

  /** Stops the threads and waits until they have. */
  @Override
  public void close() {
    abandon();
    workers.close();
  }

  private void abandon() {
    for (CompletableFuture<Rendered> future = ahead.poll(); future != null; future = ahead.poll()) {
      pool.add(await(future).memory());
    }
  }

  private Rendered render(int epoch, int step, int[] galaxies, ByteBuffer memory) {
    FloatBuffer images = memory.asFloatBuffer();
    Renderer renderer = renderers.get();
    for (int i = 0; i < galaxies.length; i++) {
      View view =
          training
              ? augmentation.draw(DrawingOrder.random(seed, epoch, step * batch + i))
              : View.PLAIN;
      renderer.render(store, store.cutouts().get(galaxies[i]), view, images);
    }
    List<LabelledGalaxy> labelled =
        Arrays.stream(galaxies).mapToObj(g -> store.cutouts().get(g).member().galaxy()).toList();
    return new Rendered(labelled, images.flip(), memory);
  }

  private static Rendered await(CompletableFuture<Rendered> batch) {
    try {
      return batch.join();
    } catch (CompletionException e) {
      throw new IllegalStateException("A batch could not be prepared.", e.getCause());
    }
  }

  private record Rendered(List<LabelledGalaxy> galaxies, FloatBuffer images, ByteBuffer memory) {}

  private final class Epoch implements Iterator<LoadedBatch> {

    private final int epoch;
    private final int[] order;
    private int taken;
    private int submitted;

    Epoch(int epoch, int[] order, int firstStep) {
      this.epoch = epoch;
      this.order = order;
      this.taken = firstStep;
      this.submitted = firstStep;
      submit();
    }

    @Override
    public boolean hasNext() {
      return taken < stepsPerEpoch();
    }

    @Override
    public LoadedBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("Epoch " + epoch + " has no more batches.");
      }
      submit();
      if (ahead.isEmpty()) {
        throw new IllegalStateException(
            "All buffers are in use: release a batch before you request another one.");
      }
      CompletableFuture<Rendered> future = Objects.requireNonNull(ahead.poll());
      double waited = 0;
      if (!future.isDone()) {
        long start = System.nanoTime();
        await(future);
        waited = (System.nanoTime() - start) / 1e9;
      }
      Rendered rendered = await(future);
      taken++;
      submit();
      return new LoadedBatch(
          rendered.galaxies(), rendered.images(), rendered.memory(), pool, waited);
    }

    /** As many steps as there are buffers. */
    private void submit() {
      while (submitted < stepsPerEpoch()) {
        ByteBuffer memory = pool.poll();
        if (memory == null) {
          return;
        }
        int step = submitted++;
        int[] galaxies =
            Arrays.copyOfRange(order, step * batch, Math.min(order.length, (step + 1) * batch));
        ahead.add(
            CompletableFuture.supplyAsync(() -> render(epoch, step, galaxies, memory), workers));
      }
    }
  }
}
