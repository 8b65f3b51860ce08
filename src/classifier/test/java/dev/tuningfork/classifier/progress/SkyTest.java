package dev.tuningfork.classifier.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SkyTest {

  /** However often the older one is looked at. */
  @Test
  void theSurveyImageThatWasWrittenToLeastRecentlyIsForgottenFirst() {
    Sky sky = new Sky(2);
    sky.add("old", "1", 150, 2, "Er");
    sky.add("new", "2", 150, 2, "Er");
    assertThat(sky.after("old", 0)).hasSize(1);

    sky.add("new", "3", 150, 2, "Er");

    assertThat(sky.after("old", 0)).isEmpty();
    assertThat(sky.after("new", 0)).extracting(Sky.Light::objectId).containsExactly("2", "3");
  }
}
