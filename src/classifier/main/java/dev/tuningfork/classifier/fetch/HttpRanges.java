package dev.tuningfork.classifier.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/** Parts of files in HTTP (RFC 9110, sections 13 and 14). */
final class HttpRanges {

  private HttpRanges() {}

  /** Asks for a part, on condition that the file is the one that is meant. */
  static HttpGet request(URI target, FilePart wanted) {
    HttpGet request = new HttpGet(target);
    request.setHeader(HttpHeaders.RANGE, wanted.range());
    FilePart.Version of = wanted.of();
    if (of != null && of.strongTag() != null) {
      request.setHeader(HttpHeaders.IF_MATCH, of.strongTag());
    } else if (of != null && of.modified() != null) {
      request.setHeader(HttpHeaders.IF_UNMODIFIED_SINCE, of.modified());
    }
    return request;
  }

  /**
   * What a server sends: the part, or the whole file where it knows no parts.
   *
   * @throws SourceException where it does not say how large the file is
   */
  static FilePart.Answer answer(ClassicHttpResponse response, FilePart wanted)
      throws IOException, SourceException {
    HttpEntity entity = response.getEntity();
    InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
    boolean ranged = response.getCode() == HttpStatus.SC_PARTIAL_CONTENT;
    long size;
    if (ranged) {
      size = ContentRange.of(header(response, HttpHeaders.CONTENT_RANGE), wanted).size();
    } else {
      size = entity == null ? 0 : entity.getContentLength();
      if (size < 0) {
        throw SourceException.permanent(
            "the server says neither how large the file is nor sends parts of it");
      }
    }
    return new FilePart.Answer(
        new FilePart.Version(
            header(response, HttpHeaders.ETAG), header(response, HttpHeaders.LAST_MODIFIED), size),
        ranged ? wanted.from() : 0,
        ranged,
        body);
  }

  private static @Nullable String header(ClassicHttpResponse response, String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }
}
