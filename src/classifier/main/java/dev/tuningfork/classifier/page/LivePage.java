package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.deadletter.Place;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.progress.Sky;
import dev.tuningfork.classifier.service.HttpReply;
import dev.tuningfork.classifier.service.KnownHosts;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.tree.DecisionTree;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.Header;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
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
 * The page's routes: its files, the {@linkplain GalaxyEvents events}, one galaxy, its {@linkplain
 * GalaxyImages images}, the dead letters, and, where the settings allow it, what the page may
 * change. What it gets as JSON is described by {@link Views}.
 *
 * <p>Each answer forbids the browser to load, run or embed anything from elsewhere, inline scripts
 * and styles included. All text of messages goes to the browser as JSON and is shown as text.
 */
public final class LivePage implements HttpService {

  /** On every answer. */
  static final List<Header> STRICT =
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

  private static final String SKIES = "/page/skies/";
  private static final String OBJECTS = "/page/objects/";
  private static final String ORIGINALS = "/pictures/came/";
  private static final String SEEN = "/pictures/seen/";
  private static final String THUMBNAILS = "/thumbnails/";

  /**
   * What the page reads from the classifier, besides galaxies.
   *
   * @param version of this program
   * @param serving the model that answers now
   * @param morphologies the latest morphology of an object, where these are kept
   * @param sky the galaxies of survey images
   * @param lag how many references are published and not yet read; negative where not known
   */
  public record Surroundings(
      String version,
      Supplier<Answerer> serving,
      Function<String, Optional<byte[]>> morphologies,
      Sky sky,
      LongSupplier lag,
      BooleanSupplier ready) {}

  private final LiveFeed feed;
  private final PageDeadLetters letters;
  private final PageSettings settings;
  private final Surroundings surroundings;
  private final OriginCheck origin;
  private final GalaxyImages images;
  private final GalaxyEvents events;
  private final Map<String, PageFiles.File> files = PageFiles.read();

  /**
   * @param settings with all host names under which the page may change something
   * @param host that the server listens on
   */
  public LivePage(
      LiveFeed feed,
      PageDeadLetters letters,
      PageSettings settings,
      String host,
      ImageFetcher fetcher,
      ImageLimits limits,
      Surroundings surroundings) {
    this.feed = feed;
    this.letters = letters;
    this.settings = settings;
    this.surroundings = surroundings;
    origin = new OriginCheck(new KnownHosts(host, settings.hosts()));
    images = new GalaxyImages(feed.gallery(), surroundings.morphologies, fetcher, limits);
    events = new GalaxyEvents(feed, settings, () -> serving().tree(), this::hello, this::card);
    feed.start(surroundings.lag, surroundings.ready);
  }

  @Override
  public void routing(HttpRules rules) {
    read(rules, "/", _ -> file("live.html"));
    read(rules, "/objects/{+objectId}", _ -> file("object.html"));
    read(rules, "/dead-letters", _ -> file("dead-letters.html"));
    read(rules, "/sky", _ -> file("sky.html"));
    read(rules, SKIES + "{+surveyImageId}", this::sky);
    files.keySet().forEach(name -> read(rules, "/page/" + name, _ -> file(name)));
    rules.get("/page/events", events);
    read(rules, "/page/tree", _ -> json(Views.Tree.of(serving().tree())));
    read(rules, "/page/dead-letters", _ -> deadLetters());
    read(rules, OBJECTS + "{+objectId}", this::object);
    read(rules, THUMBNAILS + "{number}", request -> images.thumbnail(rest(request, THUMBNAILS)));
    read(rules, ORIGINALS + "{+objectId}", request -> images.original(rest(request, ORIGINALS)));
    read(rules, SEEN + "{+objectId}", request -> images.seen(rest(request, SEEN)));
    if (letters.allowsReplay()) {
      rules.post("/page/dead-letters/{partition}/{offset}/replay", changing(this::replay));
    }
    feed.survey()
        .ifPresent(
            survey -> rules.post("/page/survey", changing(request -> steer(survey, request))));
  }

  private static void read(
      HttpRules rules, String pattern, Function<ServerRequest, HttpReply> answer) {
    rules.route(
        Method.predicate(Method.GET, Method.HEAD),
        PathMatchers.create(pattern),
        (request, response) -> send(answer.apply(request), response));
  }

