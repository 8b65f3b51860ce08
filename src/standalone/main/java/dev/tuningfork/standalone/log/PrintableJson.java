package dev.tuningfork.standalone.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.tuningfork.text.Printable;

/** A JSON object a line, in which every character that shows nothing is escaped. */
public final class PrintableJson extends JsonEncoder {

  @Override
  public byte[] encode(ILoggingEvent event) {
    String line = new String(super.encode(event), UTF_8).stripTrailing();
    return (Printable.json(line) + "\n").getBytes(UTF_8);
  }
}
