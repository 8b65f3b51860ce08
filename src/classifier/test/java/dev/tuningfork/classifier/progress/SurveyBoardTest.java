package dev.tuningfork.classifier.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SurveyBoardTest {

  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  private final SurveyBoard board = new SurveyBoard(Sky.none());

  /** As when the transaction of its last galaxy is rolled back. */
  @Test
  void aSurveyImageThatWasDoneTooSoonIsListedOnce() {
    board.put(SurveyState.State.CLASSIFYING, outcome(9));
    board.put(SurveyState.State.DONE, outcome(10));
    board.remove(0);
    board.put(SurveyState.State.CLASSIFYING, outcome(9));

    assertThat(board.all())
        .extracting(SurveyState::state)
        .containsExactly(SurveyState.State.CLASSIFYING);

    board.put(SurveyState.State.DONE, outcome(10));
    assertThat(board.all()).extracting(SurveyState::state).containsExactly(SurveyState.State.DONE);
  }

  /** Its task has it in its store, whatever the topic is called by now. */
  @Test
  void aTaskTakesOffWhatItHasReadFromAnEarlierTopic() {
    board.put(SurveyState.State.CLASSIFYING, outcome(9, "an-earlier-topic", 0));
    board.put(SurveyState.State.CLASSIFYING, outcome(9, "survey-images", 1));

    board.remove(0);

    assertThat(board.all()).extracting(one -> one.counts().source().partition()).containsExactly(1);
  }

  private static SurveyImageOutcome outcome(long answered) {
    return outcome(answered, "survey-images", 0);
  }

  private static SurveyImageOutcome outcome(long answered, String topic, int partition) {
    return new SurveyImageOutcome(
        "tile",
        null,
        null,
        10,
        answered,
        0,
        0,
        null,
        NOON,
        NOON,
        NOON,
        NOON,
        new GalaxyMorphology.Source(topic, partition, 7));
  }
}
