package dev.tuningfork.standalone.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.tuningfork.classifier.message.Printable;

/**
 * A JSON object a line, in which every character that shows nothing is escaped. Outside of strings
 * there are none, so nothing is lost.
 */
public final class PrintableJson extends JsonEncoder {

  @Override
  public byte[] encode(ILoggingEvent event) {
    String line = new String(super.encode(event), UTF_8).stripTrailing();
    StringBuilder printable = new StringBuilder(line.length() + 1);
    line.codePoints()
        .forEach(
            character -> {
              if (Printable.is(character)) {
                printable.appendCodePoint(character);
              } else {
                for (char unit : Character.toChars(character)) {
                  printable.append("\\u%04x".formatted((int) unit));
                }
              }
            });
    return printable.append('\n').toString().getBytes(UTF_8);
  }
}
