package dev.tuningfork.standalone.table;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.file.ScratchFolder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Morphologies as they arrive, kept on disk, to be read again in the order of the images that were
 * given. Memory holds twelve bytes an image, whatever the messages weigh.
 *
 * <p>The file is temporary, or it is a journal: then it stays until {@link #delete()}, so that a
 * run which was killed can be resumed. A journal that holds no message is of no use, and goes when
 * it is closed. A journal is JSON lines: first the settings of the run, then the messages as they
 * were published. A line counts once its line break is there, so a line that a crash cut short is
 * as if it had never been written. A process that writes a journal holds a lock on it.
 *
 * <p>Written by one thread; once all is written, read by any number of them.
 */
public final class MorphologySpool implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String SETTINGS = "settings";

  /** What a journal begins with. */
  private static final byte[] HEAD = ("{\"" + SETTINGS + "\":").getBytes(StandardCharsets.UTF_8);

  private static final int NONE = 0;
  private static final long UNREAD = -1;

  /** Lines that are held in memory while a journal is read back. */
  private static final int READ_TOGETHER = 1_000;

  private final Path file;
  private final @Nullable ScratchFolder scratch;
  private final FileChannel channel;
  private final long[] positions;
  private final int[] lengths;
  private long end;

  /** Where a journal's messages begin, once it is known to be one of this run. */
  private long beginning = UNREAD;

  private int size;

  private MorphologySpool(
      Path file, @Nullable ScratchFolder scratch, FileChannel channel, int images) {
    this.file = file;
    this.scratch = scratch;
    this.channel = channel;
    this.positions = new long[images];
    this.lengths = new int[images];
  }

  /**
   * A temporary one, gone after {@link #close()}.
   *
   * @param images how many images were given; each has an ordinal from 0
   */
  public static MorphologySpool temporary(int images) throws IOException {
    ScratchFolder scratch = ScratchFolder.create("answers");
    Path file = scratch.path().resolve("answers.jsonl");
    return new MorphologySpool(file, scratch, open(file, StandardOpenOption.CREATE_NEW), images);
  }

  /**
   * Begins a journal. One that a killed run has left without a message is begun again.
   *
   * @param images how many images were given; each has an ordinal from 0
   * @param settings what decides the answers, by name; a run that resumes must have the same
   * @throws FileAlreadyExistsException if there is one with messages
   * @throws IOException in a sentence, if it cannot be written, or another process writes it
   */
  public static MorphologySpool begin(Path journal, int images, SortedMap<String, String> settings)
      throws IOException {
    MorphologySpool spool = locked(journal, images, StandardOpenOption.CREATE);
    try {
      spool.requireNoMessages();
    } catch (IOException e) {
      spool.close();
      throw e;
    }
    try {
      spool.head(settings);
    } catch (IOException e) {
      spool.delete();
      throw e;
    }
    return spool;
  }

  /**
   * Takes up a journal with all its whole lines.
   *
   * @param ordinalOf the ordinal of the image that a message is about; -1 to forget the message
   * @throws IOException in a sentence, if it is not a journal, is of a run with other settings,
   *     cannot be read, or another process writes it
   */
  public static MorphologySpool resume(
      Path journal,
      int images,
      SortedMap<String, String> settings,
      ToIntFunction<KeptAnswer> ordinalOf)
      throws IOException {
    MorphologySpool spool = locked(journal, images);
    try {
      spool.readBack(settings, ordinalOf);
    } catch (IOException e) {
      spool.close();
      throw e;
    }
    return spool;
  }

  private void requireNoMessages() throws IOException {
    if (holdsMessages(channel)) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  /**
   * Whether there is a journal with a message, so that a run can be resumed; or a file that is not
   * a journal.
   */
  public static boolean holdsMessages(Path journal) throws IOException {
    if (!Files.exists(journal)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(journal)) {
      return holdsMessages(channel);
    }
  }

  private static boolean holdsMessages(FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(HEAD.length);
    while (start.hasRemaining() && channel.read(start, start.position()) > 0) {}
    if (start.flip().mismatch(ByteBuffer.wrap(HEAD).limit(start.limit())) >= 0) {
      return true;
    }
    JournalLines lines = new JournalLines(channel);
    Optional<byte[]> settings = lines.next();
    Optional<byte[]> message = lines.next();
    return settings.isPresent() && message.isPresent();
  }

  private static MorphologySpool locked(Path journal, int images, OpenOption... options)
      throws IOException {
    FileChannel channel = open(journal, options);
    try {
      if (channel.tryLock() != null) {
        return new MorphologySpool(journal, null, channel, images);
      }
    } catch (OverlappingFileLockException e) {
      // another run in this process
    }
    channel.close();
    throw new IOException("Another process is writing " + journal + ".");
  }

  private static FileChannel open(Path file, OpenOption... options) throws IOException {
    List<OpenOption> all = new ArrayList<>(List.of(options));
    all.add(StandardOpenOption.READ);
    all.add(StandardOpenOption.WRITE);
    return FileChannel.open(file, all.toArray(OpenOption[]::new));
  }

  /**
   * Keeps a message; one that came for the same image before is forgotten.
   *
   * @param json as it was published
   * @throws IOException in a sentence, if the disk is full or the like; what was kept before stays
   */
  public void put(int ordinal, byte[] json) throws IOException {
    long position = append(json);
    keep(ordinal, position, json.length);
  }

  private void keep(int ordinal, long position, int length) {
    size += lengths[ordinal] == NONE ? 1 : 0;
    positions[ordinal] = position;
    lengths[ordinal] = length;
  }

  private long append(byte[] line) throws IOException {
    long position = end;
    ByteBuffer buffer = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer, position + buffer.position());
      }
    } catch (IOException e) {
      throw new IOException(
          "The answers cannot be kept in %s (%s).".formatted(file, e.getMessage()), e);
    }
    end = position + buffer.limit();
    return position;
  }

  private void readBack(SortedMap<String, String> settings, ToIntFunction<KeptAnswer> ordinalOf)
      throws IOException {
    JournalLines lines = new JournalLines(channel);
    Optional<byte[]> header = lines.next();
    if (header.isEmpty()) { // the run was killed before it had written its first line
      head(settings);
      return;
    }
    requireSame(settings, header.get());
    end = header.get().length + 1L;
    beginning = end;
    boolean whole = true;
    while (whole) {
      List<byte[]> some = some(lines);
      whole = !some.isEmpty() && takeUp(some, ordinalOf);
    }
    cut();
  }

  private static List<byte[]> some(JournalLines lines) throws IOException {
    List<byte[]> some = new ArrayList<>();
    for (var line = lines.next(); line.isPresent(); line = lines.next()) {
      some.add(line.get());
      if (some.size() == READ_TOGETHER) {
        break;
      }
    }
    return some;
  }

  /** Takes up lines, in their order, until one is damaged: then the answer is false. */
  private boolean takeUp(List<byte[]> lines, ToIntFunction<KeptAnswer> ordinalOf) {
    List<Optional<KeptAnswer>> answers =
        lines.parallelStream().map(KeptAnswer::read).toList(); // most of the time goes here
    for (int i = 0; i < lines.size(); i++) {
      if (answers.get(i).isEmpty()) {
        return false;
      }
      int ordinal = ordinalOf.applyAsInt(answers.get(i).get());
      int length = lines.get(i).length;
      if (ordinal >= 0) {
        keep(ordinal, end, length);
      }
      end += length + 1L;
    }
    return true;
  }

  private void head(SortedMap<String, String> settings) throws IOException {
    append(JSON.writeValueAsBytes(Map.of(SETTINGS, settings)));
    beginning = end;
    cut();
  }

  /** Takes away what is behind the last whole line. */
  private void cut() throws IOException {
    if (channel.size() > end) {
      channel.truncate(end);
    }
  }

  private void requireSame(SortedMap<String, String> settings, byte[] header) throws IOException {
    Map<String, String> before;
    try {
      before =
          JSON.readValue(header, new TypeReference<Map<String, Map<String, String>>>() {})
              .get(SETTINGS);
    } catch (JacksonException e) {
      throw noJournal();
    }
    if (before == null) {
      throw noJournal();
    }
    TreeSet<String> names = new TreeSet<>(settings.keySet());
    names.addAll(before.keySet());
    List<String> differences =
        names.stream()
            .filter(name -> !Objects.equals(before.get(name), settings.get(name)))
            .map(
                name ->
                    "%s was %s and is %s now"
                        .formatted(
                            name,
                            before.getOrDefault(name, "not set"),
                            settings.getOrDefault(name, "not set")))
            .toList();
    if (!differences.isEmpty()) {
      throw new IOException(
          "The unfinished run in %s had other settings: %s."
              .formatted(file, String.join("; ", differences)));
    }
  }

  private IOException noJournal() {
    return new IOException("The file %s is not a journal of an unfinished run.".formatted(file));
  }

  /** How many images have a morphology. */
  public int size() {
    return size;
  }

  /** Whether this image has a morphology. */
  public boolean has(int ordinal) {
    return lengths[ordinal] != NONE;
  }

  /** The ordinals that have a morphology, ascending. */
  public IntStream ordinals() {
    return IntStream.range(0, lengths.length).filter(this::has);
  }

  /** The message as it was published. */
  public byte[] json(int ordinal) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(lengths[ordinal]);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, positions[ordinal] + buffer.position()) < 0) {
        throw new EOFException("The file " + file + " was cut short.");
      }
    }
    return buffer.array();
  }

  /** The message of an image that has one. */
  public GalaxyMorphology morphology(int ordinal) throws IOException {
    try {
      return GalaxyMorphology.fromJson(json(ordinal));
    } catch (MessageException e) {
      throw new IOException(
          "A morphology in the file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Closes it and deletes the file: what it held is needed no more. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
    close();
  }

  /** Closes it; a journal stays if it holds a message. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen() && end == beginning) {
      Files.deleteIfExists(file);
    }
    channel.close();
    if (scratch != null) {
      scratch.close();
    }
  }
}
