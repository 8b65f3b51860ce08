package dev.tuningfork.benchmark.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that sends every byte back, behind a proxy. */
@Timeout(60)
class FaultProxyTest {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private ServerSocket server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, HERE);
    proxy = FaultProxy.start(0, server.getLocalPort());
    Thread.startVirtualThread(
        () -> {
          while (!server.isClosed()) {
            try {
              Socket one = server.accept();
              Thread.startVirtualThread(() -> echo(one));
            } catch (IOException closed) {
              return;
            }
          }
        });
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  private static void echo(Socket client) {
    try (client) {
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException gone) {
      // the proxy closed it
    }
  }

  @Test
  void anOpenLinePassesEveryByte() throws Exception {
    try (Socket client = new Socket(HERE, proxy.port())) {
      assertThat(answer(client, 100_000)).hasSize(100_000);
    }
  }

  @Test
  void aCutConnectionBuffersUntilItIsRestored() throws Exception {
    try (Socket client = new Socket(HERE, proxy.port())) {
      assertThat(answer(client, 1)).hasSize(1);
      proxy.become(Line.CUT);
      client.setSoTimeout(300);
      client.getOutputStream().write(42);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      proxy.become(Line.OPEN);

      client.setSoTimeout(0);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }

  @Test
  void halfAnAnswerBreaksOff() throws Exception {
    proxy.become(Line.HALF);
    try (Socket client = new Socket(HERE, proxy.port())) {
      assertThat(answer(client, 100_000).length).isLessThan(100_000);
    }
  }

  @Test
  void aSlowLinePassesEveryByte() throws Exception {
    proxy.become(Line.SLOW);
    try (Socket client = new Socket(HERE, proxy.port())) {
      assertThat(answer(client, 20_000)).hasSize(20_000);
    }
  }

  /** What comes back of so many bytes. */
  private static byte[] answer(Socket client, int bytes) throws IOException {
    Thread.startVirtualThread(
        () -> {
          try {
            client.getOutputStream().write(new byte[bytes]);
          } catch (IOException brokenOff) {
            // what came back until then is what counts
          }
        });
    InputStream in = client.getInputStream();
    try {
      return in.readNBytes(bytes);
    } catch (IOException brokenOff) {
      return new byte[0];
    }
  }
}
