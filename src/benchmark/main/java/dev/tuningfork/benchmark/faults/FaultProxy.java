package dev.tuningfork.benchmark.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/**
 * Passes TCP connections on to another port of this machine, along a {@link Line} that can be
 * degraded and restored.
 *
 * <p>Each direction of a connection has a virtual thread. The line is guarded by this object's
 * monitor, on which those threads wait while it is cut. Safe for use by many threads.
 */
final class FaultProxy implements AutoCloseable {

  private static final int CHUNK = 4 << 10;
  private static final int HALF_AN_ANSWER = 6 << 10;
  private static final Duration PER_CHUNK = Duration.ofMillis(40);

  private final ServerSocket door;
  private final int target;
  private Line line = Line.OPEN;

  private FaultProxy(ServerSocket door, int target) {
    this.door = door;
    this.target = target;
  }

  /** Starts one at a port, which may be 0 for any, before a port of this machine. */
  static FaultProxy start(int port, int target) throws IOException {
    ServerSocket door = new ServerSocket();
    door.setReuseAddress(true);
    door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    FaultProxy proxy = new FaultProxy(door, target);
    Thread.ofPlatform().daemon().name("fault-proxy-" + target).start(proxy::accept);
    return proxy;
  }

  int port() {
    return door.getLocalPort();
  }

  synchronized void become(Line other) {
    line = other;
    notifyAll();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        Thread.startVirtualThread(() -> connect(client));
      } catch (IOException closed) {
        // the loop ends where the door is closed
      }
    }
  }

  private void connect(Socket client) {
    try {
      passable();
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread.startVirtualThread(() -> pump(client, server, false));
      pump(server, client, true);
    } catch (IOException | InterruptedException refused) {
      close(client);
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    byte[] chunk = new byte[CHUNK];
    int half = 0;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        Line now = passable();
        if (now == Line.SLOW) {
          Thread.sleep(PER_CHUNK);
        }
        half = now == Line.HALF && answers ? half + read : 0;
        if (half > HALF_AN_ANSWER) {
          break;
        }
        out.write(chunk, 0, read);
      }
    } catch (IOException | InterruptedException ended) {
      // both ends are closed below
    }
    close(from);
    close(to);
  }

  /** Waits while the line is cut. */
  private synchronized Line passable() throws InterruptedException {
    while (line == Line.CUT && !door.isClosed()) {
      wait();
    }
    return line;
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // it is closed either way
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    become(Line.OPEN);
  }
}
