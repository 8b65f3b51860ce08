package dev.tuningfork.benchmark.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves images and files over HTTP behind a {@link FaultProxy}, files also in ranges; and a host
 * that accepts and is silent.
 */
final class ImageHost implements AutoCloseable {

  private static final String FILES = "/files/";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final HttpServer server;
  private final FaultProxy proxy;
  private final ServerSocket silent;
  private final List<Socket> kept = Collections.synchronizedList(new ArrayList<>());

  private ImageHost(HttpServer server, FaultProxy proxy, ServerSocket silent) {
    this.server = server;
    this.proxy = proxy;
    this.silent = silent;
  }

  /**
   * Serves images under their numbers.
   *
   * @param folder its files are served too
   */
  static ImageHost start(List<Path> images, Path folder) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(exchange, images));
    server.createContext(FILES, exchange -> answerFile(exchange, folder));
    server.start();
    ImageHost host =
        new ImageHost(
            server,
            FaultProxy.start(0, server.getAddress().getPort()),
            new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress()));
    Thread.ofPlatform().daemon().name("silent-host").start(host::keepSilent);
    return host;
  }

  /** Where the image of a number is. */
  URI image(int number) {
    return URI.create("http://127.0.0.1:%d/%d.jpg".formatted(proxy.port(), number));
  }

  /**
   * Where a file of the folder is.
   *
   * @param visit each has an address of its own, so that the file is fetched once more
   */
  URI file(Path file, int visit) {
    return URI.create(
        "http://127.0.0.1:%d%s%d/%s".formatted(proxy.port(), FILES, visit, file.getFileName()));
  }

  /** Where no answer ever comes from. */
  URI silent() {
    return URI.create("http://127.0.0.1:%d/silent.jpg".formatted(silent.getLocalPort()));
  }

  void become(Line line) {
    proxy.become(line);
  }

  private static void answer(HttpExchange exchange, List<Path> images) throws IOException {
    try (exchange) {
      String name = exchange.getRequestURI().getPath().replaceAll("\\D", "");
      byte[] image = Files.readAllBytes(images.get(Integer.parseInt(name)));
      exchange.getResponseHeaders().set("Content-Type", "image/jpeg");
      exchange.sendResponseHeaders(200, image.length);
      exchange.getResponseBody().write(image);
    }
  }

  private static void answerFile(HttpExchange exchange, Path folder) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] file = Files.readAllBytes(folder.resolve(path.substring(path.lastIndexOf('/') + 1)));
      exchange.getResponseHeaders().set("ETag", "\"%d\"".formatted(file.length));
      String wanted = exchange.getRequestHeaders().getFirst("Range");
      Matcher range = RANGE.matcher(wanted == null ? "" : wanted);
      int from = 0;
      int until = file.length;
      if (range.matches()) {
        from = Math.min(file.length - 1, Integer.parseInt(range.group(1)));
        until =
            range.group(2).isEmpty()
                ? file.length
                : Math.min(file.length, Integer.parseInt(range.group(2)) + 1);
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, until - 1, file.length));
      }
      exchange.sendResponseHeaders(range.matches() ? 206 : 200, until - from);
      exchange.getResponseBody().write(file, from, until - from);
    }
  }

  private void keepSilent() {
    while (!silent.isClosed()) {
      try {
        kept.add(silent.accept());
      } catch (IOException closed) {
        // the loop ends
      }
    }
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.stop(0);
    silent.close();
    synchronized (kept) {
      for (Socket one : kept) {
        one.close();
      }
    }
  }
}
