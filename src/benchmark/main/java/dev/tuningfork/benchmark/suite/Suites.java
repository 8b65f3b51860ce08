package dev.tuningfork.benchmark.suite;

import java.util.List;

/** The parts that there are. */
public final class Suites {

  /** All parts, in the order in which they are run. */
  public static final List<Suite> ALL =
      List.of(
          new PredictorSuite(),
          new DecodeSuite(),
          new TilesSuite(),
          new StreamSuite(),
          new LatencySuite(),
          new InstancesSuite(),
          new RecoverySuite(),
          new HostsSuite(),
          new MemorySuite(),
          new TrainingSuite(),
          new BrokerSuite(),
          new FaultSuite(),
          new DeathSuite());

  private Suites() {}
}
