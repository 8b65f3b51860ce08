package dev.tuningfork.deployment.documentation;

import java.util.List;

/** The README and {@code using-the-answers.md}. */
class DocumentationIT extends TypedPages {

  @Override
  List<MarkdownPage> pages() {
    return List.of(MarkdownPage.read("README.md"), MarkdownPage.read("docs/using-the-answers.md"));
  }
}
