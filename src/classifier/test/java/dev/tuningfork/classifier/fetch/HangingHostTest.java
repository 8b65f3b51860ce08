package dev.tuningfork.classifier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.batch.BatcherSettings;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Sampler;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference.Image;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.image.ImageLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host that accepts connections and never answers, and what it does to the images of others. */
@Timeout(30)
class HangingHostTest {

  private static final int FETCHERS = 4;
  private static final int PER_HOST = 2;

  /** A host is slow after a tenth of a second. */
  private static final BatcherSettings QUICKLY_SLOW =
      new BatcherSettings(100, 1_000, 1_000_000, Duration.ofMillis(100), FETCHERS, 1, 1, 8);

  @Test
  void itHoldsItsShareOfTheFetchersAndTheImagesOfOthersPassIt() throws Exception {
    try (ScriptedServer silent = new ScriptedServer((_, _) -> ScriptedServer.hang());
        ScriptedServer answers =
            new ScriptedServer(
                (_, out) -> ScriptedServer.write(out, "HTTP/1.1 200 OK\r\n\r\nimage"));
        SurveyImageFetcher fetcher = new SurveyImageFetcher(settings());
        Batcher batcher = batcher(fetcher)) {
      List<CompletableFuture<Outcome>> held =
          submit(batcher, 3 * FETCHERS, "http://127.0.0.1:" + silent.port() + "/galaxy-");
      List<CompletableFuture<Outcome>> others =
          submit(batcher, 3 * FETCHERS, "http://localhost:" + answers.port() + "/galaxy-");

      for (CompletableFuture<Outcome> other : others) {
        assertThat(other.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Classified.class);
      }
      await().untilAsserted(() -> assertThat(silent.requests()).hasSize(PER_HOST));
      assertThat(held).noneMatch(CompletableFuture::isDone);
    }
  }

  @Test
  void severalThatCouldHoldAllFetchersTogetherHoldUpNobodyElse() throws Exception {
    try (ScriptedServer one = new ScriptedServer((_, _) -> ScriptedServer.hang());
        ScriptedServer two = new ScriptedServer((_, _) -> ScriptedServer.hang());
        ScriptedServer three = new ScriptedServer((_, _) -> ScriptedServer.hang());
        ScriptedServer answers =
            new ScriptedServer(
                (_, out) -> ScriptedServer.write(out, "HTTP/1.1 200 OK\r\n\r\nimage"));
        SurveyImageFetcher fetcher = new SurveyImageFetcher(settings());
        Batcher batcher = batcher(QUICKLY_SLOW, fetcher)) {
      List<CompletableFuture<Outcome>> held = new ArrayList<>();
      for (ScriptedServer host : List.of(one, two, three)) {
        held.addAll(submit(batcher, PER_HOST, "http://127.0.0.1:" + host.port() + "/galaxy-"));
      }
      List<CompletableFuture<Outcome>> others =
          submit(batcher, 3 * FETCHERS, "http://localhost:" + answers.port() + "/galaxy-");
      for (CompletableFuture<Outcome> other : others) {
        assertThat(other.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Classified.class);
      }
      assertThat(held).noneMatch(CompletableFuture::isDone);
    }
  }

  /** One accepts and is silent, one drips, one stalls in the middle of the image. */
  @Test
  void hostsThatHangAllTogetherFailTheirOwnImagesAndNoOthers() throws Exception {
    FetchLimits limits =
        new FetchLimits(
            1_000,
            Duration.ofSeconds(5),
            Duration.ofMillis(400),
            Duration.ofMillis(1_200),
            0,
            PER_HOST);
    try (ScriptedServer silent = new ScriptedServer((_, _) -> ScriptedServer.hang());
        ScriptedServer drips =
            new ScriptedServer(
                (_, out) -> {
                  ScriptedServer.write(out, "HTTP/1.1 200 OK\r\n\r\n");
                  while (true) {
                    ScriptedServer.write(out, "i");
                    Thread.sleep(50);
                  }
                });
        ScriptedServer stalls =
            new ScriptedServer(
                (_, out) -> {
                  ScriptedServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                  ScriptedServer.hang();
                });
        ScriptedServer answers =
            new ScriptedServer(
                (_, out) -> ScriptedServer.write(out, "HTTP/1.1 200 OK\r\n\r\nimage"));
        SurveyImageFetcher fetcher = new SurveyImageFetcher(settings(limits));
        Batcher batcher = batcher(QUICKLY_SLOW, fetcher)) {
      List<CompletableFuture<Outcome>> held = new ArrayList<>();
      for (ScriptedServer host : List.of(silent, drips, stalls)) {
        held.addAll(submit(batcher, 20, "http://127.0.0.1:" + host.port() + "/galaxy-"));
      }
      List<CompletableFuture<Outcome>> others =
          submit(batcher, 40, "http://localhost:" + answers.port() + "/galaxy-");

      for (CompletableFuture<Outcome> other : others) {
        assertThat(other.get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Classified.class);
      }
      for (CompletableFuture<Outcome> one : held) {
        assertThat(one.get(20, TimeUnit.SECONDS))
            .isInstanceOfSatisfying(
                Outcome.Failed.class,
                failed -> {
                  assertThat(failed.stage()).isEqualTo(Stage.FETCH);
                  assertThat(failed.kind()).isEqualTo(FailureKind.TRANSIENT);
                  assertThat(failed.attempts()).isPositive();
                });
      }
    }
  }

  private static List<CompletableFuture<Outcome>> submit(Batcher batcher, int images, String uri) {
    return IntStream.range(0, images)
        .mapToObj(i -> new ImageOrigin.Referenced("galaxy-" + i, Image.of(uri + i)))
        .map(origin -> batcher.submit(origin).orElseThrow())
        .toList();
  }

  /** Far more time for an answer than the test has. */
  private static FetchSettings settings() {
    Duration endless = Duration.ofMinutes(10);
    return settings(new FetchLimits(1_000, Duration.ofSeconds(5), endless, endless, 0, PER_HOST));
  }

  private static FetchSettings settings(FetchLimits limits) {
    return new FetchSettings(
        new FetchPolicy(
            Set.of("http"),
            List.of("127.0.0.1:*", "localhost:*"),
            List.of("127.0.0.0/8", "::1"),
            List.of(),
            Set.of()),
        limits,
        Retries.DEFAULT,
        S3Settings.DEFAULT,
        TileSettings.of(SettingValues.NONE),
        "tuning-fork-test");
  }

  private static Batcher batcher(ImageFetcher fetcher) {
    return batcher(
        new BatcherSettings(100, 10_000, 1_000_000, Duration.ofSeconds(2), FETCHERS, 1, 1, 8),
        fetcher);
  }

  private static Batcher batcher(BatcherSettings settings, ImageFetcher fetcher) {
    return new Batcher(
        settings,
        fetcher,
        _ -> (_, _) -> FakeModel.image(0),
        new FakeModel(8),
        broken -> {
          throw new AssertionError(broken);
        },
        ClassifierMetrics.noop(),
        new Shadow(1, ImageLimits.DEFAULT, ClassifierMetrics.noop()),
        Sampler.NONE);
  }
}
