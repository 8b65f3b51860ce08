package dev.tuningfork.classifier.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.batch.Outcome.Classified;
import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ForwardPasses;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatcherTest {

  private static final BatcherSettings SETTINGS = settings(1_000);

  private static BatcherSettings settings(int queue) {
    return new BatcherSettings(queue, 10_000, 1 << 30, Duration.ofSeconds(2), 4, 2, 1, 8);
  }

  private final FakeModel model = new FakeModel(8);
  private final AtomicReference<Throwable> broken = new AtomicReference<>();

  /** The images whose memory was given back. */
  private final List<PreparedImage> recycled = new CopyOnWriteArrayList<>();

  private Batcher batcher = batcher(SETTINGS, BatcherTest::fetch);

  private Batcher batcher(BatcherSettings settings, ImageFetcher fetcher) {
    return batcher(settings, fetcher, model);
  }

  private Batcher batcher(BatcherSettings settings, ImageFetcher fetcher, FakeModel model) {
    return batcher(settings, fetcher, model, new Recycling());
  }

  private Batcher batcher(
      BatcherSettings settings,
      ImageFetcher fetcher,
      FakeModel model,
      Batcher.Preparation preparation) {
    return new Batcher(
        settings,
        fetcher,
        _ -> preparation,
        model,
        broken::set,
        ClassifierMetrics.noop(),
        new Shadow(1, ImageLimits.DEFAULT, ClassifierMetrics.noop()),
        Sampler.NONE);
  }

  private final class Recycling implements Batcher.Preparation {
    @Override
    public PreparedImage prepare(byte[] bytes, ImageDescription description) throws ImageException {
      return BatcherTest.prepare(bytes);
    }

    @Override
    public void recycle(PreparedImage image) {
      recycled.add(image);
    }
  }

  @AfterEach
  void close() {
    model.release(1_000);
    batcher.close();
  }

  @Test
  void anIdleModelTakesOneImageAtOnce() throws Exception {
    assertThat(submit(7).get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            Classified.class,
            answer -> {
              assertThat(answer.sha256()).isEqualTo("hash-7");
              assertThat(answer.width()).isEqualTo(424);
            });
    assertThat(model.batches).containsExactly(1);
  }

  @Test
  void whileTheModelWorksTheNextBatchGrowsUpToTheLimit() {
    model.hang();
    submit(0);
    await().until(model::isWaiting);
    List<CompletableFuture<Outcome>> outcomes = submitAll(1, 20);
    // 16 places before the model: 2 batches
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(16));
    model.release(100);
    all(outcomes);
    assertThat(model.batches.subList(0, 3)).containsExactly(1, 8, 8);
    assertThat(model.batches.stream().mapToInt(size -> size).sum()).isEqualTo(21);
  }

  @Test
  void aBatchOfNoSetSizeIsAsLargeAsTheModelTakes() {
    BatcherSettings byModel =
        new BatcherSettings(
            1_000, 10_000, 1 << 30, Duration.ofSeconds(2), 4, 2, 1, ForwardPasses.MEASURED);
    FakeModel five = new FakeModel(5);
    batcher.close();
    batcher = batcher(byModel, BatcherTest::fetch, five);
    assertThat(batcher.batchLimit()).isEqualTo(5);
    five.hang();
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>(submitAll(0, 1));
    await().until(five::isWaiting);
    outcomes.addAll(submitAll(1, 10));
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(10));
    five.release(100);
    all(outcomes);
    assertThat(five.batches).containsExactly(1, 5, 5);
  }

  @Test
  void aModelThatHangsFillsNoMoreThanTheQueues() {
    batcher.close();
    batcher = batcher(settings(10), BatcherTest::fetch);
    model.hang();
    AtomicInteger taken = new AtomicInteger();
    await()
        .during(Duration.ofMillis(200))
        .until(
            () -> {
              while (offer(taken.get()).isPresent()) {
                taken.incrementAndGet();
              }
              return true;
            });
    assertThat(taken.get()).isBetween(10, 10 + 2 * 4 + 2 * 2 + 3 * 8);
  }

  @Test
  void aBatchThatFailsIsHalvedUntilTheCulpritIsAlone() throws Exception {
    model.hang();
    submit(0);
    await().until(model::isWaiting);
    model.failOn(5);
    List<CompletableFuture<Outcome>> outcomes = submitAll(1, 8);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(8));
    model.release(1_000);
    all(outcomes);

    for (int i = 0; i < outcomes.size(); i++) {
      if (i + 1 == 5) {
        assertThat(outcomes.get(i).get())
            .isInstanceOfSatisfying(
                Failed.class,
                failed -> {
                  assertThat(failed.stage()).isEqualTo(Stage.INFER);
                  assertThat(failed.kind()).isEqualTo(FailureKind.PERMANENT);
                });
      } else {
        assertThat(outcomes.get(i).get()).isInstanceOf(Classified.class);
      }
    }
    assertThat(broken).hasNullValue();
  }

  @Test
  void aModelThatFailsOnWhatItAnsweredBeforeIsBrokenAndNoImageIsBlamed() throws Exception {
    submit(1).get(10, TimeUnit.SECONDS);
    model.breakDown();
    CompletableFuture<Outcome> innocent = submit(2);
    await().untilAtomic(broken, notNullValue());
    assertThat(innocent).isNotDone();
  }

  @Test
  void aModelThatFailsFromTheStartIsBrokenAndNoImageIsBlamed() throws Exception {
    model.breakDown();
    List<CompletableFuture<Outcome>> innocent = submitAll(1, 8);
    await().untilAtomic(broken, notNullValue());
    assertThat(broken.get())
        .isInstanceOf(BrokenInstanceException.class)
        .hasMessageContaining("fails on a test image");
    assertThat(innocent).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void aLostDeviceStopsTheInstanceAtOnceAndBlamesNoImage() throws Exception {
    submit(0).get(10, TimeUnit.SECONDS);
    model.hang();
    CompletableFuture<Outcome> first = submit(1);
    await().until(model::isWaiting);
    List<CompletableFuture<Outcome>> innocent = submitAll(2, 10);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(10));
    model.release(1);
    first.get(10, TimeUnit.SECONDS);
    model.loseDevice();
    model.release(100);
    await().untilAtomic(broken, notNullValue());
    assertThat(broken.get())
        .isInstanceOf(BrokenInstanceException.class)
        .hasMessageContaining(" cannot continue. The device gpu:0 has failed.");
    assertThat(innocent).noneMatch(CompletableFuture::isDone);
    assertThat(model.batches).as("the batch is not halved").containsExactly(1, 1, 8);
  }

  @Test
  void anImageOnWhichAWorkingModelFailsIsToBlameThoughItIsTheFirst() throws Exception {
    model.failOn(5);
    assertFailed(reference("x:5"), Stage.INFER, FailureKind.PERMANENT, 2);
    assertThat(submit(6).get(10, TimeUnit.SECONDS)).isInstanceOf(Classified.class);
    assertThat(broken).hasNullValue();
  }

  @Test
  void asManyBatchesAreComputedAtOnceAsTheModelAllows() {
    FakeModel two = FakeModel.ofPasses(2);
    batcher.close();
    batcher = batcher(SETTINGS, BatcherTest::fetch, two);
    two.hang();
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int underWay = i + 1;
      outcomes.add(submit(i));
      await().untilAsserted(() -> assertThat(two.batches).hasSize(underWay));
    }
    outcomes.add(submit(2));
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(1));
    assertThat(two.batches).containsExactly(1, 1);
    two.release(100);
    all(outcomes);
  }

  @Test
  void aModelThatBreaksAnswersNobodyThoughItComputesSeveralBatchesAtOnce() throws Exception {
    FakeModel two = FakeModel.ofPasses(2);
    batcher.close();
    batcher = batcher(SETTINGS, BatcherTest::fetch, two);
    submit(1).get(10, TimeUnit.SECONDS);
    two.breakDown();
    CompletableFuture<Outcome> innocent = submit(2);
    await().untilAtomic(broken, notNullValue());
    assertThat(batcher.isAlive()).isFalse();
    List<CompletableFuture<Outcome>> later = submitAll(3, 8);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(8));
    assertThat(innocent).isNotDone();
    assertThat(later).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void anotherModelAnswersFromTheNextBatchOnAndTheOneBeforeIsClosedThen() {
    FakeModel other = new FakeModel("other", model.input(), _ -> FakeModel.answer());
    model.hang();
    CompletableFuture<Outcome> underWay = submit(0);
    await().until(model::isWaiting);
    List<CompletableFuture<Outcome>> prepared = submitAll(1, 8);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(8));

    batcher.serve(other);
    assertThat(batcher.serving().identity().name()).isEqualTo("other");
    assertThat(model.isClosed()).as("closed while it answers").isFalse();
    model.release(1);
    all(prepared);

    assertThat(answeredBy(underWay)).isEqualTo("even");
    assertThat(prepared).extracting(BatcherTest::answeredBy).containsOnly("other");
    await().until(model::isClosed);
    assertThat(other.isClosed()).isFalse();
    batcher.close();
    assertThat(other.isClosed()).isTrue();
  }

  @Test
  void aModelIsNotClosedWhileItAnswersWhatWasPreparedForAnother() {
    FakeModel second = new FakeModel("second", model.input(), _ -> FakeModel.answer());
    FakeModel third = new FakeModel("third", model.input(), _ -> FakeModel.answer());
    model.hang();
    second.hang();
    submit(0);
    await().until(model::isWaiting);
    List<CompletableFuture<Outcome>> prepared = submitAll(1, 8);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(8));
    batcher.serve(second);
    model.release(1);
    await().until(second::isWaiting);

    batcher.serve(third);
    assertThat(second.isClosed()).as("closed while it answers").isFalse();
    second.release(1);
    all(prepared);

    assertThat(prepared).extracting(BatcherTest::answeredBy).containsOnly("second");
    await().until(second::isClosed);
  }

  @Test
  void whatWasPreparedForAModelOfOtherInputIsStillAnsweredByIt() {
    FakeModel other = new FakeModel("other", model.input().withSize(20), _ -> FakeModel.answer());
    model.hang();
    submit(0);
    await().until(model::isWaiting);
    List<CompletableFuture<Outcome>> prepared = submitAll(1, 8);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(8));

    batcher.serve(other);
    List<CompletableFuture<Outcome>> after = submitAll(9, 8);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isEqualTo(16));
    assertThat(model.isClosed()).isFalse();
    model.release(100);
    all(prepared);
    all(after);

    assertThat(prepared).extracting(BatcherTest::answeredBy).containsOnly("even");
    assertThat(after).extracting(BatcherTest::answeredBy).containsOnly("other");
    await().until(model::isClosed);
  }

  @Test
  void aModelIsClosedThoughNothingWasPreparedForIt() {
    batcher.serve(new FakeModel(8));
    assertThat(model.isClosed()).isTrue();
  }

  private static String answeredBy(CompletableFuture<Outcome> outcome) {
    return ((Classified) outcome.join()).by().identity().name();
  }

  @Test
  void eachFailureNamesItsStage() throws Exception {
    ImageFetcher failing =
        image -> {
          switch (image.uri()) {
            case "x:gone" -> throw new FetchException(FailureKind.PERMANENT, 1, "Gone.", null);
            case "x:slow" -> throw new FetchException(FailureKind.TRANSIENT, 4, "Slow.", null);
            default -> throw new IllegalStateException("A mistake of the program's.");
          }
        };
    batcher.close();
    batcher = batcher(SETTINGS, failing);
    assertFailed(reference("x:gone"), Stage.FETCH, FailureKind.PERMANENT, 1);
    assertFailed(reference("x:slow"), Stage.FETCH, FailureKind.TRANSIENT, 4);
    assertFailed(reference("x:mistake"), Stage.FETCH, FailureKind.TRANSIENT, 2);
    assertFailed(carried(-1), Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1);
    assertFailed(carried(-2), Stage.DECODE_IMAGE, FailureKind.PERMANENT, 1);
  }

  @Test
  void anImageForWhichMemoryDidNotSufficeIsTriedAgainAloneAndAnswered() throws Exception {
    AtomicInteger decoding = new AtomicInteger();
    AtomicInteger mostBesideTheSecondTry = new AtomicInteger();
    AtomicInteger tries = new AtomicInteger();
    batcher.close();
    batcher =
        batcher(
            SETTINGS,
            BatcherTest::fetch,
            model,
            (bytes, _) -> {
              int together = decoding.incrementAndGet();
              try {
                if (ByteBuffer.wrap(bytes).getInt() == 7) {
                  if (tries.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("of a test");
                  }
                  mostBesideTheSecondTry.set(together);
                }
                return prepare(bytes);
              } finally {
                decoding.decrementAndGet();
              }
            });
    List<CompletableFuture<Outcome>> outcomes = submitAll(0, 50);
    all(outcomes);
    assertThat(outcomes).allMatch(one -> one.join() instanceof Classified);
    assertThat(tries).hasValue(2);
    assertThat(mostBesideTheSecondTry).hasValue(1);
    assertThat(broken).hasNullValue();
  }

  @Test
  void outOfMemoryStopsTheInstanceAndBlamesNoImage() throws Exception {
    for (boolean whileItIsFetched : List.of(true, false)) {
      broken.set(null);
      batcher.close();
      batcher =
          batcher(
              SETTINGS,
              image -> {
                if (whileItIsFetched) {
                  throw new OutOfMemoryError("of a test");
                }
                return fetch(image);
              },
              model,
              (_, _) -> {
                throw new OutOfMemoryError("of a test");
              });
      CompletableFuture<Outcome> innocent = submit(1);
      await().untilAtomic(broken, notNullValue());
      assertThat(broken.get())
          .isInstanceOf(BrokenInstanceException.class)
          .hasMessage(
              (whileItIsFetched ? "Fetching" : "Decoding")
                  + " x:1 failed twice, the second time alone (java.lang.OutOfMemoryError: of a"
                  + " test). The image is not the cause.");
      assertThat(innocent).isNotDone();
      assertThat(batcher.isAlive()).isFalse();
    }
  }

  @Test
  void anImageOnWhichADefectStrikesTwiceIsADeadLetterAndStopsNobody() throws Exception {
    batcher.close();
    batcher =
        batcher(
            SETTINGS,
            BatcherTest::fetch,
            model,
            (bytes, _) -> {
              if (ByteBuffer.wrap(bytes).getInt() == 3) {
                throw new IllegalStateException("A mistake of the decoder's.");
              }
              return prepare(bytes);
            });
    assertFailed(reference("x:3"), Stage.DECODE_IMAGE, FailureKind.PERMANENT, 2);
    assertThat(submit(4).get(10, TimeUnit.SECONDS)).isInstanceOf(Classified.class);
    assertThat(broken).hasNullValue();
  }

  @Test
  void aModelThatRunsOutOfMemoryOnOneImageAloneStopsTheInstanceAndBlamesNobody() throws Exception {
    submit(1).get(10, TimeUnit.SECONDS);
    model.runOutOfMemoryOn(5);
    CompletableFuture<Outcome> innocent = submit(5);
    await().untilAtomic(broken, notNullValue());
    assertThat(broken.get()).hasMessageStartingWith("Classifying x:5 failed twice");
    assertThat(innocent).isNotDone();
  }

  @Test
  void anImageThatCameWithItsMessageIsHashedAndNotFetched() throws Exception {
    Outcome outcome = batcher.submit(carried(1)).orElseThrow().get(10, TimeUnit.SECONDS);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Classified.class,
            answer ->
                assertThat(answer.sha256())
                    .isEqualTo("b40711a88c7039756fb8a73827eabe2c0fe5a0346ca7e0a104adc0fc764f528d"));
  }

  @Test
  void oneSlowImageDoesNotHoldUpTheOthers() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    batcher.close();
    batcher =
        batcher(
            SETTINGS,
            image -> {
              if (image.uri().equals("x:0")) {
                awaitUninterrupted(slow);
              }
              return fetch(image);
            });
    CompletableFuture<Outcome> first = submit(0);
    all(submitAll(1, 50));
    assertThat(first).isNotDone();
    slow.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isInstanceOf(Classified.class);
  }

  @Test
  void anImageThatIsPreparedIsAnsweredThoughTheDecodersHangOnThoseAfterIt() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(1);
    AtomicInteger decoding = new AtomicInteger();
    AtomicInteger fetched = new AtomicInteger();
    batcher.close();
    batcher =
        batcher(
            SETTINGS,
            image -> {
              fetched.incrementAndGet();
              return fetch(image);
            },
            model,
            (bytes, _) -> {
              decoding.incrementAndGet();
              awaitUninterrupted(ByteBuffer.wrap(bytes).getInt() == 0 ? first : others);
              return prepare(bytes);
            });
    CompletableFuture<Outcome> outcome = submit(0);
    await().untilAtomic(decoding, equalTo(1));
    submitAll(1, 20);
    // 2 that are decoded, 4 that wait for it (3 where the second decoder was late to take its own),
    // and one in the hands of each of 4 fetchers
    await().untilAtomic(fetched, greaterThanOrEqualTo(9));
    first.countDown();
    assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(Classified.class);
    others.countDown();
  }

  @Test
  void anAnsweredImageGivesItsMemoryBackOnceUnlessItServesAsTheModelsTest() {
    all(submitAll(0, 50));
    await().untilAsserted(() -> assertThat(recycled).hasSize(49));
    Set<PreparedImage> different = Collections.newSetFromMap(new IdentityHashMap<>());
    different.addAll(recycled);
    assertThat(different).hasSize(49);
  }

  @Test
  void anImageThatTheModelHasNotAnsweredYetKeepsItsMemory() {
    model.hang();
    List<CompletableFuture<Outcome>> outcomes = submitAll(0, 9);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isPositive());
    assertThat(recycled).isEmpty();
    model.release(1_000);
    all(outcomes);
  }

  @Test
  void aCancelledImageNeverReachesTheModel() {
    model.hang();
    submit(0);
    await().until(model::isWaiting);
    submit(1).cancel(false);
    CompletableFuture<Outcome> last = submit(2);
    await().untilAsserted(() -> assertThat(batcher.prepared()).isPositive());
    model.release(100);
    last.join();
    assertThat(model.batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(2);
  }

  @Test
  void closingDropsWhatIsOnItsWayAndBlamesNoImage() {
    CountDownLatch never = new CountDownLatch(1);
    batcher.close();
    batcher =
        batcher(
            SETTINGS,
            image -> {
              try {
                never.await();
                return fetch(image);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FetchException(FailureKind.TRANSIENT, 1, "Interrupted.", e);
              }
            });
    List<CompletableFuture<Outcome>> outcomes = submitAll(0, 10);
    batcher.close();
    assertThat(outcomes).noneMatch(CompletableFuture::isDone);
  }

  private void assertFailed(ImageOrigin origin, Stage stage, FailureKind kind, int attempts)
      throws Exception {
    Outcome outcome = batcher.submit(origin).orElseThrow().get(10, TimeUnit.SECONDS);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.stage()).isEqualTo(stage);
              assertThat(failed.kind()).isEqualTo(kind);
              assertThat(failed.attempts()).isEqualTo(attempts);
            });
  }

  private Optional<CompletableFuture<Outcome>> offer(int number) {
    return batcher.submit(reference("x:" + number));
  }

  private CompletableFuture<Outcome> submit(int number) {
    return offer(number).orElseThrow();
  }

  private List<CompletableFuture<Outcome>> submitAll(int first, int count) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      outcomes.add(submit(first + i));
    }
    return outcomes;
  }

  private static void all(List<CompletableFuture<Outcome>> outcomes) {
    CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new)).join();
  }

  private static ImageOrigin reference(String uri) {
    return new ImageOrigin.Referenced(uri, GalaxyImageReference.Image.of(uri));
  }

  private static ImageOrigin carried(int number) {
    return new ImageOrigin.Carried("carried", bytes(number));
  }

  private static FetchedImage fetch(GalaxyImageReference.Image image) {
    int number = Integer.parseInt(image.uri().substring(2));
    return new FetchedImage(bytes(number), "hash-" + number, 1);
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  /** −1 is no image, −2 makes the decoder fail. */
  private static PreparedImage prepare(byte[] bytes) throws ImageException {
    int number = ByteBuffer.wrap(bytes).getInt();
    return switch (number) {
      case -1 -> throw new ImageException("No image.");
      case -2 -> throw new StackOverflowError("A mistake of the decoder's.");
      default -> FakeModel.image(number);
    };
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
