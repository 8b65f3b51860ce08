package dev.tuningfork.standalone.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.ScreenshotAnimations;
import com.microsoft.playwright.options.ScreenshotType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real browser without a window: the Chromium that the machine has (Debian's package {@code
 * chromium}, or {@code -Dtuningfork.chromium=…}). Without one, its tests are skipped.
 */
public final class Browser implements AutoCloseable {

  private static final Path SCREENSHOTS =
      Path.of(System.getProperty("tuningfork.screenshots", "target/screenshots"));
  private static final int PATIENCE_MILLIS = 30_000;

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser chromium;

  /** What went wrong in the pages that were opened: scripts that failed, or were forbidden. */
  public final List<String> complaints = new ArrayList<>();

  private Browser(Path executable) {
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    chromium =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(executable)
                    // a graphics card that is emulated takes more processor time than none
                    .setArgs(List.of("--no-sandbox", "--disable-gpu")));
  }

  public static Browser open() {
    Optional<Path> executable =
        Stream.of(
                System.getProperty("tuningfork.chromium", ""),
                "/usr/bin/chromium",
                "/usr/bin/chromium-browser",
                "/usr/bin/google-chrome")
            .filter(path -> !path.isEmpty())
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        executable.isPresent(),
        "no Chromium is installed (apt install chromium), so the page is not looked at");
    return new Browser(executable.get());
  }

  /** A page of a desk's size. */
  public Page page(ColorScheme scheme) {
    return page(new NewContextOptions().setColorScheme(scheme).setViewportSize(1440, 900));
  }

  /** A page of a phone's size, and touched. */
  public Page phone() {
    return page(
        new NewContextOptions()
            .setColorScheme(ColorScheme.DARK)
            .setViewportSize(390, 844)
            .setIsMobile(true)
            .setHasTouch(true));
  }

  /** Without motion: what fades in has half its contrast meanwhile, and costs processor time. */
  private Page page(NewContextOptions options) {
    BrowserContext context = chromium.newContext(options.setReducedMotion(ReducedMotion.REDUCE));
    context.setDefaultTimeout(PATIENCE_MILLIS);
    Page page = context.newPage();
    page.onPageError(complaints::add);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            complaints.add(message.text() + " " + message.location());
          }
        });
    return page;
  }

  /** Closes every page but this one. */
  public void closeAllBut(Page page) {
    chromium.contexts().stream()
        .filter(context -> context != page.context())
        .forEach(BrowserContext::close);
  }

  /** Nothing serious hinders who uses it with a screen reader, a keyboard or weak eyes. */
  public static void requireAccessible(Page page) {
    List<String> found =
        new AxeBuilder(page)
            .analyze().getViolations().stream()
                .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                .map(
                    rule ->
                        rule.getId()
                            + ": "
                            + rule.getHelp()
                            + " "
                            + rule.getNodes().stream()
                                .limit(3)
                                .map(node -> node.getHtml() + " " + node.getFailureSummary())
                                .toList())
                .toList();
    assertThat(found).isEmpty();
  }

  public static void screenshot(Page page, String name) {
    page.screenshot(options(name));
  }

  public static void wholeScreenshot(Page page, String name) {
    page.screenshot(options(name).setFullPage(true));
  }

  private static Page.ScreenshotOptions options(String name) {
    return new Page.ScreenshotOptions()
        .setPath(SCREENSHOTS.resolve(name + ".jpg"))
        .setAnimations(ScreenshotAnimations.DISABLED)
        .setType(ScreenshotType.JPEG)
        .setQuality(80);
  }

  @Override
  public void close() {
    chromium.close();
    playwright.close();
  }
}
