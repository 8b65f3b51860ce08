package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.page.Watcher.Event;
import dev.tuningfork.classifier.service.HttpReply;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.ServiceJson;
import dev.tuningfork.tree.DecisionTree;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sends each client its events as they come (server-sent events): {@code hello} first, then {@code
 * galaxy}, {@code figures}, {@code survey}, and {@code model} after an exchange. A request lasts
 * until its client has gone. Safe for use by many threads at once.
 */
final class GalaxyEvents implements Handler {

  private final LiveFeed feed;
  private final PageSettings settings;
  private final Supplier<DecisionTree> tree;
  private final Supplier<Views.Hello> hello;
  private final Function<SeenGalaxy, Views.Card> card;

  GalaxyEvents(
      LiveFeed feed,
      PageSettings settings,
      Supplier<DecisionTree> tree,
      Supplier<Views.Hello> hello,
      Function<SeenGalaxy, Views.Card> card) {
    this.feed = feed;
    this.settings = settings;
    this.tree = tree;
    this.hello = hello;
    this.card = card;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    Optional<Watcher> watcher;
    try {
      watcher = feed.watch(filter(request.query()));
    } catch (IllegalArgumentException e) {
      LivePage.send(
          HttpReply.error(Status.BAD_REQUEST_400, String.valueOf(e.getMessage())), response);
      return;
    }
    if (watcher.isEmpty()) {
      LivePage.send(
          HttpReply.error(
              Status.SERVICE_UNAVAILABLE_503,
              "%d clients are connected already, the most that page.clients allows."
                  .formatted(settings.clients())),
          response);
      return;
    }
    try {
      LivePage.STRICT.forEach(response::header);
      response.header(HeaderValues.X_CONTENT_TYPE_OPTIONS_NOSNIFF);
      send(watcher.get(), response);
    } finally {
      feed.leave(watcher.get());
    }
  }

  private Filter filter(Parameters query) {
    return Filter.parse(
        tree.get(),
        query.first("answers").orElse(""),
        query.first("least").orElse(""),
        query.first("with").orElse(""),
        query.first("without").orElse(""));
  }

  private void send(Watcher watcher, ServerResponse response) {
    try (SseSink sink = response.sink(SseSink.TYPE)) {
      sink.emit(event("hello", hello.get()));
      for (Event next = watcher.take(); next != null; next = watcher.take()) {
        switch (next) {
          case Event.Galaxy(SeenGalaxy galaxy) -> sink.emit(event("galaxy", card.apply(galaxy)));
          case Event.Figures(String name, Object content) -> sink.emit(event(name, content));
          case Event.Exchange _ -> sink.emit(event("model", hello.get()));
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
    return SseEvent.builder().name(name).data(ServiceJson.write(content)).build();
  }
}
