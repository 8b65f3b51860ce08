package dev.tuningfork.standalone.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.DecisionTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration, started as a person would start it, and looked at in a real browser. */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoPageIT {

  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final Path SCRIPT = MODULE.resolve("../../tuning-fork").normalize();
  private static final Pattern PAGE = Pattern.compile("The page: (http://127\\.0\\.0\\.1:\\d+)/");
  private static final Pattern STREAM = Pattern.compile("The stream: topic (\\S+) at (\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir static Path folder;

  private static Browser browser;
  private static Process demo;
  private static String address;
  private static Matcher stream;

  /** Open from the beginning, so that its charts have something to show. */
  private static Page wall;

  @BeforeAll
  static void startTheDemo() throws Exception {
    assumeTrue(
        Files.isDirectory(MODULE.resolve("target/app/lib")),
        "the application is not packaged: ./mvnw package makes it");
    browser = Browser.open();
    Path said = folder.resolve("said");
    ProcessBuilder command =
        new ProcessBuilder(SCRIPT.toString(), "demo", "--port", "0", "--rate", "3")
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("printed").toFile())
            .redirectError(said.toFile());
    // it draws galaxies for minutes, so the optimising compiler pays
    command.environment().remove("TUNING_FORK_JAVA_OPTS");
    demo = command.start();
    await("the demo")
        .atMost(PATIENCE)
        .until(() -> !demo.isAlive() || STREAM.matcher(Files.readString(said)).find());
    Matcher page = PAGE.matcher(Files.readString(said));
    stream = STREAM.matcher(Files.readString(said));
    assertThat(page.find() && stream.find()).as(Files.readString(said)).isTrue();
    address = page.group(1);
    wall = live(ColorScheme.DARK);
  }

  @AfterAll
  static void endTheDemo() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (demo != null) {
      demo.destroy();
      assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(folder.resolve("printed"))).contains("were given the right form");
    }
  }

  @AfterEach
  void theBrowserLoggedNoError() {
    browser.closeAllBut(wall);
    // the page keeps no picture of a galaxy of a tile that was not among those shown
    browser.complaints.removeIf(complaint -> complaint.contains("/pictures/"));
    assertThat(browser.complaints).isEmpty();
  }

  @Test
  void galaxiesArriveWithTheTruthAndTheFiguresMove() {
    Page page = wall;
    atLeast(cards(page), 8);
    assertThat(page.locator(".tile .value").first()).not().hasText("–");
    assertThat(page.locator("#state-text")).hasText("Live");
    assertThat(page.locator("#model")).containsText("fast");
    assertThat(page.locator(".truth").first()).containsText("Truth:");
    await("the confusion matrix")
        .until(() -> sum(page.locator(".confusion tbody td").allTextContents()) > 8);
    await("a thumbnail").until(() -> naturalWidth(page.locator(".card img").first()) == 128);
  }

  @Test
  void aFilterLeavesMatchingRowsUnchanged() {
    Page page = live(ColorScheme.DARK);
    atLeast(cards(page), 3);
    page.getByRole(AriaRole.BUTTON, named("Filter")).click();
    page.getByLabel("features or disk").check();
    page.locator("#least").fill("0.6");
    assertThat(page.locator(".chip")).hasText("smooth or featured: features or disk ≥ 60 %");
    assertThat(page.locator("#sampling")).containsText("of this kind since");
    await("galaxies of this kind alone")
        .atMost(PATIENCE)
        .until(
            () -> {
              List<String> classes = page.locator(".card .class").allTextContents();
              return classes.size() >= 5 && classes.stream().allMatch(name -> name.startsWith("S"));
            });
    assertThat(page.url()).contains("answers=a02").contains("least=0.6");
    Browser.requireAccessible(page);

    page.getByRole(AriaRole.BUTTON, named("Clear")).click();
    assertThat(page.locator("#chips")).isHidden();
    await("smooth ones too")
        .until(
            () ->
                page.locator(".card .class").allTextContents().stream()
                    .anyMatch(name -> name.startsWith("E")));
  }

  @Test
  void pausingStopsTheGalaxiesButNotTheFigures() {
    Page page = live(ColorScheme.DARK);
    atLeast(cards(page), 3);
    page.getByRole(AriaRole.BUTTON, named("Pause")).click();
    String newest = cards(page).first().getAttribute("data-number");
    String count = page.locator(".tile .note").first().textContent();
    assertThat(page.locator("#sampling")).containsText("wait until you continue");
    assertThat(page.locator(".tile .note").first()).not().hasText(count);
    assertThat(cards(page).first()).hasAttribute("data-number", newest);
    page.getByRole(AriaRole.BUTTON, named("Continue")).click();
    assertThat(cards(page).first()).not().hasAttribute("data-number", newest);
  }

  @Test
  void theTreeOfAGalaxyIsThatOfItsMessageInTheTopic() throws Exception {
    Page page = live(ColorScheme.DARK);
    atLeast(cards(page), 6);
    Locator card = page.locator(".card:has(.step:nth-child(8))").first(); // a spiral's long walk
    card.hover();
    String objectId = card.getAttribute("data-object");
    card.locator("a").click();
    assertThat(page.getByRole(AriaRole.HEADING, level(1))).hasText(objectId);

    GalaxyMorphology message = published(objectId);
    Map<String, Double> drawn = new HashMap<>();
    for (Locator choice : page.locator("[data-answer]").all()) {
      drawn.put(
          choice.getAttribute("data-answer"),
          Double.valueOf(choice.getAttribute("data-probability")));
    }
    Map<String, Double> said = new HashMap<>();
    message
        .questions()
        .forEach(
            question ->
                question.answers().forEach(answer -> said.put(answer.id(), answer.probability())));
    assertThat(drawn).hasSize(37).isEqualTo(said);
    for (Locator question : page.locator("[data-question]").all()) {
      drawn.put(
          question.getAttribute("data-question"),
          Double.valueOf(question.getAttribute("data-asked")));
    }
    message.questions().forEach(question -> said.put(question.id(), question.askedProbability()));
    assertThat(drawn).hasSize(37 + 11).isEqualTo(said);
    Set<String> lit = new HashSet<>();
    page.locator(".choice.lit")
        .all()
        .forEach(choice -> lit.add(choice.getAttribute("data-answer")));
    assertThat(lit).isEqualTo(walk(message));
    assertThat(page.locator(".whisker")).hasCount(37);
    assertThat(page.locator(".verdict")).containsText(message.morphology().description());
    assertThat(page.locator(".provenance")).containsText(message.model().sha256());
    page.getByText("The message itself").click();
    assertThat(page.locator("#message")).containsText("\"objectId\": \"" + objectId + "\"");
    for (Locator picture : page.locator("figure img").all()) {
      await("a picture").until(() -> naturalWidth(picture) >= 128);
    }
    Browser.requireAccessible(page);
    page.getByText("The message itself").click();
    page.evaluate("scrollTo(0, 0)"); // else the page's head stays in the middle
    Browser.wholeScreenshot(page, "page-galaxy");
  }

  @Test
  void aPhoneShowsItInOneColumn() {
    Page phone = browser.phone();
    phone.navigate(address);
    atLeast(cards(phone), 4);
    assertThat(overflow(phone)).isZero();
    assertThat(phone.locator(".steer")).isHidden();
    phone.locator(".survey summary").click();
    assertThat(phone.locator(".steer")).isVisible();
    phone.locator(".survey summary").click();
    await("the figures")
        .until(() -> !phone.locator(".tile .value").first().textContent().equals("–"));
    Browser.requireAccessible(phone);
    Browser.screenshot(phone, "page-phone");
    phone.locator(".card a").first().click();
    assertThat(phone.locator("svg.tree")).isVisible();
    assertThat(overflow(phone)).isZero();
    assertThat((int) phone.locator("svg.tree").boundingBox().width).isGreaterThan(300);
    assertThat(fontSize(phone)).isGreaterThan(11);
  }

  @Test
  void aKeyboardLeadsToAGalaxyAndItsTable() {
    Page page = live(ColorScheme.DARK);
    atLeast(cards(page), 3);
    page.keyboard().press("Tab");
    assertThat(page.locator(".skip")).isFocused();
    page.keyboard().press("Enter");
    page.keyboard().press("Tab");
    String objectId =
        (String) page.evaluate("document.activeElement.closest('.card').dataset.object");
    // it stays where it is while it has the focus, though others come
    assertThat(page.locator("#sampling")).containsText("wait until you continue");
    page.keyboard().press("Enter");
    page.waitForURL("**/objects/" + objectId);
    Locator table = page.getByText("The same as a table");
    for (int i = 0;
        i < 20 && !(boolean) table.evaluate("node => node === document.activeElement");
        i++) {
      page.keyboard().press("Tab");
    }
    page.keyboard().press("Enter");
    assertThat(page.locator(".astable tbody tr")).hasCount(37, new HasCountOptions());
    assertThat(page.locator(".astable tbody tr").first()).isVisible();
  }

  @Test
  void theGalaxiesOfATileLightUpAndAKeyboardOpensOne() {
    Page page = browser.page(ColorScheme.DARK);
    page.navigate(address + "/sky?image=tile-1");
    Locator map = page.locator("#map");
    await("the galaxies of a tile").atMost(PATIENCE).until(() -> lights(page) == 60);
    assertThat(page.locator("#images")).containsText("tile-1");
    assertThat(page.locator("#counts")).containsText("done: 60 of 60");
    assertThat(page.locator("#legend li").first()).isVisible();
    map.focus();
    page.keyboard().press("ArrowRight");
    page.keyboard().press("ArrowDown");
    page.keyboard().press("+");
    String objectId = page.locator("#chosen a").textContent();
    Browser.requireAccessible(page);
    page.getByRole(AriaRole.BUTTON, named("Whole image")).click();
    Browser.screenshot(page, "page-sky");
    map.focus();
    page.keyboard().press("Enter");
    page.waitForURL("**/objects/" + objectId);

    Page phone = browser.phone();
    phone.navigate(address + "/sky?image=tile-1");
    await("the same on a phone").until(() -> lights(phone) == 60);
    assertThat(overflow(phone)).isZero();
    phone.locator("#map").click(); // may hit no galaxy
    assertThat(phone.locator("#chosen")).isVisible();
    Browser.requireAccessible(phone);
  }

  @Test
  void whatIsDamagedBecomesADeadLetterThatIsReplayed() {
    Page page = live(ColorScheme.DARK);
    atLeast(cards(page), 1);
    Locator damaged = page.getByLabel("damaged");
    damaged.focus();
    for (int i = 0; i < 30; i++) {
      damaged.press("ArrowRight");
    }
    await("dead letters")
        .atMost(PATIENCE)
        .until(
            () ->
                Integer.parseInt(page.locator(".tile .value").last().textContent().replace(",", ""))
                    > 3);
    damaged.press("Home");
    Page letters = browser.page(ColorScheme.DARK);
    letters.navigate(address + "/dead-letters");
    // galaxies of tiles are dead letters, too
    Locator group =
        letters
            .locator(".group")
            .filter(new Locator.FilterOptions().setHasText("An image of "))
            .first();
    assertThat(group.locator(".stage")).hasText("decode-image");
    Browser.requireAccessible(letters);
    Browser.screenshot(letters, "page-dead-letters");
    Locator first = group.locator("li").first();
    first.getByRole(AriaRole.BUTTON).click();
    assertThat(first.locator(".hint")).hasText("Replayed to galaxy-images.");
    String sent = first.locator("time").getAttribute("datetime");
    await("the letter to be gone")
        .atMost(PATIENCE)
        .until(
            () -> {
              letters.getByRole(AriaRole.BUTTON, named("Read again")).click();
              letters.waitForTimeout(500);
              return letters.locator("time[datetime='" + sent + "']").count() == 0;
            });
  }

  private static int lights(Page page) {
    String count = page.locator("#map").getAttribute("data-lights");
    return count == null ? 0 : Integer.parseInt(count);
  }

  /** Last, when the charts have something to show. */
  @Test
  @Order(Integer.MAX_VALUE)
  void theDashboardIsValid() {
    lookAt(wall, "page-live-dark");
    Page light = live(ColorScheme.LIGHT);
    atLeast(cards(light), 8);
    assertThat(background(light)).isNotEqualTo(background(wall));
    lookAt(light, "page-live-light");
  }

  private static void lookAt(Page page, String name) {
    assertThat(page.locator(".tile .area").first()).hasAttribute("d", Pattern.compile(".+"));
    page.getByRole(AriaRole.BUTTON, named("Pause")).click();
    Browser.requireAccessible(page);
    Browser.screenshot(page, name);
  }

  private static Page live(ColorScheme scheme) {
    Page page = browser.page(scheme);
    page.navigate(address);
    return page;
  }

  private static Locator cards(Page page) {
    return page.locator(".card");
  }

  private static void atLeast(Locator locator, int count) {
    locator.page().waitForCondition(() -> locator.count() >= count);
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static Page.GetByRoleOptions level(int level) {
    return new Page.GetByRoleOptions().setLevel(level);
  }

  private static int naturalWidth(Locator image) {
    return (int) image.evaluate("node => node.complete ? node.naturalWidth : 0");
  }

  private static String background(Page page) {
    return (String) page.evaluate("getComputedStyle(document.body).backgroundColor");
  }

  private static int overflow(Page page) {
    return (int) page.evaluate("document.documentElement.scrollWidth - innerWidth");
  }

  /** Of the tree's text as it is seen, pixels. */
  private static double fontSize(Page page) {
    return ((Number)
            page.evaluate(
                "(() => { const svg = document.querySelector('svg.tree');"
                    + " return 12.5 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; })()"))
        .doubleValue();
  }

  private static int sum(List<String> cells) {
    return cells.stream().mapToInt(cell -> Integer.parseInt(cell.replace(",", ""))).sum();
  }

  private static Set<String> walk(GalaxyMorphology message) {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    Set<String> walk = new HashSet<>();
    Optional<String> next = Optional.of(tree.root().id());
    while (next.isPresent()) {
      String asked = next.get();
      String best =
          message.questions().stream()
              .filter(question -> question.id().equals(asked))
              .flatMap(question -> question.answers().stream())
              .max(Comparator.comparingDouble(GalaxyMorphology.Answer::probability))
              .orElseThrow()
              .id();
      walk.add(best);
      next =
          tree.question(asked).answers().stream()
              .filter(answer -> answer.id().equals(best))
              .findFirst()
              .flatMap(Answer::next);
    }
    return walk;
  }

  /** The committed message about an object. */
  private static GalaxyMorphology published(String objectId) throws Exception {
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", stream.group(2), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, 4).mapToObj(p -> new TopicPartition(stream.group(1), p)).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (objectId.equals(record.key())) {
            return GalaxyMorphology.fromJson(record.value());
          }
        }
      }
    }
    throw new AssertionError("No message about " + objectId + " stands in " + stream.group(1));
  }
}
