package dev.tuningfork.benchmark.suite;

import java.util.List;

/** All parts of the benchmark. */
public final class Suites {

  /** All parts, in the order in which they are run. */
  public static final List<Suite> ALL =
      List.of(
          PredictorSuite.SUITE,
          DecodeSuite.SUITE,
          TilesSuite.SUITE,
          StreamSuite.SUITE,
          SurveySuite.SUITE,
          LatencySuite.SUITE,
          InstancesSuite.SUITE,
          RecoverySuite.SUITE,
          HostsSuite.SUITE,
          MemorySuite.SUITE,
          CatalogueSuite.SUITE,
          TrainingSuite.SUITE,
          BrokerSuite.SUITE,
          FaultSuite.SUITE,
          KillSuite.SUITE,
          DeathSuite.SUITE);

  private Suites() {}
}
