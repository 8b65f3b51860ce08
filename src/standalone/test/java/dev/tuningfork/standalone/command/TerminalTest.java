package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TerminalTest {

  @Test
  void oneThingIsNotSeveral() {
    assertThat(Terminal.counted(0, "dead letter")).isEqualTo("0 dead letters");
    assertThat(Terminal.counted(1, "dead letter")).isEqualTo("1 dead letter");
    assertThat(Terminal.counted(1200, "dead letter")).isEqualTo("1,200 dead letters");
  }
}
