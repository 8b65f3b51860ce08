package dev.tuningfork.benchmark.faults;

/** How a network line behaves. */
enum Line {
  OPEN("is open"),
  /** Nothing passes, in either direction, and nobody is notified: what is sent arrives later. */
  CUT("is cut off"),
  /** Each few kilobytes take a while. */
  SLOW("is slow"),
  /** Answers break off in the middle. */
  HALF("answers half");

  private final String inWords;

  Line(String inWords) {
    this.inWords = inWords;
  }

  String inWords() {
    return inWords;
  }
}
