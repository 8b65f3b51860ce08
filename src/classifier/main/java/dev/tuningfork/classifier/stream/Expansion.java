package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.expand.Piece;
import dev.tuningfork.classifier.message.SurveyImageOutcome;
import dev.tuningfork.classifier.progress.SurveyState;
import dev.tuningfork.text.Printable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * How far a survey image is.
 *
 * <p>As bytes: the format's version (one byte, 2), then the components in their order, as {@link
 * DataOutputStream} writes them. Version 1 has no {@code list}.
 *
 * @param sha256 of the message, which tells whether it is published twice
 * @param list which list is read, see {@link Piece#list}; empty before the first piece
 * @param cursor how many rows of its list were handled, see {@link Piece#cursor}
 * @param written how many references to galaxies were written
 * @param unusable how many rows became dead letters as they were read
 * @param excluded for how many rows the filter does not hold
 * @param answered how many of the references became morphologies
 * @param deadLetters how many of them became dead letters
 * @param firstAt when the first galaxy or row was done, milliseconds since 1970; 0 before
 * @param lastAt when the latest was; 0 before
 * @param listed whether its list has been read to the end, or as far as it can be
 * @param failure why the list could not be read to the end, as a sentence; empty where it was
 */
record Expansion(
    String sha256,
    String list,
    long cursor,
    long written,
    long unusable,
    long excluded,
    long answered,
    long deadLetters,
    long firstAt,
    long lastAt,
    boolean listed,
    String failure) {

  static final Serde<Expansion> SERDE =
      Serdes.serdeFrom(
          (topic, expansion) -> expansion == null ? null : expansion.toBytes(),
          (topic, bytes) -> bytes == null ? null : fromBytes(bytes));

  private static final byte VERSION = 2;

  private static final byte WITHOUT_LIST = 1;

  /** That of version 1, whose rows were listed in another order. */
  private static final String ANOTHER_LIST = "another version's";

  static Expansion begin(String sha256) {
    return new Expansion(sha256, "", 0, 0, 0, 0, 0, 0, 0, 0, false, "");
  }

  /** Galaxies on their way to the classifier, or there. */
  long inFlight() {
    return written - answered - deadLetters;
  }

  /** Whether all of its galaxies are listed and done. */
  boolean isDone() {
    return listed && inFlight() == 0;
  }

  SurveyState.State state() {
    return listed
        ? SurveyState.State.CLASSIFYING
        : cursor > 0 ? SurveyState.State.LISTING : SurveyState.State.WAITING;
  }

  /**
   * What the outcome would be now.
   *
   * @param begun the same before anything was counted
   */
  SurveyImageOutcome counted(SurveyImageOutcome begun) {
    return new SurveyImageOutcome(
        begun.surveyImageId(),
        begun.survey(),
        begun.dataRelease(),
        written + unusable,
        answered,
        deadLetters + unusable,
        excluded,
        failure.isEmpty() ? null : failure,
        begun.publishedAt(),
        begun.receivedAt(),
        firstAt == 0 ? null : Instant.ofEpochMilli(firstAt),
        lastAt == 0 ? null : Instant.ofEpochMilli(lastAt),
        begun.source());
  }

  /** After a piece of its list. */
  Expansion with(Piece piece, long now) {
    long bad = piece.entries().stream().filter(Piece.Unusable.class::isInstance).count();
    return new Expansion(
        sha256,
        piece.list(),
        piece.cursor(),
        written + piece.entries().size() - bad,
        unusable + bad,
        excluded + piece.excluded(),
        answered,
        deadLetters,
        bad > 0 && firstAt == 0 ? now : firstAt,
        bad > 0 ? Math.max(lastAt, now) : lastAt,
        piece.end() != null,
        piece.end() instanceof Piece.Broken broken
            ? Printable.of(String.valueOf(broken.cause().getMessage()))
            : "");
  }

  /** After some of its galaxies are done. */
  Expansion with(Progress more) {
    return new Expansion(
        sha256,
        list,
        cursor,
        written,
        unusable,
        excluded,
        answered + more.answered(),
        deadLetters + more.deadLetters(),
        firstAt == 0 ? more.firstAt() : Math.min(firstAt, more.firstAt()),
        Math.max(lastAt, more.lastAt()),
        listed,
        failure);
  }

  private byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(sha256);
      out.writeUTF(list);
      for (long number :
          new long[] {
            cursor, written, unusable, excluded, answered, deadLetters, firstAt, lastAt
          }) {
        out.writeLong(number);
      }
      out.writeBoolean(listed);
      out.writeUTF(failure.substring(0, Math.min(failure.length(), 4_000)));
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to an array in memory failed.", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IllegalArgumentException if the bytes are not an expansion of a version that is known
   */
  private static Expansion fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      byte version = in.readByte();
      if (version != VERSION && version != WITHOUT_LIST) {
        throw new IllegalArgumentException(
            "The store of survey images contains an entry of version %d, and this program knows versions up to %d: it was written by a newer program, or is damaged."
                .formatted(version, VERSION));
      }
      String sha256 = in.readUTF();
      String list = version == VERSION ? in.readUTF() : ANOTHER_LIST;
      return new Expansion(
          sha256,
          list,
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          in.readBoolean(),
          in.readUTF());
    } catch (IOException e) {
      throw new IllegalArgumentException("The store of survey images has a truncated entry.", e);
    }
  }
}
