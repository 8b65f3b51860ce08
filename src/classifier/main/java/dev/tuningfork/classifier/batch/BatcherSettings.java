package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.model.ForwardPasses;
import java.time.Duration;

/**
 * How much a {@link Batcher} holds and does at once.
 *
 * @param batch the most images in one batch, or {@link ForwardPasses#BY_DEVICE} or {@link
 *     ForwardPasses#MEASURED} for as many as the model takes
 */
public record BatcherSettings(
    int queue,
    int heldUp,
    long queueBytes,
    Duration slowAfter,
    int fetchers,
    int decoders,
    int passes,
    int batch) {

  public static final Section SECTION = new Section("batch", "Batches");

  /** The most images that wait for a fetcher. Images of slow hosts do not count. */
  public static final Setting<Integer> QUEUE = SECTION.count("queue", 1024, "images");

  /**
   * The most images of slow hosts that wait. At this number, the oldest image of a host that does
   * not answer at all becomes a dead letter; if there is no such host, the classifier waits.
   */
  public static final Setting<Integer> HELD_UP = SECTION.count("held-up", 10_000, "images");

  /**
   * The most bytes of images that wait for a fetcher, and also the most bytes that wait for a
   * decoder. An image in a record counts with its size; an image that is still to be fetched counts
   * only with its address.
   */
  public static final Setting<Long> QUEUE_BYTES =
      SECTION.computed(
          "queue-bytes",
          SettingType.BYTES,
          "a sixteenth of the heap",
          _ -> Runtime.getRuntime().maxMemory() / 16);

  /**
   * A host is slow once a fetch from it takes longer than this, until it answers promptly again.
   */
  public static final Setting<Duration> SLOW_AFTER =
      SECTION.time("slow-after", Duration.ofSeconds(2));

  /**
   * How many images are fetched at the same time. Each fetcher holds one file of at most {@code
   * fetch.largest-bytes}. Fetches from slow hosts come on top.
   */
  public static final Setting<Integer> FETCHERS = SECTION.count("fetchers", 64, "images");

  /** How many images are decoded at the same time, each by a thread of its own. */
  public static final Setting<Integer> DECODERS =
      SECTION.computed(
          "decoders",
          SettingType.count("threads"),
          "the number of processors",
          _ -> Runtime.getRuntime().availableProcessors());

  /**
   * How many batches the model computes at the same time. 0 lets the classifier choose by device.
   * Some models can do fewer.
   */
  public static final Setting<Integer> PASSES = SECTION.count("passes", 0, "batches");

  /**
   * The most images in one batch. {@code auto} is 32 on a CPU and {@code measured} on a GPU. {@code
   * measured} takes a second at the start: batches of up to 256 images are timed, and the smallest
   * within 5 % of the fastest is used, if there is memory for it. Some models take fewer.
   */
  public static final Setting<Integer> SIZE =
      SECTION.setting(
          "size",
          new SettingType<>(
              "number of images, `auto` or `measured`",
              "a whole number from 1, auto or measured",
              BatcherSettings::size,
              BatcherSettings::size),
          ForwardPasses.BY_DEVICE);

  public BatcherSettings {
    positive("queue", queue);
    positive("held-up", heldUp);
    positive("queue-bytes", queueBytes);
    if (!slowAfter.isPositive()) {
      throw new IllegalArgumentException("slow-after must be more than 0, not " + slowAfter + ".");
    }
    positive("fetchers", fetchers);
    positive("decoders", decoders);
    if (passes < 0) {
      throw new IllegalArgumentException(
          "passes must be at least 1, or 0 to choose by the device, not " + passes + ".");
    }
    if (batch != ForwardPasses.BY_DEVICE && batch != ForwardPasses.MEASURED) {
      positive("batch", batch);
    }
  }

  public static BatcherSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new BatcherSettings(
                values.get(QUEUE),
                values.get(HELD_UP),
                values.get(QUEUE_BYTES),
                values.get(SLOW_AFTER),
                values.get(FETCHERS),
                values.get(DECODERS),
                values.get(PASSES),
                values.get(SIZE)));
  }

  /** The most images in one batch of a model that takes so many. */
  int batchLimit(int largest) {
    return batch > 0 ? Math.min(batch, largest) : largest;
  }

  private static int size(String text) {
    return switch (text) {
      case "auto" -> ForwardPasses.BY_DEVICE;
      case "measured" -> ForwardPasses.MEASURED;
      case String number when Integer.parseInt(number) > 0 -> Integer.parseInt(number);
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String size(int images) {
    return switch (images) {
      case ForwardPasses.BY_DEVICE -> "auto";
      case ForwardPasses.MEASURED -> "measured";
      default -> String.valueOf(images);
    };
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value + ".");
    }
  }
}
