package dev.tuningfork.image;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JPEG by libturbojpeg (API of version 2.1, which 3 keeps) through the foreign function interface,
 * on Linux and macOS.
 *
 * <p>Invariant: a native decompressor serves one call at a time. Idle ones wait in a queue that
 * holds as many as the machine has processors; one that finds no place there is destroyed. So their
 * number is bounded by the calls under way, and none hangs on a virtual thread. The memory of
 * pixels lives as long as its call.
 */
@SuppressWarnings("restricted") // calling C is what it is for
final class TurboJpeg implements JpegDecoder {

  private static final Logger LOG = LoggerFactory.getLogger(TurboJpeg.class);

  private static final List<String> LIBRARIES =
      List.of(
          "libturbojpeg.so.0",
          "libturbojpeg.0.dylib",
          "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.0.dylib",
          "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.0.dylib");

  private static final float WHITE = 255;

  private static final int TJPF_RGB = 0;
  private static final int TJPF_GRAY = 6;
  private static final int TJFLAG_ACCURATEDCT = 4096;
  private static final int TJFLAG_STOPONWARNING = 8192;
  private static final int TJFLAG_LIMITSCANS = 32768;
  private static final int FLAGS = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;

  /** JMSG_LENGTH_MAX of libjpeg, which the texts of its errors keep to. */
  private static final int LONGEST_ERROR = 200;

  private final MethodHandle tjInitDecompress;
  private final MethodHandle tjDecompress2;
  private final MethodHandle tjGetErrorStr2;
  private final MethodHandle tjDestroy;
  private final BlockingQueue<MemorySegment> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  private TurboJpeg(SymbolLookup library) {
    tjInitDecompress = function(library, "tjInitDecompress", FunctionDescriptor.of(ADDRESS));
    tjDecompress2 =
        function(
            library,
            "tjDecompress2",
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_INT));
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
  public float[] decode(byte[] bytes, JpegHeader header, Window window, Channels channels)
      throws ImageException {
    int samples = channels.count();
    int pitch = header.width() * samples;
    MemorySegment decompressor = acquire();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = arena.allocateFrom(JAVA_BYTE, bytes);
      MemorySegment pixels = arena.allocate((long) pitch * header.height());
      int failed =
          (int)
              tjDecompress2.invokeExact(
                  decompressor,
                  file,
                  file.byteSize(),
                  pixels,
                  header.width(),
                  pitch,
                  header.height(),
                  channels == Channels.RGB ? TJPF_RGB : TJPF_GRAY,
                  FLAGS);
      if (failed != 0) {
        throw new ImageException(
            "The JPEG file is truncated or damaged: " + error(decompressor) + ".");
      }
      return planes(pixels, pitch, window, samples);
    } catch (ImageException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("A call of libturbojpeg failed.", e);
    } finally {
      release(decompressor);
    }
  }

  private static float[] planes(MemorySegment pixels, int pitch, Window window, int samples) {
    int side = window.side();
    int plane = side * side;
    float[] values = new float[samples * plane];
    byte[] row = new byte[side * samples];
    for (int y = 0; y < side; y++) {
      long at = (long) (window.y() + y) * pitch + (long) window.x() * samples;
      MemorySegment.copy(pixels, JAVA_BYTE, at, row, 0, row.length);
      for (int sample = 0; sample < samples; sample++) {
        int out = sample * plane + y * side;
        for (int x = 0; x < side; x++) {
          values[out + x] = (row[x * samples + sample] & 0xff) / WHITE;
        }
      }
    }
    return values;
  }

  private MemorySegment acquire() {
    MemorySegment decompressor = idle.poll();
    if (decompressor != null) {
      return decompressor;
    }
    try {
      return (MemorySegment) tjInitDecompress.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("libturbojpeg gave no decompressor.", e);
    }
  }

  private void release(MemorySegment decompressor) {
    if (!idle.offer(decompressor)) {
      try {
        int ignored = (int) tjDestroy.invokeExact(decompressor);
      } catch (Throwable e) {
        throw new IllegalStateException("libturbojpeg did not free a decompressor.", e);
      }
    }
  }

  private String error(MemorySegment decompressor) throws Throwable {
    var text = (MemorySegment) tjGetErrorStr2.invokeExact(decompressor);
    return text.reinterpret(LONGEST_ERROR).getString(0);
  }
}