  private Handler changing(Function<ServerRequest, HttpReply> answer) {
    return (request, response) ->
        send(origin.isThisPage(request) ? answer.apply(request) : stranger(), response);
  }

  static void send(HttpReply reply, ServerResponse response) {
    STRICT.forEach(response::header);
    reply.send(response);
  }

  private static HttpReply stranger() {
    return HttpReply.error(
        Status.FORBIDDEN_403,
        "Only the page itself may request this, under an IP address, localhost, or a name in service.hosts.");
  }

  private HttpReply file(String name) {
    PageFiles.File file = files.get(name);
    return file == null
        ? HttpReply.error(Status.NOT_FOUND_404, "There is no such file.")
        : HttpReply.of(Status.OK_200, file.mediaType(), file.content());
  }

  private Answerer serving() {
    return surroundings.serving.get();
  }

  private Views.Hello hello() {
    return Views.Hello.of(
        surroundings.version,
        serving(),
        settings,
        feed.survey().map(SteeredSurvey::state).orElse(null));
  }

  private Views.Card card(SeenGalaxy galaxy) {
    return Views.Card.of(galaxy, truth(galaxy.morphology.objectId()));
  }

  private SteeredSurvey.@Nullable Truth truth(String objectId) {
    return feed.survey().flatMap(survey -> survey.truth(objectId)).orElse(null);
  }

  private HttpReply object(ServerRequest request) {
    String objectId = rest(request, OBJECTS);
    Optional<SeenGalaxy> seen = feed.gallery().find(objectId);
    Optional<byte[]> json =
        seen.map(galaxy -> galaxy.morphology.toJson())
            .or(() -> surroundings.morphologies.apply(objectId));
    if (json.isEmpty()) {
      return HttpReply.error(
          Status.NOT_FOUND_404,
          "The page no longer keeps this galaxy, and its morphology is not stored (service.morphologies).");
    }
    return json(
        new Views.Galaxy(
            new String(json.get(), StandardCharsets.UTF_8),
            seen.map(galaxy -> galaxy.answers.tree())
                .or(() -> treeOf(json.get()))
                .map(Views.Asked::all)
                .orElse(null),
            truth(objectId)));
  }

  /** The tree that a message answers, where it is the one that is answered now. */
  private Optional<DecisionTree> treeOf(byte[] json) {
    DecisionTree tree = serving().tree();
    try {
      GalaxyMorphology.Tree told = GalaxyMorphology.fromJson(json).tree();
      return told.id().equals(tree.id()) && told.version().equals(tree.version())
          ? Optional.of(tree)
          : Optional.empty();
    } catch (MessageException e) {
      return Optional.empty();
    }
  }

  private HttpReply sky(ServerRequest request) {
    try {
      long after = Long.parseLong(request.query().first("after").orElse("0"));
      return json(Views.Lights.of(surroundings.sky.after(rest(request, SKIES), after), after));
    } catch (NumberFormatException e) {
      return HttpReply.error(Status.BAD_REQUEST_400, "after must be a whole number.");
    }
  }

  private HttpReply deadLetters() {
    try {
      return json(letters.read());
    } catch (KafkaException e) {
      return HttpReply.error(
          Status.SERVICE_UNAVAILABLE_503, "The dead letters cannot be read: " + e.getMessage());
    }
  }

  private HttpReply replay(ServerRequest request) {
    try {
      Parameters path = request.path().pathParameters();
      Place place = Place.parse(path.get("partition") + ":" + path.get("offset"));
      return json(new Views.Replayed(letters.replay(place)));
    } catch (IllegalArgumentException e) {
      return HttpReply.error(Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    } catch (KafkaException e) {
      return HttpReply.error(
          Status.SERVICE_UNAVAILABLE_503, "It could not be replayed: " + e.getMessage());
    }
  }

  private static HttpReply steer(SteeredSurvey survey, ServerRequest request) {
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
      return HttpReply.error(Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
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

  /** What follows a folder in a request's path. */
  private static String rest(ServerRequest request, String folder) {
    return request.path().path().substring(folder.length());
  }

  private static HttpReply json(Object content) {
    return HttpReply.json(Status.OK_200, content);
  }
}
