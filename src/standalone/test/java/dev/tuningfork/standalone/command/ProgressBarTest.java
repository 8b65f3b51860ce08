package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

  private final StringWriter err = new StringWriter();
  private long now;

  @Test
  void withoutATerminalALineIsWrittenEveryTenSeconds() {
    ProgressBar bar = new ProgressBar(terminal(false), 1000, () -> now);
    passSeconds(4);
    bar.update(200, 0);
    passSeconds(6);
    bar.update(500, 3);
    bar.finish();

    assertThat(err.toString().lines())
        .containsExactly("500 of 1,000 galaxies, 50/s, 10 s left, 3 unreadable");
  }

  /** Else it would be reported as going on while galaxies are classified. */
  @Test
  void whatWasUnderWayBeforeHasEnded() {
    Printer printer = new Printer(err);
    Terminal terminal =
        new Terminal(new PrintWriter(new StringWriter()), printer, /* live= */ false, false);
    terminal.status("Starting the model …");

    new ProgressBar(terminal, 1000, () -> now);

    assertThat(printer.underWay()).isEqualTo("Working …");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void onATerminalOneLineIsRedrawnAndRemovedAtTheEnd() {
    ProgressBar bar = new ProgressBar(terminal(true), 1000, () -> now);
    passSeconds(2);
    bar.update(500, 0);
    bar.finish();

    String[] drawings = err.toString().split("\r");
    assertThat(drawings).hasSize(4);
    assertThat(drawings[2])
        .startsWith("▕██████████████ ")
        .contains("500 of 1,000 galaxies, 250/s, 2 s left");
    assertThat(drawings[3]).isEqualTo("\u001b[K");
    assertThat(err.toString()).doesNotContain("\n");
  }

  /** A smoothed rate never becomes 0; it once led to an estimate of 2562047788015 h. */
  @Test
  void aStandstillOfHoursHasNoEstimate() {
    ProgressBar bar = new ProgressBar(terminal(false), 1000, () -> now);
    passSeconds(10);
    bar.update(100, 0);
    for (int i = 0; i < 5000; i++) {
      passSeconds(10);
      bar.update(100, 0);
    }

    assertThat(err.toString()).doesNotContain(" days").doesNotContainPattern("\\d{4} h");
    assertThat(err.toString().lines().toList().getLast())
        .startsWith("100 of 1,000 galaxies")
        .doesNotContain("left");
  }

  @Test
  void withoutTimePassedThereIsNoRate() {
    ProgressBar bar = new ProgressBar(terminal(true), 1000, () -> now);
    bar.update(10, 0);
    passSeconds(1);
    bar.update(10, 0);
    bar.update(10, 0);

    assertThat(bar.rate()).isEqualTo(10);
    assertThat(err.toString()).doesNotContain("NaN", "Infinity", "∞");
  }

  @Test
  void aSlowRateHasADigitMore() {
    ProgressBar bar = new ProgressBar(terminal(false), 1000, () -> now);
    passSeconds(10);
    bar.update(2, 0);

    assertThat(err.toString().strip()).isEqualTo("2 of 1,000 galaxies, 0.2/s, 1 h 23 min left");
  }

  @Test
  void timeIsPrintedInWords() {
    assertThat(ProgressBar.inWords(Duration.ofMillis(300))).isEqualTo("1 s");
    assertThat(ProgressBar.inWords(Duration.ofSeconds(200))).isEqualTo("3 min 20 s");
    assertThat(ProgressBar.inWords(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
    assertThat(ProgressBar.inWords(Duration.ofMillis(Long.MAX_VALUE)))
        .isEqualTo("more than 30 days");
  }

  private void passSeconds(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  private Terminal terminal(boolean live) {
    return new Terminal(new PrintWriter(new StringWriter()), new PrintWriter(err), live, false);
  }
}
