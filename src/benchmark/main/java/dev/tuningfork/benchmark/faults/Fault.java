package dev.tuningfork.benchmark.faults;

import java.time.Duration;

/**
 * Something that breaks, or changes, while galaxies pass, and is well again after a time. Instances
 * and brokers are numbered from 0.
 */
sealed interface Fault {

  /** What happens, in a few words. */
  String inWords();

  /** SIGKILL, and a start after this time. */
  record KillInstance(int instance, Duration away) implements Fault {
    @Override
    public String inWords() {
      return "instance %d killed, away %d ms".formatted(instance, away.toMillis());
    }
  }

  /** SIGSTOP, and SIGCONT after this time: it continues as if nothing had happened. */
  record FreezeInstance(int instance, Duration frozen) implements Fault {
    @Override
    public String inWords() {
      return "instance %d frozen for %d ms".formatted(instance, frozen.toMillis());
    }
  }

  /** The clock of an instance is wrong by this much for this time, as after a bad correction. */
  record JumpClock(int instance, Duration by, Duration lasts) implements Fault {
    @Override
    public String inWords() {
      return "clock of instance %d wrong by %+d s for %d ms"
          .formatted(instance, by.toSeconds(), lasts.toMillis());
    }
  }

  /** Each instance is stopped cleanly and started again, one after the other. */
  record RollInstances() implements Fault {
    @Override
    public String inWords() {
      return "rolling restart";
    }
  }

  /** Another instance joins, and leaves after this time. */
  record Guest(Duration stays) implements Fault {
    @Override
    public String inWords() {
      return "another instance for %d ms".formatted(stays.toMillis());
    }
  }

  /** SIGKILL, and a start after this time. */
  record KillBroker(int broker, Duration away) implements Fault {
    @Override
    public String inWords() {
      return "broker %d killed, away %d ms".formatted(broker, away.toMillis());
    }
  }

  /** Stopped cleanly, and started after this time. */
  record StopBroker(int broker, Duration away) implements Fault {
    @Override
    public String inWords() {
      return "broker %d stopped, away %d ms".formatted(broker, away.toMillis());
    }
  }

  /** SIGSTOP, and SIGCONT after this time: as if its machine had lost power, and then came back. */
  record FreezeBroker(int broker, Duration frozen) implements Fault {
    @Override
    public String inWords() {
      return "broker %d frozen for %d ms".formatted(broker, frozen.toMillis());
    }
  }

  /** The line to a broker is bad for this time; its own connections to others are good. */
  record BrokerLine(int broker, Line line, Duration lasts) implements Fault {
    @Override
    public String inWords() {
      return "broker %d %s for %d ms".formatted(broker, line.inWords(), lasts.toMillis());
    }
  }

  /** The line to the image host is bad for this time. */
  record HostLine(Line line, Duration lasts) implements Fault {
    @Override
    public String inWords() {
      return "image host %s for %d ms".formatted(line.inWords(), lasts.toMillis());
    }
  }

  /** Another model takes the place of the one that serves. */
  record TurnModel() implements Fault {
    @Override
    public String inWords() {
      return "another model";
    }
  }
}
