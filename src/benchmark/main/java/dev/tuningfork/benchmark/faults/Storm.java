package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.faults.Schedule.Planned;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Carries a schedule out, each lane on a thread of its own, and remembers what was when. */
final class Storm {

  private static final Duration IN_SYNC_WITHIN = Duration.ofSeconds(20);

  private final Cluster cluster;
  private final Fleet fleet;
  private final ImageHost host;
  private final List<String> topics;
  private final Consumer<String> told;
  private final Queue<Incident> incidents = new ConcurrentLinkedQueue<>();

  /** A fault that was. */
  record Incident(Fault fault, Instant from, Instant to) {

    boolean overlaps(Instant start, Instant end) {
      return !from.isAfter(end) && !to.isBefore(start);
    }
  }

  /**
   * Prepares one.
   *
   * @param topics whose replicas are back in sync before the next broker fails
   * @param told a line for each fault
   */
  Storm(Cluster cluster, Fleet fleet, ImageHost host, List<String> topics, Consumer<String> told) {
    this.cluster = cluster;
    this.fleet = fleet;
    this.host = host;
    this.topics = topics;
    this.told = told;
  }

  /** What was broken so far, in the order in which it was well again. */
  List<Incident> incidents() {
    return List.copyOf(incidents);
  }

  /** Returns when all faults are over. */
  void rage(Schedule schedule) throws Exception {
    long start = System.nanoTime();
    List<Callable<Void>> lanes = new ArrayList<>();
    schedule
        .lanes()
        .values()
        .forEach(
            lane ->
                lanes.add(
                    () -> {
                      for (Planned one : lane) {
                        long early = one.at().toNanos() - (System.nanoTime() - start);
                        Thread.sleep(Duration.ofNanos(Math.max(0, early)));
                        happen(one.fault(), Duration.ofNanos(System.nanoTime() - start));
                      }
                      return null;
                    }));
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (Future<Void> lane : threads.invokeAll(lanes)) {
        lane.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private void happen(Fault fault, Duration at) throws Exception {
    told.accept("at %d s: %s".formatted(at.toSeconds(), fault.inWords()));
    Instant from = Instant.now();
    try {
      apply(fault);
    } finally {
      incidents.add(new Incident(fault, from, Instant.now()));
    }
  }

  private void apply(Fault fault) throws IOException, InterruptedException {
    switch (fault) {
      case Fault.KillInstance(int instance, Duration away) -> fleet.kill(instance, away);
      case Fault.FreezeInstance(int instance, Duration frozen) -> fleet.freeze(instance, frozen);
      case Fault.JumpClock(int instance, Duration by, Duration lasts) ->
          fleet.jumpClock(instance, by, lasts);
      case Fault.RollInstances() -> fleet.roll();
      case Fault.Guest(Duration stays) -> fleet.visit(stays);
      case Fault.KillBroker(int broker, Duration away) -> {
        cluster.kill(broker);
        revive(broker, away);
      }
      case Fault.StopBroker(int broker, Duration away) -> {
        cluster.stop(broker);
        revive(broker, away);
      }
      case Fault.FreezeBroker(int broker, Duration frozen) -> {
        cluster.freeze(broker);
        Thread.sleep(frozen);
        cluster.thaw(broker);
        awaitInSync();
      }
      case Fault.BrokerLine(int broker, Line line, Duration lasts) -> {
        cluster.become(broker, line);
        Thread.sleep(lasts);
        cluster.become(broker, Line.OPEN);
        awaitInSync();
      }
      case Fault.HostLine(Line line, Duration lasts) -> {
        host.become(line);
        Thread.sleep(lasts);
        host.become(Line.OPEN);
      }
      case Fault.TurnModel() -> fleet.turnModel();
    }
  }

  private void revive(int broker, Duration away) throws IOException, InterruptedException {
    Thread.sleep(away);
    cluster.restart(broker);
    awaitInSync();
  }

  private void awaitInSync() throws InterruptedException {
    cluster.awaitInSync(IN_SYNC_WITHIN, topics.toArray(String[]::new));
  }
}
