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
    board.remove("survey-images", 0);
    board.put(SurveyState.State.CLASSIFYING, outcome(9));

    assertThat(board.all())
        .extracting(SurveyState::state)
        .containsExactly(SurveyState.State.CLASSIFYING);

    board.put(SurveyState.State.DONE, outcome(10));
    assertThat(board.all()).extracting(SurveyState::state).containsExactly(SurveyState.State.DONE);
  }

  private static SurveyImageOutcome outcome(long answered) {
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
        new GalaxyMorphology.Source("survey-images", 0, 7));
  }
}
