package dev.tuningfork.classifier.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.deadletter.Place;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.page.Watcher.Event;
import dev.tuningfork.classifier.service.KnownHosts;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.Reply;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.tree.DecisionTree;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.Header;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The page over HTTP: its files, the galaxies as they come (server-sent events), one galaxy, its
 * pictures, and, where it is allowed, what it may change.
 *
 * <p>Each answer forbids the browser to load, run or embed anything that is not from here, inline
 * scripts and styles included. All that messages say goes to the browser as JSON and is shown as
 * text.
 */
public final class LivePage implements HttpService {

  private static final List<Header> STRICT =
      List.of(
          HeaderValues.createCached(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'; require-trusted-types-for 'script'"),
          HeaderValues.createCached("Referrer-Policy", "no-referrer"),
          HeaderValues.createCached("Cross-Origin-Opener-Policy", "same-origin"),
          HeaderValues.createCached("Cross-Origin-Resource-Policy", "same-origin"),
          HeaderValues.createCached("X-Frame-Options", "DENY"));

  private static final String OBJECTS = "/page/objects/";
  private static final String AS_IT_CAME = "/pictures/came/";
  private static final String AS_SEEN = "/pictures/seen/";
  private static final String THUMBNAILS = "/thumbnails/";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  /**
   * What the page shows besides galaxies.
   *
   * @param version of this program
   * @param serving the model that answers now
   * @param morphologies the latest morphology of an object, where these are kept
   * @param lag how many references are published and not yet taken; negative where not known
   */
  public record Surroundings(
      String version,
      Supplier<Answerer> serving,
      Function<String, Optional<byte[]>> morphologies,
      LongSupplier lag,
      BooleanSupplier ready) {}

  private final LiveFeed feed;
  private final LetterBox letters;
  private final PageSettings settings;
  private final Surroundings surroundings;
  private final Visitors visitors;
  private final Pictures pictures;
  private final Map<String, PageFiles.File> files = PageFiles.read();

  /**
   * @param settings with all names under which it may be asked to change something
   * @param host that the server listens on
   */
  public LivePage(
      LiveFeed feed,
      LetterBox letters,
      PageSettings settings,
      String host,
      ImageFetcher fetcher,
      ImageLimits limits,
      Surroundings surroundings) {
    this.feed = feed;
    this.letters = letters;
    this.settings = settings;
    this.surroundings = surroundings;
    visitors = new Visitors(new KnownHosts(host, settings.hosts()));
    pictures = new Pictures(fetcher, limits);
    feed.start(surroundings.lag, surroundings.ready);
  }

  @Override
  public void routing(HttpRules rules) {
    tell(rules, "/", _ -> file("live.html"));
    tell(rules, "/objects/{+objectId}", _ -> file("object.html"));
    tell(rules, "/dead-letters", _ -> file("dead-letters.html"));
    files.keySet().forEach(name -> tell(rules, "/page/" + name, _ -> file(name)));
    rules.get("/page/events", this::events);
    tell(rules, "/page/tree", _ -> json(tree()));
    tell(rules, "/page/dead-letters", _ -> deadLetters());
    tell(rules, OBJECTS + "{+objectId}", this::object);
    tell(rules, THUMBNAILS + "{number}", this::thumbnail);
    tell(rules, AS_IT_CAME + "{+objectId}", this::asItCame);
    tell(rules, AS_SEEN + "{+objectId}", this::asSeen);
    if (letters.allowsReplay()) {
      rules.post("/page/dead-letters/{partition}/{offset}/replay", changing(this::replay));
    }
    feed.survey()
        .ifPresent(
            survey -> rules.post("/page/survey", changing(request -> steer(survey, request))));
  }

  private void tell(HttpRules rules, String pattern, Function<ServerRequest, Reply> answer) {
    rules.route(
        Method.predicate(Method.GET, Method.HEAD),
        PathMatchers.create(pattern),
        (request, response) -> send(answer.apply(request), response));
  }

  private Handler changing(Function<ServerRequest, Reply> answer) {
    return (request, response) ->
        send(visitors.mayChange(request) ? answer.apply(request) : stranger(), response);
  }

  private static void send(Reply reply, ServerResponse response) {
    STRICT.forEach(response::header);
    reply.send(response);
  }

  private static Reply stranger() {
    return Reply.error(
        Status.FORBIDDEN_403,
        "This is answered to the page itself alone, under an address, localhost, or a name that"
            + " service.hosts lists.");
  }

  private Reply file(String name) {
    PageFiles.File file = files.get(name);
    return file == null
        ? Reply.error(Status.NOT_FOUND_404, "There is no such file.")
        : Reply.of(Status.OK_200, file.mediaType(), file.content());
  }

  private void events(ServerRequest request, ServerResponse response) {
    Filter filter;
    try {
      filter =
          Filter.parse(
              surroundings.serving.get().tree(),
              request.query().first("answers").orElse(""),
              request.query().first("least").orElse(""),
              request.query().first("with").orElse(""),
              request.query().first("without").orElse(""));
    } catch (IllegalArgumentException e) {
      send(Reply.error(Status.BAD_REQUEST_400, String.valueOf(e.getMessage())), response);
      return;
    }
    Watcher watcher = feed.watch(filter).orElse(null);
    if (watcher == null) {
      send(
          Reply.error(
              Status.SERVICE_UNAVAILABLE_503,
              "%d clients are shown galaxies already, as many as page.clients allows."
                  .formatted(settings.clients())),
          response);
      return;
    }
    try {
      STRICT.forEach(response::header);
      response.header(HeaderValues.X_CONTENT_TYPE_OPTIONS_NOSNIFF);
      show(watcher, response);
    } finally {
      feed.leave(watcher);
    }
  }

  private void show(Watcher watcher, ServerResponse response) {
    try (SseSink sink = response.sink(SseSink.TYPE)) {
      sink.emit(event("hello", hello()));
      for (Event next = watcher.take(); next != null; next = watcher.take()) {
        switch (next) {
          case Event.Galaxy(SeenGalaxy galaxy) -> sink.emit(event("galaxy", card(galaxy)));
          case Event.Figures(String name, Object content) -> sink.emit(event(name, content));
          case Event.Exchange _ -> sink.emit(event("model", hello()));
          case Event.End _ -> {
            return;
          }
        }
      }
    } catch (UncheckedIOException | CloseConnectionException gone) {
      // the browser has closed the page
    } catch (InterruptedException cutOff) {
      Thread.currentThread().interrupt();
    }
  }

  private static SseEvent event(String name, Object content) {
    return SseEvent.builder().name(name).data(write(content)).build();
  }

  private Map<String, Object> hello() {
    Answerer model = surroundings.serving.get();
    Map<String, Object> hello = new LinkedHashMap<>();
    hello.put("version", surroundings.version);
    hello.put("model", model.identity().name());
    hello.put("modelVersion", model.identity().version());
    hello.put("sha256", model.identity().sha256());
    hello.put("device", model.device());
    hello.put("tree", nameOf(model.tree()));
    hello.put("cards", settings.cards());
    hello.put("replay", settings.replay());
    hello.put("survey", feed.survey().map(SteeredSurvey::state).orElse(null));
    return hello;
  }

  private Map<String, Object> tree() {
    DecisionTree tree = surroundings.serving.get().tree();
    return Map.of("tree", nameOf(tree), "questions", questions(tree));
  }

  private static String nameOf(DecisionTree tree) {
    return tree.id() + " " + tree.version();
  }

  private static List<Map<String, Object>> questions(DecisionTree tree) {
    return tree.questions().stream()
        .map(
            question ->
                Map.<String, Object>of(
                    "id", question.id(),
                    "key", question.key(),
                    "text", question.text(),
                    "answers",
                        question.answers().stream()
                            .map(
                                answer ->
                                    Map.of(
                                        "id", answer.id(),
                                        "key", answer.key(),
                                        "next", answer.next().orElse("")))
                            .toList()))
        .toList();
  }

  private Map<String, Object> card(SeenGalaxy galaxy) {
    GalaxyMorphology morphology = galaxy.morphology;
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("number", galaxy.number);
    card.put("objectId", morphology.objectId());
    card.put("survey", morphology.survey());
    card.put("class", morphology.morphology().classString());
    card.put("description", morphology.morphology().description());
    card.put("classifiedAt", morphology.classifiedAt().toString());
    card.put("flags", morphology.flags());
    card.put("model", morphology.model().name() + " " + morphology.model().version());
    card.put("device", morphology.device());
    card.put("walk", Walk.of(galaxy.answers));
    card.put("truth", truth(morphology.objectId()));
    return card;
  }

  private SteeredSurvey.@Nullable Truth truth(String objectId) {
    return feed.survey().flatMap(survey -> survey.truth(objectId)).orElse(null);
  }

  private Reply object(ServerRequest request) {
    String objectId = objectId(request, OBJECTS);
    Optional<SeenGalaxy> seen = feed.gallery().find(objectId);
    Optional<byte[]> json =
        seen.map(galaxy -> galaxy.morphology.toJson())
            .or(() -> surroundings.morphologies.apply(objectId));
    if (json.isEmpty()) {
      return Reply.error(
          Status.NOT_FOUND_404,
          "This galaxy is not among the newest that the page keeps, and no morphology of it is kept"
              + " besides (service.morphologies).");
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("message", new String(json.get(), StandardCharsets.UTF_8));
    object.put(
        "questions",
        seen.map(galaxy -> galaxy.answers.tree())
            .or(() -> treeOf(json.get()))
            .map(LivePage::questions)
            .orElse(null));
    object.put("truth", truth(objectId));
    return json(object);
  }

  /** The tree that a message answers, where it is the one that is answered now. */
  private Optional<DecisionTree> treeOf(byte[] json) {
    DecisionTree tree = surroundings.serving.get().tree();
    try {
      GalaxyMorphology.Tree told = GalaxyMorphology.fromJson(json).tree();
      return told.id().equals(tree.id()) && told.version().equals(tree.version())
          ? Optional.of(tree)
          : Optional.empty();
    } catch (MessageException e) {
      return Optional.empty();
    }
  }

  private Reply thumbnail(ServerRequest request) {
    String number = request.path().path().substring(THUMBNAILS.length());
    return (number.matches("\\d{1,18}")
            ? feed.gallery().find(Long.parseLong(number))
            : Optional.<SeenGalaxy>empty())
        .map(galaxy -> jpeg(galaxy.thumbnail()))
        .orElseGet(
            () ->
                Reply.error(Status.NOT_FOUND_404, "This thumbnail is not kept, or not any more."));
  }

  /** What the network saw, which is kept as long as the galaxy is. */
  private Reply asSeen(ServerRequest request) {
    return feed.gallery()
        .find(objectId(request, AS_SEEN))
        .map(galaxy -> jpeg(galaxy.thumbnail()))
        .orElseGet(
            () ->
                Reply.error(
                    Status.NOT_FOUND_404, "What the network saw of it is not kept any more."));
  }

  private Reply asItCame(ServerRequest request) {
    String objectId = objectId(request, AS_IT_CAME);
    Optional<ImageOrigin> origin =
        feed.gallery()
            .find(objectId)
            .map(galaxy -> galaxy.origin)
            .or(() -> surroundings.morphologies.apply(objectId).flatMap(LivePage::origin));
    if (origin.isEmpty()) {
      return Reply.error(Status.NOT_FOUND_404, "Where its image was is not known any more.");
    }
    try {
      return jpeg(pictures.asItCame(origin.get()));
    } catch (Pictures.NoPictureException e) {
      return Reply.error(Status.NOT_FOUND_404, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.error(Status.SERVICE_UNAVAILABLE_503, "The service is stopping.");
    }
  }

  private static Optional<ImageOrigin> origin(byte[] json) {
    try {
      GalaxyMorphology galaxy = GalaxyMorphology.fromJson(json);
      return Optional.ofNullable(galaxy.image().uri())
          .map(
              uri ->
                  new ImageOrigin.Referenced(
                      galaxy.objectId(), GalaxyImageReference.Image.of(uri)));
    } catch (MessageException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Reply deadLetters() {
    try {
      return json(letters.read());
    } catch (KafkaException e) {
      return Reply.error(
          Status.SERVICE_UNAVAILABLE_503, "The dead letters cannot be read: " + e.getMessage());
    }
  }

  private Reply replay(ServerRequest request) {
    try {
      Parameters path = request.path().pathParameters();
      Place place = Place.parse(path.get("partition") + ":" + path.get("offset"));
      return json(Map.of("said", letters.replay(place)));
    } catch (IllegalArgumentException e) {
      return Reply.error(Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    } catch (KafkaException e) {
      return Reply.error(
          Status.SERVICE_UNAVAILABLE_503, "It could not be sent again: " + e.getMessage());
    }
  }

  private static Reply steer(SteeredSurvey survey, ServerRequest request) {
    try {
      SteeredSurvey.State now = survey.state();
      Map<String, Double> kinds = new LinkedHashMap<>();
      for (String kind : now.kinds().keySet()) {
        kinds.put(kind, number(request, kind, now.kinds().get(kind)));
      }
      survey.steer(
          number(request, "pace", now.pace()), number(request, "noise", now.noise()), kinds);
      return json(survey.state());
    } catch (IllegalArgumentException e) {
      return Reply.error(Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    }
  }

  private static double number(ServerRequest request, String name, double otherwise) {
    String text = request.query().first(name).orElse("");
    try {
      return text.isEmpty() ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " must be a number, not " + text + ".", e);
    }
  }

  private static String objectId(ServerRequest request, String folder) {
    return request.path().path().substring(folder.length());
  }

  private static Reply jpeg(byte[] file) {
    return Reply.of(Status.OK_200, "image/jpeg", file);
  }

  private static Reply json(Object content) {
    return Reply.of(Status.OK_200, Reply.JSON, write(content).getBytes(StandardCharsets.UTF_8));
  }

  private static String write(Object content) {
    try {
      return JSON.writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An answer could not be written as JSON.", e);
    }
  }
}
