package dev.tuningfork.benchmark.suite;

import java.util.List;

/** A part of the benchmark, which can be chosen by its name. */
public interface Suite {

  /** All parts, in the order in which they are run. */
  List<Suite> ALL =
      List.of(
          new PredictorSuite(),
          new DecodeSuite(),
          new StreamSuite(),
          new LatencySuite(),
          new InstancesSuite(),
          new RecoverySuite(),
          new MemorySuite(),
          new TrainingSuite());

  /** One word. */
  String name();

  /** What is measured, in one line. */
  String description();

  /** Whether the short form has it too where no part is chosen. */
  boolean quick();

  /** Measures; what cannot be measured here is told as left out, and nothing else fails for it. */
  void measure(Workload workload, Tally tally) throws Exception;
}
