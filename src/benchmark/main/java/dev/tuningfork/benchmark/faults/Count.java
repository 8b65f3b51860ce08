package dev.tuningfork.benchmark.faults;

import dev.tuningfork.benchmark.faults.Reckoning.Flaw;
import java.util.List;

/**
 * What a reader of committed records found in the end.
 *
 * @param by who counted
 * @param answers records of the output topic
 * @param deadLetters records of the dead letter topic
 * @param surveyImages records of the topic of survey images' outcomes
 * @param flaws what was lost, doubled or wrong
 */
record Count(String by, int answers, int deadLetters, int surveyImages, List<Flaw> flaws) {

  Count {
    flaws = List.copyOf(flaws);
  }

  /** One line. */
  String inWords() {
    return "%,d answers, %,d dead letters, %,d outcomes of survey images; %d lost, %d doubled, %d wrong; counted by %s"
        .formatted(answers, deadLetters, surveyImages, of("lost"), of("doubled"), of("wrong"), by);
  }

  private long of(String kind) {
    return flaws.stream().filter(flaw -> flaw.what().split(":", -1)[0].equals(kind)).count();
  }
}
