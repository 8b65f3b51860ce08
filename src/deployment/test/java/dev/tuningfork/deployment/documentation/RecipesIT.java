package dev.tuningfork.deployment.documentation;

import java.util.List;

/**
 * Every recipe; a new one is found by itself. {@code -Dtuningfork.page=kubernetes} types those
 * whose names contain the word.
 */
class RecipesIT extends TypedPages {

  @Override
  List<MarkdownPage> pages() {
    String word = System.getProperty("tuningfork.page", "");
    return MarkdownPage.in("docs/recipes").stream()
        .filter(page -> page.file().getFileName().toString().contains(word))
        .toList();
  }
}
