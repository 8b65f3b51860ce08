package dev.tuningfork.trainer.augment;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.Problem;
import dev.tuningfork.trainer.data.TrainingData.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A cutout of every galaxy, 8 bits a channel, decoded once and kept in a temporary file that is
 * mapped into memory, so that the heap does not grow with the data: the system keeps in memory what
 * it has room for. Cutouts are wider than what the network sees, as far as its augmentation reaches
 * and the images have it, so that there is sky in the corners of a galaxy that is turned.
 *
 * <p>On Unix the file has no name from its first moment on, so that nothing is left even of a
 * process that is killed; elsewhere it goes when the store is closed.
 *
 * <p>Safe for any thread; not to be closed while a {@link BatchLoader} works from it.
 */
public final class CutoutStore implements AutoCloseable {

  private final InputSpec input;
  private final Augmentation augmentation;
  private final FileChannel file;
  private final Arena arena;
  private final MemorySegment bytes;
  private final List<Cutout> cutouts;
  private final List<Problem> problems;

  /**
   * A cutout in the file: planar, channel by channel.
   *
   * @param member the galaxy
   * @param offset of its first byte
   * @param side in pixels
   * @param scale pixels of the cutout for one of the network's input
   * @param x the column of the centre of the network's crop
   * @param y its row
   */
  record Cutout(Member member, long offset, int side, double scale, double x, double y) {}

  @SuppressWarnings("MustBeClosedChecker") // close() closes it
  private CutoutStore(
      InputSpec input,
      Augmentation augmentation,
      FileChannel file,
      List<Cutout> cutouts,
      List<Problem> problems)
      throws IOException {
    this.input = input;
    this.augmentation = augmentation;
    this.file = file;
    this.cutouts = cutouts;
    this.problems = problems;
    arena = Arena.ofShared();
    bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
  }

