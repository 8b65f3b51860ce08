package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.model.MorphologyModel;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The latest morphology of an object, from whichever instance is asked. */
class MorphologiesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void anyInstanceAnswersForAnyObjectAndForWhatAnInstanceThatWentHeld() throws Exception {
    int galaxies = 60;
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel one = observatory.model();
        MorphologyModel other = observatory.model();
        var first = ClassifierApplication.start(keeping(observatory.settings(), "first"), one);
        var askedFirst = new ServiceClient(first.servicePort().orElseThrow())) {
      observatory.publish(0, galaxies);
      String odd = "SDSS J1237+62 / é";
      observatory.publishRaw("another key than the object's id", observatory.reference(odd));
      observatory.awaitCommitted(galaxies + 1, PATIENCE);
      long later = observatory.publishRaw("7", observatory.reference("7"));
      observatory.awaitCommitted(galaxies + 2, PATIENCE);

      try (var second =
              ClassifierApplication.start(keeping(observatory.settings(), "second"), other);
          var askedSecond = new ServiceClient(second.servicePort().orElseThrow())) {
        await("both to hold a share")
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> held(askedFirst) > 0 && held(askedSecond) > 0);
        for (ServiceClient asked : new ServiceClient[] {askedFirst, askedSecond}) {
          IntStream.range(0, galaxies)
              .mapToObj(String::valueOf)
              .forEach(id -> requireMorphology(asked, id, id));
          requireMorphology(asked, "SDSS%20J1237%2B62%20%2F%20%C3%A9", odd);
          HttpResponse<String> unknown = asked.get("/v1/morphologies/unheard-of");
          assertThat(unknown.statusCode()).isEqualTo(404);
          assertThat(unknown.body())
              .isEqualTo("{\"error\":\"No morphology of this object is kept.\"}");
          GalaxyMorphology latest =
              GalaxyMorphology.fromJson(asked.get("/v1/morphologies/7").body().getBytes(UTF_8));
          assertThat(latest.source().offset())
              .as("the later of two answers about one object")
              .isEqualTo(later);
        }
      }
      IntStream.range(0, galaxies)
          .mapToObj(String::valueOf)
          .forEach(
              id ->
                  await("what the second held")
                      .atMost(PATIENCE)
                      .untilAsserted(() -> requireMorphology(askedFirst, id, id)));
    }
  }

  /** How many of the objects this instance holds itself: it is asked as another instance would. */
  private static long held(ServiceClient asked) throws Exception {
    long held = 0;
    for (int id = 0; id < 60; id++) {
      held += asked.getForwarded("/v1/morphologies/" + id).statusCode() == 200 ? 1 : 0;
    }
    return held;
  }

  private static void requireMorphology(ServiceClient asked, String path, String objectId) {
    try {
      HttpResponse<String> response = asked.get("/v1/morphologies/" + path);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type")).contains("application/json");
      GalaxyMorphology galaxy = GalaxyMorphology.fromJson(response.body().getBytes(UTF_8));
      assertThat(galaxy.objectId()).isEqualTo(objectId);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private ClassifierSettings keeping(ClassifierSettings settings, String name) {
    return settings
        .withKafka("state.dir", folder.resolve(name).toString())
        // what an instance held that went is given to others when its session is over
        .withKafka("session.timeout.ms", "6000")
        .with(
            ServiceSettings.ADDRESS,
            Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)))
        .with(ServiceSettings.MORPHOLOGIES, true);
  }
}
