package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.stream.Instance;
import dev.tuningfork.benchmark.stream.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Instances of the classifier, each a process, all with one model behind a symbolic link. One that
 * ends unexpectedly is started again, as Kubernetes would do, and counted.
 *
 * <p>Safe for use by many threads; what is done to one instance is serialised.
 */
final class Fleet implements AutoCloseable {

  private static final Duration WATCH_EVERY = Duration.ofMillis(500);

  /** So much of the log says why a process ended. */
  private static final int LAST_LINES = 6;

  /**
   * A heap of one fixed size that is resident from the start: what grows beyond it is native
   * memory.
   */
  private static final List<String> OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-Xms384m", "-Xmx384m", "-XX:+AlwaysPreTouch");

  private final Path folder;
  private final String bootstrapServers;
  private final List<Path> imageFolders;
  private final Map<String, String> settings;
  private final Path model;
  private final List<Path> bundles;
  private final List<Member> members = new ArrayList<>();
  private final Member guest;
  private final AtomicInteger serving = new AtomicInteger();
  private final List<String> endings = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /** One instance. Its process is absent while it is down on purpose. */
  private final class Member {
    final String name;
    final FalseClock clock;
    @Nullable JavaProcess process;

    Member(String name) throws IOException {
      this.name = name;
      clock = FalseClock.in(folder.resolve(name + ".clock"));
    }

    synchronized JavaProcess start() throws IOException {
      JavaProcess fresh =
          Instance.start(
              folder,
              name,
              "",
              OPTIONS,
              clock.environment(),
              bootstrapServers,
              model,
              imageFolders,
              settings);
      process = fresh;
      return fresh;
    }

    synchronized void kill(Duration away) throws IOException, InterruptedException {
      end();
      Thread.sleep(away);
      start();
    }

    synchronized void end() throws InterruptedException {
      if (process != null) {
        process.kill();
        process = null;
      }
    }

    synchronized void leave() {
      if (process != null) {
        process.close();
        process = null;
      }
    }

    synchronized void freeze(Duration frozen) throws IOException, InterruptedException {
      if (process != null) {
        process.signal("STOP");
        Thread.sleep(frozen);
        process.signal("CONT");
      }
    }

    synchronized void restart() throws IOException {
      leave();
      start();
    }

    synchronized void watch() throws IOException {
      JavaProcess gone = process;
      if (gone != null && !gone.isAlive() && !closed) {
        endings.add(
            "%s ended with exit code %d. The end of its log: %s"
                .formatted(name, gone.exitCode(), endOfLog()));
        start();
      }
    }

    private String endOfLog() throws IOException {
      List<String> lines = Files.readAllLines(Instance.log(folder, name));
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    synchronized long residentBytes() throws IOException, InterruptedException {
      return process != null && process.isAlive() ? process.residentBytes() : 0;
    }
  }

  /**
   * Prepares one.
   *
   * @param bundles what serves, one after the other
   * @param settings of each instance
   */
  Fleet(
      Path folder,
      String bootstrapServers,
      List<Path> bundles,
      List<Path> imageFolders,
      Map<String, String> settings)
      throws IOException {
    this.folder = folder;
    this.bootstrapServers = bootstrapServers;
    this.bundles = bundles;
    this.imageFolders = imageFolders;
    this.settings = settings;
    this.guest = new Member("guest");
    this.model = Files.createSymbolicLink(folder.resolve("serving"), bundles.getFirst());
  }

  /** Starts so many, and sees to it that they go on. */
  void start(int instances) throws IOException {
    for (int n = 0; n < instances; n++) {
      Member member = new Member("instance-" + n);
      member.start();
      members.add(member);
    }
    Thread.ofPlatform().daemon().name("fleet-watch").start(this::watch);
  }

  /** A sentence for each that ended unexpectedly so far. */
  List<String> endings() {
    return List.copyOf(endings);
  }

  /** SIGKILL, and a start after this time. */
  void kill(int instance, Duration away) throws IOException, InterruptedException {
    members.get(instance).kill(away);
  }

  /** SIGKILL; {@link #revive} starts it again. */
  void end(int instance) throws InterruptedException {
    members.get(instance).end();
  }

  void revive(int instance) throws IOException {
    var _ = members.get(instance).start();
  }

  void freeze(int instance, Duration frozen) throws IOException, InterruptedException {
    members.get(instance).freeze(frozen);
  }

  /** Does nothing where clocks cannot be changed: {@link FalseClock#isAvailable}. */
  void jumpClock(int instance, Duration by, Duration lasts)
      throws IOException, InterruptedException {
    FalseClock clock = members.get(instance).clock;
    clock.set(by);
    Thread.sleep(lasts);
    clock.set(Duration.ZERO);
  }

  void roll() throws IOException {
    for (Member member : members) {
      member.restart();
    }
  }

  /** Another one joins, and leaves cleanly after this time. */
  void visit(Duration stays) throws IOException, InterruptedException {
    guest.start();
    Thread.sleep(stays);
    guest.leave();
  }

  /** As an operator and Kubernetes do: the link points to the one or the other. */
  void turnModel() throws IOException {
    Path next =
        Files.createSymbolicLink(
            folder.resolve("next"), bundles.get(serving.incrementAndGet() % bundles.size()));
    Files.move(next, model, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What the system has given to an instance; 0 while it is down. */
  long residentBytes(int instance) throws IOException, InterruptedException {
    return members.get(instance).residentBytes();
  }

  private void watch() {
    try {
      while (!closed) {
        for (Member member : members) {
          member.watch();
        }
        Thread.sleep(WATCH_EVERY);
      }
    } catch (IOException e) {
      throw new IllegalStateException("An instance cannot be started again: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    members.forEach(Member::leave);
    guest.leave();
  }
}
