package dev.tuningfork.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * JPEG by the JDK. It asks for the components as they are stored, so that luminance is the file's
 * own Y and no colour profile comes between.
 */
final class ImageIoJpeg implements JpegCodec {

  private final ImageReaderSpi provider =
      ImageIO.getImageReadersByFormatName("jpeg").next().getOriginatingProvider();

  /** The whole raster, of up to four components. */
  @Override
  public long heapToDecode(JpegHeader header) {
    return (long) header.width()
        * header.height()
        * (header.colour() == JpegHeader.Colour.GREY ? 1 : 4);
  }

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

  @Override
  public byte[] encode(byte[] levels, int width, int height, Channels channels, int quality) {
    BufferedImage image =
        new BufferedImage(
            width,
            height,
            channels == Channels.RGB ? BufferedImage.TYPE_3BYTE_BGR : BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, width, height, levels);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream file = new ByteArrayOutputStream(levels.length / 4);
    try (var out = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(quality / 100f);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing a JPEG into memory failed.", e);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
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
