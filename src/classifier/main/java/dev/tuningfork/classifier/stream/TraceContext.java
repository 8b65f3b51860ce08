package dev.tuningfork.classifier.stream;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a record belongs to, as OpenTelemetry's instrumentation of Kafka writes it into
 * the headers: the <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>. An answer
 * carries what its reference came with, unchanged, so that a consumer's span follows the
 * publisher's. (Dead letters carry every header of their record.)
 */
final class TraceContext {

  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";

  /** Version, trace, parent and flags; later versions may add more behind. */
  private static final Pattern PARENT_FORM =
      Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

  /** The W3C asks for 512 characters at least; what is longer is left out. */
  private static final int LONGEST = 2 << 10;

  private TraceContext() {}

  /** Those of a record's headers that an answer to it carries; none where the parent is no such. */
  static Headers of(Headers headers) {
    Headers trace = LedgerEntry.noHeaders();
    Header parent = headers.lastHeader(PARENT);
    if (parent != null && trace(parent).isPresent()) {
      trace.add(parent);
      Header state = headers.lastHeader(STATE);
      if (state != null && text(state) != null) {
        trace.add(state);
      }
    }
    return trace;
  }

  /** The trace's identifier: 32 hexadecimal digits. */
  static Optional<String> id(Headers headers) {
    return Optional.ofNullable(headers.lastHeader(PARENT)).flatMap(TraceContext::trace);
  }

  private static Optional<String> trace(Header parent) {
    return Optional.ofNullable(text(parent))
        .map(PARENT_FORM::matcher)
        .filter(form -> form.matches())
        .map(form -> form.group(1));
  }

  private static @Nullable String text(Header header) {
    byte[] value = header.value();
    return value == null || value.length > LONGEST
        ? null
        : new String(value, StandardCharsets.US_ASCII);
  }
}
