package dev.tuningfork.deployment.documentation;

import java.util.List;

/** Every recipe; a new one is found by itself. */
class RecipesIT extends TypedPages {

  @Override
  List<MarkdownPage> pages() {
    return MarkdownPage.in("docs/recipes");
  }
}
