package dev.tuningfork.image;

import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/** ImageIO merely warns of an image that breaks off halfway; here that is an error. */
final class ReadComplaints implements IIOReadWarningListener {

  private @Nullable String first;

  @Override
  public void warningOccurred(ImageReader source, String warning) {
    if (first == null) {
      first = warning;
    }
  }

  void refuseAny(String format) throws ImageException {
    if (first != null) {
      throw new ImageException(
          "The %s file is truncated or damaged: %s.".formatted(format, first.strip()));
    }
  }
}
