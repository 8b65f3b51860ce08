package dev.tuningfork.standalone.stream;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.MadeUpTree;
import dev.tuningfork.standalone.page.Browser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page of a classifier on a cluster, asked by browsers and by those who mean it harm. The model
 * answers a tree that the code has never seen.
 */
@Timeout(120)
class ServedPageIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** What would run if any of it were taken for markup. */
  private static final String MARKUP =
      "<script>document.title='evil'</script><img src=x onerror=\"document.title='evil'\">";

  /** Characters that are not seen, or turn the direction of reading. */
  private static final String EVIL = MARKUP + "\u202e\u2066\u200b\ufe0fgpj.\u00ad";

  private static final String EVIL_SHOWN = MARKUP + "····gpj.·";

  private static final String DEFAULT_SURVEY = "SDSS</span><b>DR8";
  private static final int CLIENTS = 3;

  @TempDir static Path folder;

  private static Observatory observatory;
  private static MorphologyModel model;
  private static ClassifierApplication classifier;
  private static ServiceClient service;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    observatory = new Observatory(folder);
    model = modelOfAMadeUpTree();
    ClassifierSettings settings =
        observatory
            .settings()
            .withKafka("commit.interval.ms", "100")
            .with(
                ServiceSettings.ADDRESS,
                Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)))
            .with(PageSettings.REPLAY, true)
            .with(PageSettings.HOSTS, List.of("sky.example.org"))
            .with(PageSettings.CARDS, 20)
            .with(PageSettings.CLIENTS, CLIENTS)
            .with(PageSettings.GALAXIES, 50)
            .with(PageSettings.MEMORY, 8L << 20);
    classifier = ClassifierApplication.start(settings, model);
    port = classifier.servicePort().orElseThrow();
    service = new ServiceClient(port);
    assertThat(classifier.awaitRunning(PATIENCE)).isTrue();
    String reference = observatory.reference("placeholder");
    observatory.publishRaw(
        EVIL,
        reference
            .replace("\"placeholder\"", json(EVIL))
            .replaceFirst(
                "\\{", "{\"ra\":150.1,\"dec\":-2.25,\"survey\":" + json(DEFAULT_SURVEY) + ","));
    observatory.publishRaw("broken", "{");
    observatory.publishRaw(
        "forbidden",
        "{\"objectId\":\"forbidden\",\"image\":{\"uri\":\"https://user:hunter2@images.example.org/1.jpg?sig=hunter3\"}}");
    observatory.awaitCommitted(3, PATIENCE);
    await("the galaxy to be kept")
        .atMost(PATIENCE)
        .until(() -> service.get("/page/objects/" + encoded(EVIL)).statusCode() == 200);
  }

  private static MorphologyModel modelOfAMadeUpTree() throws Exception {
    ModelDescription description =
        ModelDescription.of(
            "tiny", "1", MadeUpTree.tree(), "baseline", InputSpec.article().withSize(32));
    return ModelLoader.load(
        ModelBundle.of(
            description.giving(Output.CONCENTRATIONS), Weights.initial(description.network(), 1)),
        new DeviceSetting.Cpu());
  }

  @AfterAll
  static void close() {
    service.close();
    classifier.close();
    model.close();
    observatory.close();
  }

  @Test
  void whatMessagesSayIsTextAndNeverMarkupAndTheirTreeIsDrawn() throws Exception {
    try (Browser browser = Browser.open()) {
      Page page = browser.page(ColorScheme.LIGHT);
      page.navigate("http://127.0.0.1:" + port + "/");
      Locator card = page.locator(".card").first();
      assertThat(card.locator(".id")).hasText(EVIL_SHOWN);
      assertThat(card.locator(".meta")).containsText(DEFAULT_SURVEY);
      assertThat(page.locator("#filter legend"))
          .hasText(new String[] {"seen", "sides", "bent", "knots", "flags of the image"});
      card.locator("a").click();
      assertThat(page.locator("h1")).hasText(EVIL_SHOWN);
      assertThat(page).hasTitle(EVIL_SHOWN + " · Tuning Fork");
      assertThat(page.locator("main script, main b, img[src=x]").count()).isZero();
      requireTheTreeOfTheMessage(page);
      for (Locator picture : page.locator("figure img").all()) {
        page.waitForCondition(() -> (int) picture.evaluate("node => node.naturalWidth") > 0);
      }
      List<Locator> out = page.locator(".links a").all();
      assertThat(out).hasSize(3);
      for (Locator link : out) {
        assertThat(link).hasAttribute("rel", "noopener noreferrer");
        assertThat(link.getAttribute("href"))
            .startsWith("https://")
            .contains("150.1")
            .contains("-2.25");
      }
      Browser.requireAccessible(page);
      page.navigate("http://127.0.0.1:" + port + "/dead-letters");
      assertThat(page.locator(".group")).hasCount(2);
      assertThat(page.locator("#groups")).containsText("images.example.org/1.jpg?sig=***");
      assertThat(page.locator("#groups")).not().containsText("hunter");
      Browser.requireAccessible(page);
      assertThat(browser.complaints).isEmpty();
    }
  }

  /** Four questions, of which one has two parents: a file, and no line of code. */
  private static void requireTheTreeOfTheMessage(Page page) throws Exception {
    GalaxyMorphology morphology =
        GalaxyMorphology.fromJson(observatory.records(Topics.DEFAULT.output()).getFirst().value());
    assertThat(morphology.tree()).isEqualTo(new GalaxyMorphology.Tree("jets", "1"));
    Locator tree = page.locator("svg.tree");
    // each below all that lead to it
    assertThat(tree.locator(".name")).hasText(new String[] {"seen", "sides", "knots", "bent"});
    assertThat(tree.locator(".edge")).hasCount(4);
    assertThat(tree.locator("[data-question=seen] .answer"))
        .hasText(new String[] {"yes", "faint", "no"});
    assertThat(morphology.questions()).hasSize(4);
    for (GalaxyMorphology.Question question : morphology.questions()) {
      String asked =
          tree.locator("[data-question=" + question.id() + "]").getAttribute("data-asked");
      assertThat(Double.parseDouble(asked)).isEqualTo(question.askedProbability());
    }
  }

  @Test
  void everyAnswerForbidsWhatIsNotFromHere() throws Exception {
    for (String path :
        List.of(
            "/", "/dead-letters", "/objects/1", "/page/live.js", "/page/tree", "/thumbnails/1")) {
      HttpResponse<String> answer = service.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
          .as(path)
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "http");
      assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }

  @Test
  void picturesAreThoseOfGalaxiesThatWereSeen() throws Exception {
    assertThat(service.get("/thumbnails/1").headers().firstValue("content-type"))
        .contains("image/jpeg");
    assertThat(service.get("/pictures/came/" + encoded(EVIL)).statusCode()).isEqualTo(200);
    for (String path :
        List.of(
            "/thumbnails/2000",
            "/thumbnails/-1",
            "/thumbnails/..%2F1",
            "/pictures/came/" + encoded("http://127.0.0.1:" + port + "/info"),
            "/pictures/came/" + encoded("file:///etc/passwd"),
            "/page/objects/forbidden",
            "/page/page.properties",
            "/page/..%2F..%2Fmodel.json")) {
      assertThat(service.get(path).statusCode()).as(path).isIn(400, 404);
    }
  }

  @Test
  void onlyThePageItselfMayChangeSomething() throws Exception {
    JsonNode letter = letter("forbidden");
    String path =
        "/page/dead-letters/%d/%d/replay"
            .formatted(letter.get("partition").asInt(), letter.get("offset").asLong());
    String here = "127.0.0.1:" + port;
    assertThat(post(path, here, "")).contains("403");
    assertThat(post(path, here, "Origin: http://evil.example.org\r\n")).contains("403");
    assertThat(post(path, here, "Origin: null\r\n")).contains("403");
    assertThat(post(path, here, "Origin: http://" + here + "\r\nSec-Fetch-Site: cross-site\r\n"))
        .contains("403");
    // a name that its owner lets point here
    assertThat(
            post(
                path,
                "evil.example.org:" + port,
                "Origin: http://evil.example.org:" + port + "\r\n"))
        .contains("403");
    assertThat(letter("forbidden")).isEqualTo(letter);

    String known = "sky.example.org";
    assertThat(
            post(path, known, "Origin: https://" + known + "\r\nSec-Fetch-Site: same-origin\r\n"))
        .contains("200");
    assertThat(post(path, here, "Origin: http://" + here + "\r\n")).contains("200");
    // it failed as before, and says so
    await("the letter to come again")
        .atMost(PATIENCE)
        .until(() -> letter("forbidden").get("replays").asInt() == 1);
    assertThat(service.send("POST", "/page/survey?pace=1").statusCode()).isEqualTo(405);
  }

  @Test
  void onLoopbackAForeignNameMayNotEvenRead() throws Exception {
    for (String path : List.of("/", "/page/tree", "/page/events", "/page/dead-letters")) {
      assertThat(ask("GET", path, "evil.example.org:" + port, "Accept: text/event-stream\r\n"))
          .as(path)
          .contains("403");
    }
    assertThat(ask("GET", "/page/tree", "localhost:" + port, "")).contains("200");
  }

  @Test
  void clientsAreBoundedAndWhatIsNoFilterIsRefused() throws Exception {
    assertThat(service.get("/page/events?answers=a99").body()).contains("no answer a99");
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest events =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/page/events"))
            .header("Accept", "text/event-stream")
            .build();
    InputStream[] open = new InputStream[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
      HttpResponse<InputStream> shown =
          http.send(events, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(shown.statusCode()).isEqualTo(200);
      open[i] = shown.body();
    }
    assertThat(http.send(events, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(503);
    for (InputStream one : open) {
      one.close();
    }
    await("a place to be free again")
        .atMost(PATIENCE)
        .until(
            () -> {
              HttpResponse<InputStream> again =
                  http.send(events, HttpResponse.BodyHandlers.ofInputStream());
              again.body().close();
              return again.statusCode() == 200;
            });
    http.shutdownNow();
  }

  private static JsonNode letter(String objectId) throws Exception {
    for (JsonNode group : service.json("/page/dead-letters").get("groups")) {
      for (JsonNode letter : group.get("letters")) {
        if (letter.path("objectId").asText().equals(objectId)) {
          return letter;
        }
      }
    }
    return JsonNodeFactory.instance.objectNode().put("replays", -1);
  }

  private static String post(String path, String host, String headers) throws IOException {
    return ask("POST", path, host, headers + "Content-Length: 0\r\n");
  }

  /** The answer's first line, to a request with headers that no well-behaved client would send. */
  private static String ask(String method, String path, String host, String headers)
      throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket
          .getOutputStream()
          .write(
              "%s %s HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n"
                  .formatted(method, path, host, headers)
                  .getBytes(UTF_8));
      socket.setSoTimeout(20_000);
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
    }
  }

  private static String encoded(String objectId) {
    return URLEncoder.encode(objectId, UTF_8).replace("+", "%20");
  }

  private static String json(String text) {
    return "\"" + text.replace("\"", "\\\"") + "\"";
  }
}
