package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierApplication.State;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.fetch.FetchLimits;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.model.MorphologyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that hang fail their own images, and the classifier goes on. */
class HangingHostsIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void theirImagesEndAsTransientDeadLettersAndAllOthersAreAnswered() throws Exception {
    int galaxies = 1_000;
    try (Observatory observatory = new Observatory(folder);
        BadHost silent = new BadHost(_ -> BadHost.hang());
        BadHost drips =
            new BadHost(
                out -> {
                  out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  while (true) {
                    out.write('x');
                    out.flush();
                    Thread.sleep(1_000);
                  }
                });
        BadHost stalls =
            new BadHost(
                out -> {
                  out.write(
                      "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"
                          .getBytes(StandardCharsets.US_ASCII));
                  out.flush();
                  BadHost.hang();
                });
        MorphologyModel model = observatory.model()) {
      List<BadHost> bad = List.of(silent, drips, stalls);
      // every second image is of a host that hangs: more of them than all windows take
      observatory.publish(
          0, galaxies, n -> n % 2 == 0 ? observatory.uri(n) : bad.get(n / 2 % 3).uri());
      try (var classifier = ClassifierApplication.start(settings(observatory), model)) {
        observatory.awaitCommitted(galaxies, PATIENCE);
        assertThat(classifier.failure()).isEmpty();
        assertThat(classifier.state()).isEqualTo(State.RUNNING);
      }
      observatory.requireOneOutcomeEach(galaxies);
      for (int n = 0; n < galaxies; n++) {
        Headers headers = observatory.headers.get(String.valueOf(n));
        if (n % 2 == 0) {
          assertThat(headers.lastHeader(DeadLetterHeaders.KIND)).as("galaxy %d", n).isNull();
        } else {
          assertThat(headers.lastHeader(DeadLetterHeaders.KIND).value())
              .isEqualTo("transient".getBytes(StandardCharsets.US_ASCII));
          assertThat(headers.lastHeader(DeadLetterHeaders.STAGE).value())
              .isEqualTo("fetch".getBytes(StandardCharsets.US_ASCII));
        }
      }
    }
  }

  /** Fetches may take six times as long as a task waits without an outcome. */
  private ClassifierSettings settings(Observatory observatory) throws IOException {
    return observatory
        .settings()
        .with(LedgerSettings.WINDOW, 20)
        .with(LedgerSettings.OVERSHOOT, 5)
        .with(LedgerSettings.ROOM_WAIT, Duration.ofMillis(100))
        .with(LedgerSettings.PATIENCE, Duration.ofSeconds(1))
        .with(FetchPolicy.SCHEMES, List.of("file", "http"))
        .with(FetchPolicy.HOSTS, List.of("127.0.0.1:*"))
        .with(FetchPolicy.NETWORKS, List.of("127.0.0.0/8"))
        .with(FetchPolicy.FOLDERS, List.of(folder.toRealPath()))
        .with(FetchLimits.LARGEST_BYTES, 1_000_000L)
        .with(FetchLimits.ATTEMPT_TIME, Duration.ofSeconds(2))
        .with(FetchLimits.TOTAL_TIME, Duration.ofSeconds(6))
        .with(FetchLimits.REDIRECTS, 0);
  }

  /** Accepts connections, and behaves on each as it is told. */
  private static final class BadHost implements AutoCloseable {

    private interface Behaviour {
      void on(OutputStream out) throws IOException, InterruptedException;
    }

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final ServerSocket listener =
        new ServerSocket(0, 500, InetAddress.ofLiteral("127.0.0.1"));
    private final List<Thread> threads = new ArrayList<>();

    BadHost(Behaviour behaviour) throws IOException {
      Thread.ofVirtual().start(() -> accept(behaviour));
    }

    static void hang() throws InterruptedException {
      NEVER.await();
    }

    String uri() {
      return "http://127.0.0.1:%d/galaxy.jpg".formatted(listener.getLocalPort());
    }

    private void accept(Behaviour behaviour) {
      while (!listener.isClosed()) {
        try {
          Socket socket = listener.accept();
          synchronized (threads) {
            threads.add(Thread.ofVirtual().start(() -> behave(socket, behaviour)));
          }
        } catch (IOException e) {
          return; // it was closed
        }
      }
    }

    private static void behave(Socket socket, Behaviour behaviour) {
      try (socket) {
        behaviour.on(socket.getOutputStream());
      } catch (IOException | InterruptedException e) {
        // the client had enough, or the test is over
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
      synchronized (threads) {
        threads.forEach(Thread::interrupt);
      }
    }
  }
}
