package dev.tuningfork.classifier.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PageFilesTest {

  private static final int LARGEST = 200_000;

  private static final Map<String, PageFiles.File> FILES = PageFiles.read();

  @Test
  void allTogetherTheyAreSmall() {
    assertThat(FILES.values().stream().mapToInt(file -> file.content().length).sum())
        .isLessThan(LARGEST);
  }

  /** The policy would forbid it, and the page would be broken. */
  @Test
  void nothingIsInlineAndNothingComesFromElsewhere() {
    Pattern elsewhere = Pattern.compile("(src|href)=\"(https?:)?//|@import|url\\(");
    Pattern inline = Pattern.compile("<script(?![^>]*src=)|<style| style=| on[a-z]+=\"|innerHTML");
    FILES.forEach(
        (name, file) -> {
          String text = new String(file.content(), UTF_8);
          assertThat(elsewhere.matcher(text.replaceAll("<a [^>]*>", "")).find()).as(name).isFalse();
          assertThat(inline.matcher(text).find()).as(name).isFalse();
        });
  }

  @Test
  void eachPageHasTheHeadAndTheWayToTheOthers() {
    for (String name : List.of("live", "object", "dead-letters", "sky")) {
      String page = new String(FILES.get(name + ".html").content(), UTF_8);
      assertThat(page)
          .startsWith("<!doctype html>")
          .contains("<a href=\"/dead-letters\"", "/page/page.css", "/page/" + name + ".js")
          .doesNotContain("{");
      assertThat(page.contains("aria-current=\"page\"")).isEqualTo(!name.equals("object"));
    }
  }

  @Test
  void everyFileThatIsNamedExists() {
    Pattern named = Pattern.compile("(?:/page/|from \"\\./)([a-z-]+\\.(?:js|css|svg))\"");
    FILES.forEach(
        (name, file) ->
            named
                .matcher(new String(file.content(), UTF_8))
                .results()
                .forEach(found -> assertThat(FILES).as(name).containsKey(found.group(1))));
  }
}
