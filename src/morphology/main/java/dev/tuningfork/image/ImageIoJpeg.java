package dev.tuningfork.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG by the JDK. It asks for the components as they are stored, so that luminance is the file's
 * own Y and no colour profile comes between.
 */
final class ImageIoJpeg implements JpegDecoder {

  private static final float WHITE = 255;

  private final ImageReaderSpi provider =
      ImageIO.getImageReadersByFormatName("jpeg").next().getOriginatingProvider();

  @Override
  public float[] decode(byte[] bytes, JpegHeader header, Window window, Channels channels)
      throws ImageException {
    // The whole raster: ImageIO would stop behind the last row asked for and miss a truncation.
    Raster raster = raster(bytes);
    int components = raster.getNumBands();
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    int side = window.side();
    int plane = side * side;
    float[] values = new float[channels.count() * plane];
    int out = 0;
    for (int y = 0; y < side; y++) {
      int at = ((window.y() + y) * raster.getWidth() + window.x()) * components;
      for (int x = 0; x < side; x++, at += components, out++) {
        float first = samples[at] & 0xff;
        if (components == 1 || (channels == Channels.LUMINANCE && isYcc(header))) {
          values[out] = first / WHITE;
          continue;
        }
        float second = samples[at + 1] & 0xff;
        float third = samples[at + 2] & 0xff;
        float red = isYcc(header) ? level(first + 1.402f * (third - 128)) : first;
        float green =
            isYcc(header)
                ? level(first - 0.344136f * (second - 128) - 0.714136f * (third - 128))
                : second;
        float blue = isYcc(header) ? level(first + 1.772f * (second - 128)) : third;
        if (channels == Channels.LUMINANCE) {
          values[out] = Luma.of(red, green, blue) / WHITE;
        } else {
          values[out] = red / WHITE;
          values[plane + out] = green / WHITE;
          values[2 * plane + out] = blue / WHITE;
        }
      }
    }
    return values;
  }

  private static boolean isYcc(JpegHeader header) {
    return header.colour() == JpegHeader.Colour.YCBCR;
  }

  private static float level(float value) {
    return Math.clamp(Math.round(value), 0, 255);
  }

  private Raster raster(byte[] bytes) throws ImageException {
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = provider.createReaderInstance();
      try {
        var complaints = new ReadComplaints();
        reader.addIIOReadWarningListener(complaints);
        reader.setInput(in, true, true);
        Raster raster = reader.readRaster(0, null);
        complaints.refuseAny("JPEG");
        return raster;
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      throw new ImageException("The JPEG file cannot be decoded: " + e.getMessage() + ".", e);
    }
  }
}
