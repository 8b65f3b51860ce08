package dev.tuningfork.image;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JPEG by libturbojpeg (API of version 2.1, which 3 keeps) through the foreign function interface,
 * on Linux and macOS.
 *
 * <p>Invariant: a native decompressor, and the memory for a file and its pixels that goes with it,
 * serves one call at a time. As many as the machine has processors are kept for the calls to come,
 * each with at most twice {@value #KEPT} bytes; what an image needs beyond lives as long as its
 * call.
 *
 * <p>Only what a window needs is decoded, as far as this API allows it: a file is given a header
 * that ends it with the {@linkplain JpegHeader#rowsDownTo last band} that the window touches. The
 * library then decodes the pixels above and, looking for the end of the image, finds the rest of
 * the file in between, which it reports as {@linkplain #SPARE spare bytes before that end}. Where
 * it reports anything else, such as an end that is missing, the file is decoded as it is, and that
 * result counts.
 */
@SuppressWarnings("restricted") // calling C is what it is for
final class TurboJpeg implements JpegCodec {

  private static final Logger LOG = LoggerFactory.getLogger(TurboJpeg.class);

  /** Versions 2 and 3 share the name; behind it are the folders of Homebrew and MacPorts. */
  private static final List<String> LIBRARIES =
      List.of(
          "libturbojpeg.so.0",
          "libturbojpeg.0.dylib",
          "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
          "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
          "/opt/local/lib/libturbojpeg.0.dylib");

  /** Of a buffer, 8 MiB: an image of two million pixels. */
  private static final int KEPT = 8 << 20;

  /** What libjpeg says when the rows are complete and the file's last marker comes later. */
  private static final Pattern SPARE =
      Pattern.compile("Corrupt JPEG data: \\d+ extraneous bytes before marker 0xd9");

  private static final ValueLayout.OfInt PIXEL = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HEIGHT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int TJPF_RGB = 0;
  private static final int TJPF_RGBX = 2;
  private static final int TJPF_GRAY = 6;
  private static final int TJSAMP_420 = 2;
  private static final int TJSAMP_GRAY = 3;
  private static final int TJFLAG_NOREALLOC = 1024;
  private static final int TJFLAG_ACCURATEDCT = 4096;
  private static final int TJFLAG_STOPONWARNING = 8192;
  private static final int TJFLAG_LIMITSCANS = 32768;
  private static final int DECODING = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
  private static final int ENCODING = TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC;

  /** JMSG_LENGTH_MAX of libjpeg, which the texts of its errors keep to. */
  private static final int LONGEST_ERROR = 200;

  private final MethodHandle tjInitDecompress;
  private final MethodHandle tjDecompress2;
  private final MethodHandle tjInitCompress;
  private final MethodHandle tjBufSize;
  private final MethodHandle tjCompress2;
  private final MethodHandle tjGetErrorStr2;
  private final MethodHandle tjDestroy;
  private final Pool<Decompressor> decompressors =
      new Pool<>(
          Runtime.getRuntime().availableProcessors(), Decompressor::new, Decompressor::destroy);

  private TurboJpeg(SymbolLookup library) {
    tjInitDecompress = function(library, "tjInitDecompress", FunctionDescriptor.of(ADDRESS));
    tjDecompress2 =
        function(
            library,
            "tjDecompress2",
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_INT));
    tjInitCompress = function(library, "tjInitCompress", FunctionDescriptor.of(ADDRESS));
    tjBufSize =
        function(
            library, "tjBufSize", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));
    tjCompress2 =
        function(
            library,
            "tjCompress2",
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS,
                ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
    tjGetErrorStr2 = function(library, "tjGetErrorStr2", FunctionDescriptor.of(ADDRESS, ADDRESS));
    tjDestroy = function(library, "tjDestroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  private static MethodHandle function(
      SymbolLookup library, String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
  }

  /** This machine's library, or empty where there is none that can be used. */
  static Optional<TurboJpeg> find() {
    for (String name : LIBRARIES) {
      try {
        return Optional.of(new TurboJpeg(SymbolLookup.libraryLookup(name, Arena.global())));
      } catch (IllegalArgumentException
          | NoSuchElementException
          | IllegalCallerException
          | UnsupportedOperationException absent) {
        LOG.debug("{} cannot be used: {}", name, absent.getMessage());
      }
    }
    return Optional.empty();
  }

  @Override
  public void decode(
      byte[] bytes, JpegHeader header, Window window, Channels channels, LevelRows rows)
      throws ImageException {
    Decompressor decompressor = decompressors.take();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment pixels =
          decompressor.decompress(call, bytes, header, header.rowsDownTo(window), channels);
      decompressor.show(pixels, header.width(), window, channels, rows);
    } finally {
      decompressors.give(decompressor);
    }
  }

  /** With a compressor of its own, which is made in next to no time. */
  @Override
  public byte[] encode(byte[] levels, int width, int height, Channels channels, int quality) {
    boolean colour = channels == Channels.RGB;
    int sampling = colour ? TJSAMP_420 : TJSAMP_GRAY;
    MemorySegment handle = MemorySegment.NULL;
    try (Arena call = Arena.ofConfined()) {
      handle = (MemorySegment) tjInitCompress.invokeExact();
      long most = (long) tjBufSize.invokeExact(width, height, sampling);
      MemorySegment file = call.allocate(most);
      MemorySegment size = call.allocateFrom(JAVA_LONG, most);
      int failed =
          (int)
              tjCompress2.invokeExact(
                  handle,
                  call.allocateFrom(JAVA_BYTE, levels),
                  width,
                  width * channels.count(),
                  height,
                  colour ? TJPF_RGB : TJPF_GRAY,
                  call.allocateFrom(ADDRESS, file),
                  size,
                  sampling,
                  quality,
                  ENCODING);
      if (failed != 0) {
        throw new IllegalStateException("libturbojpeg wrote no file: " + error(handle) + ".");
      }
      return file.asSlice(0, size.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("A call of libturbojpeg failed.", e);
    } finally {
      destroy(handle);
    }
  }

  private String error(MemorySegment handle) {
    try {
      return ((MemorySegment) tjGetErrorStr2.invokeExact(handle))
          .reinterpret(LONGEST_ERROR)
          .getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException("libturbojpeg reports no reason.", e);
    }
  }

  private void destroy(MemorySegment handle) {
    try {
      int ignored = (int) tjDestroy.invokeExact(handle);
    } catch (Throwable e) {
      throw new IllegalStateException("libturbojpeg did not give its memory back.", e);
    }
  }

  /** A native decompressor with its memory. */
  private final class Decompressor {

    private final MemorySegment handle;
    private MemorySegment fileMemory = MemorySegment.NULL;
    private MemorySegment pixelMemory = MemorySegment.NULL;
    private int[] row = {};
    private byte[] greyRow = {};

    Decompressor() {
      try {
        handle = (MemorySegment) tjInitDecompress.invokeExact();
      } catch (Throwable e) {
        throw new IllegalStateException("libturbojpeg gave no decompressor.", e);
      }
    }

    /** Decodes the file's first rows: 1 byte a pixel if grey, else 4. */
    MemorySegment decompress(
        Arena call, byte[] bytes, JpegHeader header, int rows, Channels channels)
        throws ImageException {
      if (fileMemory.byteSize() < bytes.length && bytes.length <= KEPT) {
        fileMemory = kept(bytes.length);
      }
      MemorySegment file = bytes.length <= KEPT ? fileMemory : call.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, file, JAVA_BYTE, 0, bytes.length);
      file = file.asSlice(0, bytes.length);
      boolean whole = rows == header.height();
      while (true) {
        long size = (long) header.width() * rows * bytesPerPixel(channels);
        if (pixelMemory.byteSize() < size && size <= KEPT) {
          pixelMemory = kept(size);
        }
        MemorySegment pixels = size <= KEPT ? pixelMemory : call.allocate(size, Long.BYTES);
        file.set(HEIGHT, header.heightAt(), (short) rows);
        boolean failed = call(file, pixels, header.width(), rows, channels);
        if (whole ? !failed : failed && SPARE.matcher(error(handle)).matches()) {
          return pixels;
        }
        if (whole) {
          throw new ImageException("The JPEG file is truncated or damaged: " + error(handle) + ".");
        }
        whole = true;
        rows = header.height();
      }
    }

    /** As large as the power of two above, so that it grows but now and then. */
    private static MemorySegment kept(long size) {
      return Arena.ofAuto().allocate(Long.highestOneBit(2 * size - 1), Long.BYTES);
    }

    private boolean call(
        MemorySegment file, MemorySegment pixels, int width, int rows, Channels channels) {
      try {
        return (int)
                tjDecompress2.invokeExact(
                    handle,
                    file,
                    file.byteSize(),
                    pixels,
                    width,
                    width * bytesPerPixel(channels),
                    rows,
                    channels == Channels.RGB ? TJPF_RGBX : TJPF_GRAY,
                    DECODING)
            != 0;
      } catch (Throwable e) {
        throw new IllegalStateException("A call of libturbojpeg failed.", e);
      }
    }

    void show(MemorySegment pixels, int width, Window window, Channels channels, LevelRows rows) {
      int side = window.side();
      if (row.length < side) {
        row = new int[side];
        greyRow = new byte[side];
      }
      for (int y = window.y(); y < window.y() + side; y++) {
        long first = (long) y * width + window.x();
        if (channels == Channels.RGB) {
          MemorySegment.copy(pixels, PIXEL, first * Integer.BYTES, row, 0, side);
        } else {
          MemorySegment.copy(pixels, JAVA_BYTE, first, greyRow, 0, side);
          for (int x = 0; x < side; x++) {
            row[x] = greyRow[x] & 0xff;
          }
        }
        rows.row(row);
      }
    }

    void destroy() {
      TurboJpeg.this.destroy(handle);
    }
  }

  private static int bytesPerPixel(Channels channels) {
    return channels == Channels.RGB ? Integer.BYTES : 1;
  }
}
