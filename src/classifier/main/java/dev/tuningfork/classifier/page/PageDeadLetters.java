package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.deadletter.DeadLetter;
import dev.tuningfork.classifier.deadletter.DeadLetterFilter;
import dev.tuningfork.classifier.deadletter.DeadLetterList;
import dev.tuningfork.classifier.deadletter.DeadLetterList.Alike;
import dev.tuningfork.classifier.deadletter.DeadLetters;
import dev.tuningfork.classifier.deadletter.Place;
import dev.tuningfork.classifier.deadletter.Replay;
import dev.tuningfork.classifier.fetch.RedactedUri;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.stream.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters as the page shows them: those that have not been replayed, grouped by reason.
 * Each request reads the topic, one at a time; requests within the next seconds share the result.
 * Safe for use by many threads at once.
 */
public final class PageDeadLetters {

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** The most that are shown one by one, of all groups. */
  private static final int SHOWN = 200;

  /** The most that are shown of one group. */
  private static final int SHOWN_ALIKE = 20;

  /** The dead letters by group. */
  record View(long letters, boolean more, boolean replay, List<Group> groups) {}

  /**
   * @param reason what their messages have in common; the message itself of a single one
   */
  record Group(String stage, String kind, String reason, long count, List<Letter> letters) {}

  /**
   * @param image the image's address without secrets, or what the record held instead
   */
  record Letter(
      @Nullable String objectId,
      String message,
      String image,
      String givenUpAt,
      int partition,
      long offset,
      long replays) {}

  private final Map<String, Object> consumer;
  private final Map<String, Object> producer;
  private final Topics topics;
  private final boolean replay;

  // guarded by this
  private @Nullable View last;
  private long readAt;

  /**
   * @param consumer a consumer's settings: addresses and credentials
   * @param producer a producer's settings
   * @param replay whether letters may be sent to the input topic again
   */
  public PageDeadLetters(
      Map<String, Object> consumer, Map<String, Object> producer, Topics topics, boolean replay) {
    this.consumer = consumer;
    this.producer = producer;
    this.topics = topics;
    this.replay = replay;
  }

  boolean allowsReplay() {
    return replay;
  }

  /**
   * @throws org.apache.kafka.common.KafkaException where Kafka cannot be read
   */
  synchronized View read() {
    View view = last;
    if (view == null || System.nanoTime() - readAt > FRESH_NANOS) {
      try (DeadLetters letters = new DeadLetters(consumer, topics.deadLetters())) {
        view = view(letters.list(DeadLetterFilter.OPEN, SHOWN));
      }
      last = view;
      readAt = System.nanoTime();
    }
    return view;
  }

  /**
   * Sends a letter to the input topic again.
   *
   * @return a sentence about what came of it
   * @throws org.apache.kafka.common.KafkaException where Kafka cannot be read or written to
   */
  synchronized String replay(Place place) {
    Replay.Result result =
        Replay.run(consumer, producer, topics, DeadLetterFilter.at(Set.of(place)), _ -> {});
    last = null;
    if (result.withoutValueCount() > 0) {
      return "Its value was too large to be kept, so it cannot be replayed.";
    }
    return result.sent() > 0
        ? "Replayed to " + topics.input() + "."
        : "It was already replayed, or no longer exists.";
  }

  private View view(DeadLetterList list) {
    Map<Alike, List<Letter>> shown = new LinkedHashMap<>();
    for (DeadLetter letter : list.newest()) {
      List<Letter> alike = shown.computeIfAbsent(Alike.of(letter), _ -> new ArrayList<>());
      if (alike.size() < SHOWN_ALIKE) {
        alike.add(shown(letter));
      }
    }
    List<Group> groups =
        list.groups().stream()
            .map(
                group ->
                    new Group(
                        group.alike().stage().map(stage -> stage.label()).orElse("unknown"),
                        group.alike().kind().map(kind -> kind.label()).orElse("unknown"),
                        group.reason(),
                        group.count(),
                        shown.getOrDefault(group.alike(), List.of())))
            .toList();
    return new View(list.total(), list.total() > list.newest().size(), replay, groups);
  }

  private static Letter shown(DeadLetter letter) {
    return new Letter(
        letter.objectId().orElse(null),
        letter.message(),
        image(letter),
        letter.givenUpAt().toString(),
        letter.place().partition(),
        letter.place().offset(),
        letter.replays());
  }

  private static String image(DeadLetter letter) {
    byte[] value = letter.value();
    if (value == null) {
      return "The record was too large to be kept.";
    }
    try {
      GalaxyImageReference.Image image = GalaxyImageReference.fromJson(value).image();
      return image.cutout() == null
          ? RedactedUri.of(image.uri())
          : "A galaxy of the survey image " + image.cutout().tile();
    } catch (MessageException noReference) {
      return letter.stage().equals(Optional.of(Stage.DECODE_MESSAGE))
          ? "A record of %,d bytes.".formatted(value.length)
          : "An image of %,d bytes, carried by the record.".formatted(value.length);
    }
  }
}
