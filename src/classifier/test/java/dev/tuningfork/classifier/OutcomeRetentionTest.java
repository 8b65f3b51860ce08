package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which topics are warned of, since they would delete or refuse the outcomes of old references. */
class OutcomeRetentionTest {

  private static final String KEPT =
      "message.timestamp.type=CreateTime cleanup.policy=delete retention.ms=604800000";

  @ParameterizedTest
  @CsvSource({
    // what a topic is by Kafka's defaults: references may carry any time
    "retention.ms=604800000, retention.ms=604800000",
    "retention.ms=604800000, retention.ms=-1",
    "retention.ms=604800000, cleanup.policy=compact",
    // references are at most as old as the input keeps them
    "retention.ms=604800000, message.timestamp.type=LogAppendTime retention.ms=604800001",
    "retention.ms=604800000, message.timestamp.type=LogAppendTime retention.ms=-1",
    "retention.ms=604800000 cleanup.policy=compact;delete, retention.ms=-1"
  })
  void whatDeletesByTheTimeOfTheReferenceIsWarnedOf(String outcome, String input) {
    assertThat(OutcomeRetention.warning("answers", config(outcome), config(input)).orElseThrow())
        .contains("answers soon deletes", "7.00 days", "LogAppendTime");
  }

  @ParameterizedTest
  @CsvSource({
    "message.timestamp.type=LogAppendTime, retention.ms=-1",
    "retention.ms=-1, retention.ms=-1",
    "cleanup.policy=compact, retention.ms=-1",
    "retention.ms=604800000, message.timestamp.type=LogAppendTime retention.ms=604800000",
    "retention.ms=604800000, message.timestamp.type=LogAppendTime retention.ms=3600000"
  })
  void topicsThatKeepEveryOutcomeAreNotWarnedOf(String outcome, String input) {
    assertThat(OutcomeRetention.warning("answers", config(outcome), config(input))).isEmpty();
  }

  @Test
  void aTopicThatRefusesOldRecordsIsWarnedOf() {
    String refusing = KEPT + " message.timestamp.before.max.ms=3600000";
    assertThat(
            OutcomeRetention.warning("answers", config(refusing), config("retention.ms=-1"))
                .orElseThrow())
        .contains("rejects outcomes", "3600000 ms");
  }

  @Test
  void aCompactedTopicOfDeadLettersIsWarnedOf() {
    assertThat(
            OutcomeRetention.compactionWarning("letters", config("cleanup.policy=compact;delete"))
                .orElseThrow())
        .contains("letters is compacted", "cleanup.policy=delete");
    assertThat(OutcomeRetention.compactionWarning("letters", config("retention.ms=1"))).isEmpty();
  }

  /** Kafka's defaults, but for these settings. */
  private static Config config(String settings) {
    Map<String, String> all = new HashMap<>();
    for (String one : (KEPT + " " + settings).split(" ")) {
      all.put(one.split("=")[0], one.split("=")[1].replace(';', ','));
    }
    return new Config(
        all.entrySet().stream().map(one -> new ConfigEntry(one.getKey(), one.getValue())).toList());
  }
}
