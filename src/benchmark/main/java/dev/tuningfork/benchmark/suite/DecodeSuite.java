package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.python.Python.Unavailable;
import dev.tuningfork.benchmark.python.PythonPeer;
import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * From the bytes of a JPEG to what the network takes (decoded, cropped, resampled), and for the
 * others the decoding alone: one thread each, files that lie in memory.
 */
final class DecodeSuite {

  private static final String UNIT = "images/s";
  private static final int FILES = 100;

  static final Suite SUITE =
      new Suite(
          "decode",
          "from a JPEG file to what the network takes, on one thread, beside Pillow and ImageIO",
          Suite.Form.QUICK,
          DecodeSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    InputSpec input = workload.bundle().description().input();
    Plan plan = workload.plan();
    List<Path> files = workload.images().stream().limit(FILES).toList();
    List<byte[]> jpegs = new ArrayList<>();
    for (Path file : files) {
      jpegs.add(Files.readAllBytes(file));
    }
    double share = input.crop() instanceof Crop.Fraction(double fraction) ? fraction : 1;
    Preprocessor preprocessor = new Preprocessor(input, ImageLimits.DEFAULT);
    List<Measurement> all = new ArrayList<>();
    all.add(
        measurement(
            "tuning fork",
            "decoded, cropped and resampled",
            plan,
            jpegs,
            jpeg -> preprocessor.prepare(jpeg, ImageDescription.NONE).width()));
    all.add(
        measurement(
            "ImageIO",
            "decoded by ImageIO, cropped and resampled by Java 2D",
            plan,
            jpegs,
            jpeg -> drawn(ImageIO.read(new ByteArrayInputStream(jpeg)), share, input.size())));
    all.add(
        measurement(
            "ImageIO alone",
            "decoded only",
            plan,
            jpegs,
            jpeg -> ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth()));
    try (PythonPeer peer = PythonPeer.start(workload.python(), 1)) {
      all.addAll(
          inPython(
              peer,
              Map.of(
                  "do",
                  "decode",
                  "files",
                  files.stream().map(Path::toString).toList(),
                  "share",
                  share,
                  "size",
                  input.size(),
                  "seconds",
                  plan.seconds())));
      tally.inTurn(plan, all);
    } catch (Unavailable reason) {
      tally.leaveOut("Pillow and simplejpeg. " + reason.getMessage() + ".");
      tally.inTurn(plan, all);
    }
  }

  @FunctionalInterface
  private interface Decoding {
    /** Returns something of the image, so that it has to be decoded. */
    int decode(byte[] jpeg) throws Exception;
  }

  private static Measurement measurement(
      String name, String description, Plan plan, List<byte[]> jpegs, Decoding decoding) {
    return new Measurement(
        name,
        UNIT,
        description,
        () ->
            Pace.perSecond(
                plan.seconds(),
                () -> {
                  for (byte[] jpeg : jpegs) {
                    if (decoding.decode(jpeg) <= 0) {
                      throw new IllegalStateException("An image was decoded to nothing.");
                    }
                  }
                  return jpegs.size();
                }));
  }

  private static List<Measurement> inPython(PythonPeer peer, Map<String, Object> command) {
    List<Measurement> all = new ArrayList<>();
    for (String form : List.of("Pillow", "simplejpeg")) {
      for (String alone : List.of("", " alone")) {
        Map<String, Object> own = new HashMap<>(command);
        own.put("form", form.replace('P', 'p') + alone);
        all.add(
            new Measurement(
                form + alone,
                UNIT,
                alone.isEmpty()
                    ? "decoded, cropped and resampled in Python"
                    : "decoded only, in Python",
                () -> peer.ask(own).get("perSecond").doubleValue()));
      }
    }
    return all;
  }

  /** The central square as bytes of red, green and blue; returns how many there are. */
  private static int drawn(BufferedImage image, double share, int size) throws IOException {
    int side = (int) Math.round(share * Math.min(image.getWidth(), image.getHeight()));
    int left = (image.getWidth() - side) / 2;
    int top = (image.getHeight() - side) / 2;
    BufferedImage made = new BufferedImage(size, size, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D pen = made.createGraphics();
    pen.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    pen.drawImage(image, 0, 0, size, size, left, top, left + side, top + side, null);
    pen.dispose();
    return ((DataBufferByte) made.getRaster().getDataBuffer()).getData().length;
  }
}
