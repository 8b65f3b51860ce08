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

  private final ImageReaderSpi provider =
      ImageIO.getImageReadersByFormatName("jpeg").next().getOriginatingProvider();

  @Override
  public void decode(
      byte[] bytes, JpegHeader header, Window window, Channels channels, LevelRows rows)
      throws ImageException {
    // The whole raster: ImageIO would stop behind the last row asked for and miss a truncation.
    Raster raster = raster(bytes);
    int components = raster.getNumBands();
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    int[] row = new int[window.side()];
    for (int y = 0; y < row.length; y++) {
      int at = ((window.y() + y) * raster.getWidth() + window.x()) * components;
      for (int x = 0; x < row.length; x++, at += components) {
        row[x] = pixel(samples, at, components, isYcc(header), channels);
      }
      rows.row(row);
    }
  }

  private static int pixel(byte[] samples, int at, int components, boolean ycc, Channels channels) {
    int first = samples[at] & 0xff;
    if (components == 1 || (channels == Channels.LUMINANCE && ycc)) {
      return first;
    }
    int second = samples[at + 1] & 0xff;
    int third = samples[at + 2] & 0xff;
    int red = ycc ? level(first + 1.402f * (third - 128)) : first;
    int green =
        ycc ? level(first - 0.344136f * (second - 128) - 0.714136f * (third - 128)) : second;
    int blue = ycc ? level(first + 1.772f * (second - 128)) : third;
    return channels == Channels.LUMINANCE
        ? level(Luma.of(red, green, blue))
        : red | (green << 8) | (blue << 16);
  }

  private static boolean isYcc(JpegHeader header) {
    return header.colour() == JpegHeader.Colour.YCBCR;
  }

  private static int level(float value) {
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
