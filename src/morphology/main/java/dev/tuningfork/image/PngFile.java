package dev.tuningfork.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A PNG file (ISO/IEC 15948), decoded by the JDK: every depth and colour type. What is transparent
 * lets the dark sky through. Colour profiles and gamma are not applied, as with JPEG.
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
record PngFile(byte[] bytes, int width, int height) implements ImageFile {

  private static final int SIGNATURE = 8;
  private static final int IHDR = 0x49484452;
  private static final int IEND = 0x49454e44;
  private static final ImageReaderSpi PROVIDER =
      ImageIO.getImageReadersByFormatName("png").next().getOriginatingProvider();

  static PngFile open(byte[] bytes, ImageLimits limits) throws ImageException {
    ByteBuffer in = ByteBuffer.wrap(bytes).position(SIGNATURE);
    if (in.remaining() < 25 || in.getInt(12) != IHDR) {
      throw new ImageException("The PNG file ends within its header: it is truncated or damaged.");
    }
    long width = in.getInt(16) & 0xffffffffL;
    long height = in.getInt(20) & 0xffffffffL;
    limits.check("PNG", width, height);
    requireWhole(in);
    return new PngFile(bytes, (int) width, (int) height);
  }

  /** Follows the chunks to the last one: the JDK's reader checks neither their sums nor the end. */
  private static void requireWhole(ByteBuffer in) throws ImageException {
    CRC32 crc = new CRC32();
    while (in.remaining() >= 12) {
      int length = in.getInt();
      if (length < 0 || length > in.remaining() - 8) {
        break;
      }
      int type = in.getInt(in.position());
      crc.reset();
      crc.update(in.slice(in.position(), 4 + length));
      in.position(in.position() + 4 + length);
      if (in.getInt() != (int) crc.getValue()) {
        throw new ImageException(
            "The PNG file is damaged: the check sum of the chunk before byte %d is wrong."
                .formatted(in.position()));
      }
      if (type == IEND) {
        return;
      }
    }
    throw new ImageException("The PNG file is truncated: it has no end chunk.");
  }

  /** The part as the JDK's reader gives it, and its values. */
  @Override
  public long heapToRead(Window window, Channels wanted) {
    int depth = bytes[SIGNATURE + 16];
    int samples =
        switch (bytes[SIGNATURE + 17]) {
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> 1;
        };
    long pixel = (long) samples * Math.ceilDiv(depth, 8) + (long) Float.BYTES * wanted.count();
    return pixel * window.side() * window.side();
  }

  @Override
  public Cutout read(Window window, Channels wanted) throws ImageException {
    BufferedImage image = decode(window);
    ColorModel model = image.getColorModel();
    Raster raster = image.getRaster();
    int side = window.side();
    int plane = side * side;
    boolean palette = model instanceof IndexColorModel;
    boolean grey = !palette && model.getNumColorComponents() == 1;
    Channels channels = grey ? Channels.LUMINANCE : wanted;
    float[] values = new float[channels.count() * plane];
    int bands = raster.getNumBands();
    int[] row = new int[side * bands];
    float white = (1 << model.getComponentSize(0)) - 1;
    for (int y = 0; y < side; y++) {
      raster.getPixels(0, y, side, 1, row);
      for (int x = 0; x < side; x++) {
        int at = x * bands;
        int out = y * side + x;
        float red;
        float green;
        float blue;
        float opacity;
        if (palette) {
          int index = row[at];
          red = model.getRed(index) / 255f;
          green = model.getGreen(index) / 255f;
          blue = model.getBlue(index) / 255f;
          opacity = model.getAlpha(index) / 255f;
        } else {
          red = row[at] / white;
          green = grey ? red : row[at + 1] / white;
          blue = grey ? red : row[at + 2] / white;
          opacity = model.hasAlpha() ? row[at + bands - 1] / white : 1;
        }
        if (channels == Channels.LUMINANCE) {
          values[out] = opacity * (grey ? red : Luma.of(red, green, blue));
        } else {
          values[out] = opacity * red;
          values[plane + out] = opacity * green;
          values[2 * plane + out] = opacity * blue;
        }
      }
    }
    return new Cutout(side, new Cutout.Display(channels), values, Set.of(), 0);
  }

  private BufferedImage decode(Window window) throws ImageException {
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = PROVIDER.createReaderInstance();
      try {
        var complaints = new ReadComplaints();
        reader.addIIOReadWarningListener(complaints);
        reader.setInput(in, true, true);
        var parameters = reader.getDefaultReadParam();
        parameters.setSourceRegion(
            new Rectangle(window.x(), window.y(), window.side(), window.side()));
        BufferedImage image = reader.read(0, parameters);
        complaints.refuseAny("PNG");
        return image;
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      throw new ImageException("The PNG file cannot be decoded: " + e.getMessage() + ".", e);
    }
  }
}
