package dev.tuningfork.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive, which {@code torch.jit.load} reads: one object, its class as source text
 * and its arrays as attributes. It is a zip whose entries are stored, not compressed:
 *
 * <pre>
 * NAME/version                    the format's version
 * NAME/byteorder                  of the numbers
 * NAME/code/__torch__.py          the class, in the language of TorchScript
 * NAME/constants.pkl              arrays that the code names, of which there are none: a pickle
 * NAME/data.pkl                   the object, with the shapes and strides of its arrays: a pickle
 * NAME/data/0, NAME/data/1, …     the numbers of each array
 * NAME/extra/…                    whatever else there is to say
 * </pre>
 *
 * @param className of the one class
 * @param methods the source of its methods, indented by two blanks
 * @param attributes its arrays by name
 * @param extra files by name that a reader may ask for
 * @see <a href="https://docs.pytorch.org/docs/2.7/notes/serialization.html">PyTorch's
 *     serialization</a>
 */
public record TorchScriptArchive(
    String className,
    String methods,
    SequencedMap<String, Tensor> attributes,
    SequencedMap<String, byte[]> extra) {

  /** The first version whose operators are those that PyTorch 2 has by the same names. */
  private static final String VERSION = "3\n";

  /** PyTorch maps numbers into memory as they lie in the file. */
  private static final int ALIGNMENT = 64;

  private static final int LOCAL_HEADER = 30;

  /** Before it, Java writes the time a second time, into an extra field of its own. */
  private static final LocalDateTime EARLIEST = LocalDateTime.of(1980, 2, 1, 0, 0);

  /** The archive's bytes; the same content gives the same bytes. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      store(zip, bytes, "data.pkl", object());
      store(zip, bytes, "code/__torch__.py", source().getBytes(StandardCharsets.UTF_8));
      store(zip, bytes, "constants.pkl", new Pickle().emptyTuple().done());
      int key = 0;
      for (Tensor tensor : attributes.sequencedValues()) {
        store(zip, bytes, "data/" + key++, tensor.bytes());
      }
      for (var file : extra.sequencedEntrySet()) {
        store(zip, bytes, "extra/" + file.getKey(), file.getValue());
      }
      store(zip, bytes, "version", VERSION.getBytes(StandardCharsets.US_ASCII));
      store(zip, bytes, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("Memory can be written to.", e);
    }
    return bytes.toByteArray();
  }

  private String source() {
    StringBuilder source = new StringBuilder("class %s(Module):\n".formatted(className));
    source.append("  __parameters__ = []\n  __buffers__ = [");
    attributes.keySet().forEach(name -> source.append('"').append(name).append("\", "));
    source.append("]\n");
    attributes.keySet().forEach(name -> source.append("  ").append(name).append(" : Tensor\n"));
    return source.append("  training : bool\n").append(methods).toString();
  }

  private byte[] object() {
    Pickle pickle = new Pickle();
    pickle.global("__torch__", className).emptyTuple().newObject();
    pickle.emptyDictionary().mark();
    int key = 0;
    for (var attribute : attributes.sequencedEntrySet()) {
      pickle.string(attribute.getKey());
      write(pickle, attribute.getValue(), key++);
    }
    pickle.string("training").bool(false);
    return pickle.setItems().build().done();
  }

  private static void write(Pickle pickle, Tensor tensor, int key) {
    int firstNumber = 0;
    boolean requiresGradient = false;
    pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
    pickle
        .mark()
        .string("storage")
        .global("torch", tensor.type().storage)
        .string(String.valueOf(key))
        .string("cpu")
        .integer(tensor.count())
        .tuple()
        .persistentId();
    pickle.integer(firstNumber).integers(tensor.shape()).integers(tensor.strides());
    pickle.bool(requiresGradient);
    pickle.global("collections", "OrderedDict").emptyTuple().call(); // backward hooks
    pickle.tuple().call();
  }

  private void store(ZipOutputStream zip, ByteArrayOutputStream written, String path, byte[] data)
      throws IOException {
    ZipEntry entry = new ZipEntry(className + "/" + path);
    entry.setTimeLocal(EARLIEST);
    entry.setSize(data.length);
    CRC32 crc = new CRC32();
    crc.update(data);
    entry.setCrc(crc.getValue());
    entry.setExtra(padding(written.size() + LOCAL_HEADER + entry.getName().length()));
    zip.putNextEntry(entry);
    zip.write(data);
    zip.closeEntry();
  }

  /** An extra field, of PyTorch's own kind "FB", after which the next multiple of 64 begins. */
  private static byte[] padding(int position) {
    int header = 4;
    int blanks = Math.floorMod(-(position + header), ALIGNMENT);
    byte[] field = new byte[header + blanks];
    Arrays.fill(field, (byte) 'Z');
    ByteBuffer.wrap(field)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 'F')
        .put((byte) 'B')
        .putShort((short) blanks);
    return field;
  }
}
