package dev.tuningfork.classifier.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Sampler.Sample;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.page.Watcher.Event;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LiveFeedTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final AnswerProbabilities SMOOTH = FilterTest.answers(Map.of("a01", 0.9));
  private static final AnswerProbabilities DISK = FilterTest.answers(Map.of("a02", 0.9));
  private static final byte[] JSON = example();

  private final LiveFeed feed = feed(new PageSettings(true, false, List.of(), 20, 2, 10, 1 << 20));

  @AfterEach
  void close() {
    feed.close();
  }

  @Test
  void whatIsCommittedIsShownAndNothingElse() throws Exception {
    Watcher watcher = feed.watch(all()).orElseThrow();
    sample(SMOOTH);
    assertThat(feed.gallery().all()).isEmpty();
    Sample smooth = sample(SMOOTH);
    Sample disk = sample(DISK);
    commit(smooth, disk);

    assertThat(feed.gallery().all()).hasSize(2);
    Event.Galaxy first = (Event.Galaxy) watcher.take();
    assertThat(first.galaxy()).isSameAs(feed.gallery().all().getFirst());
    assertThat(watcher.take()).isInstanceOf(Event.Galaxy.class);
  }

  @Test
  void aLateClientGetsTheRecentGalaxiesThatMatchItsFilter() throws Exception {
    Watcher first = feed.watch(all()).orElseThrow();
    commit(sample(DISK), sample(SMOOTH), sample(DISK));
    feed.leave(first);
    Watcher later = feed.watch(disks()).orElseThrow();
    commit(sample(DISK));
    feed.close();

    List<Long> shown = new ArrayList<>();
    for (Event next = later.take(); next != null; next = later.take()) {
      shown.add(((Event.Galaxy) next).galaxy().number);
    }
    assertThat(shown).containsExactly(1L, 3L, 4L);
    assertThat(later.matched()).isEqualTo(1);
  }

  @Test
  void aClientThatConnectsBetweenAnswerAndCommitSeesTheGalaxyOnce() throws Exception {
    Sample smooth = sample(SMOOTH);
    Sample disk = sample(DISK);
    Watcher late = feed.watch(disks()).orElseThrow();
    commit(smooth, disk);
    feed.close();

    assertThat(((Event.Galaxy) late.take()).galaxy().number).isEqualTo(2);
    assertThat(late.take()).isNull();
  }

  @Test
  void allListenersAreNotifiedOfAModelChange() throws Exception {
    Watcher one = feed.watch(all()).orElseThrow();
    Watcher other = feed.watch(disks()).orElseThrow();
    feed.exchanged();

    assertThat(one.take()).isEqualTo(new Event.Exchange());
    assertThat(other.take()).isEqualTo(new Event.Exchange());
  }

  @Test
  void aFloodOfGalaxiesIsSampledAndAllAreCounted() {
    Watcher disks = feed.watch(disks()).orElseThrow();
    int kept = 0;
    for (int i = 0; i < 2_000; i++) {
      kept += feed.sample(image(), i % 2 == 0 ? SMOOTH : DISK) == null ? 0 : 1;
    }

    assertThat(disks.matched()).isEqualTo(1_000);
    // the client's pace and the page's own, each with its reserve
    assertThat(kept).isBetween(5, 60);
  }

  @Test
  void whereNobodyLooksLittleIsKept() {
    int kept = 0;
    for (int i = 0; i < 2_000; i++) {
      kept += feed.sample(image(), SMOOTH) == null ? 0 : 1;
    }

    assertThat(kept).isBetween(1, 20);
  }

  @Test
  void aGalaxyIsSentOnlyToClientsWhoseFilterMatches() throws Exception {
    Watcher disks = feed.watch(disks()).orElseThrow();
    Watcher smooth = feed.watch(Filter.parse(TREE, "a01", "0.7", "", "")).orElseThrow();
    commit(sample(DISK), sample(SMOOTH));
    feed.close();

    assertThat(((Event.Galaxy) disks.take()).galaxy().number).isEqualTo(1);
    assertThat(disks.take()).isNull();
    assertThat(((Event.Galaxy) smooth.take()).galaxy().number).isEqualTo(2);
    assertThat(smooth.take()).isNull();
  }

  @Test
  void clientsAreCountedAndBounded() {
    Watcher one = feed.watch(all()).orElseThrow();
    feed.watch(all()).orElseThrow();
    assertThat(feed.watch(all())).isEmpty();
    feed.leave(one);
    assertThat(feed.watch(all())).isPresent();
  }

  @Test
  void aSlowClientLosesTheOldestAndHoldsUpNobody() throws Exception {
    Watcher slow = feed.watch(all()).orElseThrow();
    for (int i = 0; i < 1_000; i++) {
      slow.tell(new Event.Figures("figures", i));
    }

    assertThat(slow.dropped()).isEqualTo(936);
    assertThat(slow.take()).isEqualTo(new Event.Figures("figures", 936));
  }

  @Test
  void theGalleryIsBoundedByNumberAndByMemory() throws Exception {
    for (int i = 0; i < 30; i++) {
      feed.gallery().add(galaxy(i, 10));
    }
    assertThat(feed.gallery().all()).hasSize(10);
    assertThat(feed.gallery().find(19)).isEmpty();
    assertThat(feed.gallery().find(20)).isPresent();

    for (int i = 30; i < 40; i++) {
      feed.gallery().add(galaxy(i, 300_000));
    }
    assertThat(feed.gallery().all()).hasSizeBetween(2, 3);
    assertThat(feed.gallery().find(galaxy(0, 1).morphology.objectId())).isPresent();
  }

  @Test
  void aThumbnailShowsWhatTheNetworkSaw() throws Exception {
    byte[] levels = new byte[3 * 16 * 16];
    for (int i = 0; i < levels.length; i += 3) {
      levels[i] = (byte) 200; // red
    }
    PreparedImage red = new PreparedImage(new Pixels.Levels(levels), 16, 16, Set.of());
    int shown =
        ImageIO.read(new ByteArrayInputStream(DisplayImage.of(red).toJpeg())).getRGB(8, 8)
            & 0xffffff;

    assertThat(shown >> 16).isBetween(190, 210);
    assertThat(shown & 0xffff).isLessThan(0x1010);
  }

  private Sample sample(AnswerProbabilities answers) {
    @Nullable Sample sample = feed.sample(image(), answers);
    assertThat(sample).isNotNull();
    return sample;
  }

  private static void commit(Sample... samples) throws Exception {
    for (Sample sample : samples) {
      sample.committed(
          GalaxyMorphology.fromJson(JSON), new ImageOrigin.Carried("carried", new byte[10]));
    }
  }

  private static SeenGalaxy galaxy(int number, int bytes) throws Exception {
    return new SeenGalaxy(
        number,
        GalaxyMorphology.fromJson(JSON),
        SMOOTH,
        new ImageOrigin.Carried("carried", new byte[bytes]),
        DisplayImage.of(image()));
  }

  private static PreparedImage image() {
    return new PreparedImage(new Pixels.Brightness(new float[16]), 4, 4, Set.of());
  }

  private static Filter disks() {
    return Filter.parse(TREE, "a02", "0.7", "", "");
  }

  private static Filter all() {
    return Filter.parse(TREE, "", "", "", "");
  }

  private static LiveFeed feed(PageSettings settings) {
    return new LiveFeed(settings, ClassifierMetrics.noop(), Optional.empty());
  }

  private static byte[] example() {
    try (InputStream stream =
        GalaxyMorphology.class.getResourceAsStream("galaxy-morphology.example.json")) {
      return stream.readAllBytes();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
