package dev.tuningfork.torchscript;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a pickle, protocol 2: a program for a machine with a stack, each of whose instructions is
 * a byte and its operand. Only what a TorchScript archive needs is here.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">the
 *     instructions</a>
 */
final class Pickle {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Pickle() {
    instruction(0x80).write(2); // PROTO
  }

  /** The program, which ends with what lies on the stack. */
  byte[] done() {
    instruction('.'); // STOP
    return bytes.toByteArray();
  }

  /** Pushes a class or a function. */
  Pickle global(String module, String name) {
    instruction('c').writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  Pickle string(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    instruction('X').writeBytes(littleEndian(encoded.length)); // BINUNICODE
    bytes.writeBytes(encoded);
    return this;
  }

  Pickle integer(int value) {
    instruction('J').writeBytes(littleEndian(value)); // BININT
    return this;
  }

  Pickle bool(boolean value) {
    instruction(value ? 0x88 : 0x89); // NEWTRUE, NEWFALSE
    return this;
  }

  /** Remembers a place on the stack; the next {@link #tuple} or {@link #setItems} ends there. */
  Pickle mark() {
    instruction('(');
    return this;
  }

  /** Makes a tuple of what was pushed since the mark. */
  Pickle tuple() {
    instruction('t');
    return this;
  }

  Pickle integers(List<Integer> values) {
    mark();
    values.forEach(this::integer);
    return tuple();
  }

  Pickle emptyTuple() {
    instruction(')');
    return this;
  }

  Pickle emptyDictionary() {
    instruction('}');
    return this;
  }

  /** Puts the keys and values since the mark into the dictionary below it. */
  Pickle setItems() {
    instruction('u');
    return this;
  }

  /** Makes an object of the class and the arguments on top. */
  Pickle newObject() {
    instruction(0x81);
    return this;
  }

  /** Gives the state on top to the object below it. */
  Pickle build() {
    instruction('b');
    return this;
  }

  /** Calls the function with the arguments on top. */
  Pickle call() {
    instruction('R'); // REDUCE
    return this;
  }

  /** Takes the tuple on top for the name of something that lies outside of the pickle. */
  Pickle persistentId() {
    instruction('Q'); // BINPERSID
    return this;
  }

  private ByteArrayOutputStream instruction(int code) {
    bytes.write(code);
    return bytes;
  }

  private static byte[] littleEndian(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }
}
