package dev.tuningfork.classifier.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves the files of a folder, in parts as well, each with an ETag that changes with the file, and
 * counts what it sends.
 */
final class RangeServer implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final Path folder;
  private final boolean ranges;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong sent = new AtomicLong();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  RangeServer(Path folder, boolean ranges) throws IOException {
    this.folder = folder;
    this.ranges = ranges;
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String uri(String name) {
    return "http://127.0.0.1:%d/%s".formatted(server.getAddress().getPort(), name);
  }

  /** Bytes of bodies. */
  long sent() {
    return sent.get();
  }

  /** The ranges that were asked for, or {@code all}. */
  List<String> requests() {
    return requests;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String range = exchange.getRequestHeaders().getFirst("Range");
      requests.add(range == null ? "all" : range);
      Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
      if (!Files.exists(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String tag =
          "\"" + Files.size(file) + "-" + Files.getLastModifiedTime(file).toMillis() + "\"";
      String due = exchange.getRequestHeaders().getFirst("If-Match");
      if (due != null && !due.equals(tag)) {
        exchange.sendResponseHeaders(412, -1);
        return;
      }
      exchange.getResponseHeaders().set("ETag", tag);
      send(exchange, file, range);
    }
  }

  private void send(HttpExchange exchange, Path file, String range) throws IOException {
    long size = Files.size(file);
    long from = 0;
    long until = size;
    Matcher parts = RANGE.matcher(range == null ? "" : range);
    boolean part = ranges && parts.matches();
    if (part) {
      from = Long.parseLong(parts.group(1));
      until = parts.group(2).isEmpty() ? size : Math.min(size, Long.parseLong(parts.group(2)) + 1);
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, until - 1, size));
    }
    exchange.sendResponseHeaders(part ? 206 : 200, until - from);
    try (FileChannel channel = FileChannel.open(file);
        InputStream in = Channels.newInputStream(channel.position(from));
        OutputStream out = exchange.getResponseBody()) {
      byte[] buffer = new byte[1 << 16];
      for (long left = until - from; left > 0; ) {
        int count = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
        out.write(buffer, 0, count);
        sent.addAndGet(count);
        left -= count;
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
