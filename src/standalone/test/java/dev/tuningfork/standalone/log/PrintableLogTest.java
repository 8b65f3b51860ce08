package dev.tuningfork.standalone.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What strangers write stays text, in the log as it is set up. */
class PrintableLogTest {

  /** A line of its own, an escape sequence in both forms, and characters that are not seen. */
  private static final String HOSTILE =
      "a\n2026-01-01T00:00:00Z ERROR Forged\r\u001b[2J\u009b31m\u202eb\u200bc\u2028d\u0085e";

  @Test
  void textHoldsOneLineForTheMessageAndOneForEachCause() throws Exception {
    LoggerContext context = configured();
    ConsoleAppender<ILoggingEvent> console = console(context);

    IllegalStateException thrown =
        new IllegalStateException(HOSTILE, new IllegalArgumentException(HOSTILE));
    thrown.addSuppressed(new IllegalArgumentException(HOSTILE));
    String text = new String(console.getEncoder().encode(event(context, thrown)), UTF_8);

    assertThat(text.lines().filter(line -> line.contains("Forged"))).hasSize(4);
    assertThat(text.lines())
        .noneMatch(line -> line.startsWith("2026-01-01"))
        .allMatch(
            line ->
                line.startsWith("\t")
                    || line.matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-].*) .*")
                    || line.contains("Exception"));
    assertThat(text)
        .doesNotContainPattern("[\\p{Cntrl}&&[^\n\t]]")
        .doesNotContainPattern("\\p{Cf}");
    context.stop();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "streams.KafkaStreams | stream-client [a] A non-default kafka client supplier was supplied."
            + " Note that it is not supported. | DENY",
        "streams.KafkaStreams | stream-client [a] All stream threads have died. | NEUTRAL",
        "streams.StreamsConfig | Warmup replicas are not supported yet with the streams protocol and"
            + " will be ignored. | DENY",
        "streams.StreamsConfig | Standby replicas are configured broker-side. | NEUTRAL",
        "clients.consumer.internals.StreamsGroupHeartbeatRequestManager | [a] Membership is in the"
            + " following statuses: (5) Assignment delayed., (3) Internal topics are missing: b |"
            + " DENY",
        "clients.consumer.internals.StreamsGroupHeartbeatRequestManager | [a] Membership is in the"
            + " following statuses: (5) Assignment delayed., (1) Source topics are missing: b |"
            + " NEUTRAL",
      })
  void whatKafkaWarnsOfAtEachHealthyStartIsLeftOut(
      String logger, String message, FilterReply expected) throws Exception {
    LoggerContext context = configured();
    assertThat(
            console(context)
                .getFilterChainDecision(
                    new LoggingEvent(
                        "test",
                        context.getLogger("org.apache.kafka." + logger),
                        Level.WARN,
                        message,
                        null,
                        new Object[0])))
        .isEqualTo(expected);
    context.stop();
  }

  @Test
  void jsonIsOneLineAndLosesNothing() throws Exception {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    PrintableJson encoder = new PrintableJson();
    encoder.setContext(context);
    encoder.setWithFormattedMessage(true);
    encoder.start();

    String json = new String(encoder.encode(event(context, null)), UTF_8);

    assertThat(json).endsWith("}\n").doesNotContainPattern("[\\p{Cntrl}&&[^\n]]|\\p{Cf}");
    assertThat(json.lines()).hasSize(1);
    assertThat(new JsonMapper().readTree(json).get("formattedMessage").asText())
        .isEqualTo("Fetched " + HOSTILE + ".");
  }

  private static LoggerContext configured() throws Exception {
    LoggerContext context = new LoggerContext();
    URL file = PrintableLogTest.class.getResource("/logback.xml");
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(file);
    return context;
  }

  @SuppressWarnings("unchecked") // as logback.xml declares it
  private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
    return (ConsoleAppender<ILoggingEvent>)
        (Appender<?>) context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
  }

  private static LoggingEvent event(LoggerContext context, Throwable thrown) {
    return new LoggingEvent(
        "test",
        context.getLogger("test"),
        Level.WARN,
        "Fetched {}.",
        thrown,
        new Object[] {HOSTILE});
  }
}