  /**
   * Prepares the galaxies, on all cores.
   *
   * @param input how the network takes images; a data set's {@code cropPixels} goes before its crop
   * @param augmentation how far beyond the crop a view may reach; for {@link Augmentation#NONE} a
   *     cutout is exactly what the network sees
   * @param folder where the temporary file lies: an existing folder on a real disk
   * @param progress gets the number of galaxies that have been tried so far, from any thread
   * @throws IOException if the file cannot be written: the disk may be full
   * @throws IllegalArgumentException if the folder is none, if the input's crop is an angle and
   *     galaxies are to be moved, or if no image can be read
   */
  public static CutoutStore create(
      List<Member> galaxies,
      InputSpec input,
      Augmentation augmentation,
      Path folder,
      IntConsumer progress)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          folder + " is not a folder; it is needed for temporary cutouts of galaxies.");
    }
    Path path = Files.createTempFile(folder, "tuning-fork-cutouts-", ".bytes");
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      Writer writer = new Writer(file, input, augmentation, progress);
      List<Outcome> outcomes =
          IntStream.range(0, galaxies.size())
              .parallel()
              .mapToObj(i -> writer.write(i, galaxies.get(i)))
              .toList();
      return of(outcomes, input, augmentation, file);
    } catch (UncheckedIOException e) {
      file.close();
      throw new IOException(
          "The cutouts of %,d galaxies cannot be written to %s: %s"
              .formatted(galaxies.size(), folder, e.getMessage()),
          e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static CutoutStore of(
      List<Outcome> outcomes, InputSpec input, Augmentation augmentation, FileChannel file)
      throws IOException {
    List<Cutout> cutouts = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Written(Cutout cutout) -> cutouts.add(cutout);
        case Refused(Problem problem) -> problems.add(problem);
      }
    }
    if (cutouts.isEmpty()) {
      throw new IllegalArgumentException(
          problems.isEmpty()
              ? "There is no galaxy to make a cutout of."
              : "No image can be read. " + problems.getFirst().sentence());
    }
    return new CutoutStore(input, augmentation, file, List.copyOf(cutouts), List.copyOf(problems));
  }

  /** The galaxies whose image could be read, in the order in which they were given. */
  public List<Member> members() {
    return cutouts.stream().map(Cutout::member).toList();
  }

  /** The images that could not be read. */
  public List<Problem> problems() {
    return problems;
  }

  /** How the network takes images. */
  public InputSpec input() {
    return input;
  }

  /** What the cutouts are wide enough for. */
  public Augmentation augmentation() {
    return augmentation;
  }

  /** The bytes on disk. */
  public long size() {
    return bytes.byteSize();
  }

  List<Cutout> cutouts() {
    return cutouts;
  }

  /** Copies a cutout's bytes; the array is as long as the largest, or longer. */
  void read(Cutout cutout, byte[] target) {
    int length = input.channels().count() * cutout.side() * cutout.side();
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, cutout.offset(), target, 0, length);
  }

  /** The length of the largest cutout. */
  int largest() {
    int side = cutouts.stream().mapToInt(Cutout::side).max().orElse(0);
    return input.channels().count() * side * side;
  }

  /** Unmaps and deletes the file. */
  @Override
  public void close() throws IOException {
    arena.close();
    file.close();
  }

  private sealed interface Outcome {}

  private record Written(Cutout cutout) implements Outcome {}

  private record Refused(Problem problem) implements Outcome {}

  /** Decodes galaxies and writes each to its own place. */
  private static final class Writer {

    private final FileChannel file;
    private final InputSpec input;
    private final Augmentation augmentation;
    private final IntConsumer progress;
    private final int stride;
    private final AtomicInteger tried = new AtomicInteger();

    /** The crop of the last image of a data set, which fits the next one if that is as large. */
    private final Map<DataSet, WideCrop> crops = new ConcurrentHashMap<>();

    Writer(FileChannel file, InputSpec input, Augmentation augmentation, IntConsumer progress) {
      this.file = file;
      this.input = input;
      this.augmentation = augmentation;
      this.progress = progress;
      int side =
          augmentation.movesPixels()
              ? WideCrop.largestSide(input, augmentation.reach(input.size()))
              : input.size();
      this.stride = input.channels().count() * side * side;
    }

    Outcome write(int index, Member member) {
      Path image = member.galaxy().image();
      try {
        byte[] encoded = Files.readAllBytes(image);
        WideCrop known = crops.get(member.dataSet());
        WideCrop crop = known == null ? crop(member.dataSet(), encoded) : known;
        PreparedImage prepared = crop.preprocessor().prepare(encoded, ImageDescription.NONE);
        if (prepared.width() != crop.width() || prepared.height() != crop.height()) {
          crop = crop(member.dataSet(), encoded);
          prepared = crop.preprocessor().prepare(encoded, ImageDescription.NONE);
        }
        long offset = (long) index * stride;
        store(prepared.pixels(), offset);
        return new Written(
            new Cutout(member, offset, crop.side(), crop.scale(), crop.x(), crop.y()));
      } catch (ImageException | IOException e) {
        return new Refused(
            new Problem(
                Problem.Kind.UNREADABLE,
                member.galaxy().id(),
                "The image %s cannot be read: %s".formatted(image, e.getMessage()),
                "images cannot be read"));
      } finally {
        progress.accept(tried.incrementAndGet());
      }
    }

    private WideCrop crop(DataSet dataSet, byte[] encoded) throws ImageException {
      InputSpec own = DataSet.cropped(input, dataSet.cropPixels());
      PreparedImage plain =
          WideCrop.plain(own, 0, 0).preprocessor().prepare(encoded, ImageDescription.NONE);
      WideCrop crop =
          augmentation.movesPixels()
              ? WideCrop.of(own, augmentation.reach(input.size()), plain.width(), plain.height())
              : WideCrop.plain(own, plain.width(), plain.height());
      crops.put(dataSet, crop);
      return crop;
    }

    private void store(Pixels pixels, long offset) {
      int channels = input.channels().count();
      ByteBuffer levels = ByteBuffer.allocate(pixels.count());
      for (int channel = 0; channel < channels; channel++) {
        for (int i = channel; i < pixels.count(); i += channels) {
          levels.put((byte) pixels.level(i));
        }
      }
      levels.flip();
      try {
        while (levels.hasRemaining()) {
          file.write(levels, offset + levels.position());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
    }
  }
}
