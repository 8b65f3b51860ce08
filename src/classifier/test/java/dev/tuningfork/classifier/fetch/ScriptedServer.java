package dev.tuningfork.classifier.fetch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A server on the loopback address that may behave as badly as it likes: each request is answered
 * by a script that writes raw bytes. One request a connection.
 */
final class ScriptedServer implements AutoCloseable {

  /** Answers the request of that number, from 0. */
  @FunctionalInterface
  interface Script {
    void answer(int number, OutputStream out) throws IOException, InterruptedException;
  }

  /** Never counts down: who waits for it hangs until interrupted. */
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final ServerSocket listener;
  private final List<List<String>> requests = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  ScriptedServer(Script script) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    threads.add(Thread.startVirtualThread(() -> accept(script)));
  }

  private void accept(Script script) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        threads.add(Thread.startVirtualThread(() -> serve(socket, script)));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket, Script script) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      List<String> head = new ArrayList<>();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        head.add(line);
      }
      if (!head.isEmpty()) {
        requests.add(head);
        script.answer(requests.size() - 1, socket.getOutputStream());
        socket.getOutputStream().flush();
      }
    } catch (SocketException | InterruptedException e) {
      // the client had enough, or the test is over
    } catch (IOException e) {
      throw new AssertionError("the scripted server failed", e);
    }
  }

  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  static void hang() throws InterruptedException {
    NEVER.await();
  }

  int port() {
    return listener.getLocalPort();
  }

  String uri(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** The heads of all requests so far, line by line. */
  List<List<String>> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    threads.forEach(Thread::interrupt);
  }
}
