package dev.tuningfork.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A filter of rows, such as {@code mag_r < 18 and not class = 'STAR'}, written as in SQL's WHERE or
 * TOPCAT: comparisons ({@code < <= > >= = == <> !=}), {@code and or not} or {@code && || !}, {@code
 * + - * /}, parentheses, {@code is null}, {@code is not null}, {@code between … and …}, {@code in
 * (…)}, and the functions {@code abs}, {@code sqrt} and {@code log10}. A column is named as it is,
 * or within double quotes; case counts only where names differ in nothing else.
 *
 * <p>As in SQL, a comparison with a missing value is unknown, and a row is taken only where the
 * whole is true. Whole numbers are compared exactly, whatever their length.
 *
 * <p>The grammar is its own because a filter needs nothing of a scripting language, and must not be
 * able to do more than compare. Its parser is within, long as it is: it makes the tests of rows at
 * once, and knows how they compare. Immutable.
 */
public final class Condition {

  /** Kleene's logic, in ascending order: "and" is the smaller, "or" the larger. */
  private enum Truth {
    FALSE,
    UNKNOWN,
    TRUE;

    static Truth of(boolean truth) {
      return truth ? TRUE : FALSE;
    }

    Truth not() {
      return switch (this) {
        case FALSE -> TRUE;
        case UNKNOWN -> UNKNOWN;
        case TRUE -> FALSE;
      };
    }

    Truth and(Truth other) {
      return compareTo(other) <= 0 ? this : other;
    }

    Truth or(Truth other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /** A row's cells by the number of the column. */
  @FunctionalInterface
  interface Cell {
    @Nullable Object at(int column);
  }

  /** Evaluates to a number, a text, or null where a value is missing. */
  @FunctionalInterface
  private interface Value {
    @Nullable Object of(Cell row);
  }

  @FunctionalInterface
  private interface Test {
    Truth of(Cell row);
  }

  private final String text;

  private Condition(String text) {
    this.text = text;
  }

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException in a sentence, where it cannot be read
   */
  public static Condition parse(String text) {
    new Parser(text, name -> 0).whole();
    return new Condition(text);
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * For the rows of one table.
   *
   * @param columnOf the number of the column of a name
   * @return whether the condition holds in a row
   */
  Bound bind(ToIntFunction<String> columnOf) {
    Test test = new Parser(text, columnOf).whole();
    return row -> test.of(row) == Truth.TRUE;
  }

  /** A condition on the rows of one table. */
  @FunctionalInterface
  interface Bound {
    boolean holds(Cell row);
  }

  /** By recursive descent; one method for each rank of operators, from the loosest. */
  private static final class Parser {

    private static final Pattern TOKEN =
        Pattern.compile(
            "\\s*(?:(?<number>(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)"
                + "|'(?<text>(?:[^']|'')*)'"
                + "|\"(?<quoted>[^\"]+)\""
                + "|(?<word>[\\p{L}_$][\\p{L}\\d_$.]*)"
                + "|(?<sign><=|>=|<>|!=|==|&&|\\|\\||[-+*/<>=!(),]))");

    private record Token(String kind, String text, int position) {}

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final ToIntFunction<String> columnOf;
    private int next;

    Parser(String source, ToIntFunction<String> columnOf) {
      this.source = source;
      this.columnOf = columnOf;
      Matcher matcher = TOKEN.matcher(source);
      int end = 0;
      while (end < source.stripTrailing().length()) {
        if (!matcher.find(end) || matcher.start() != end) {
          throw wrong("'%s' is not understood".formatted(source.substring(end).strip()));
        }
        for (String kind : List.of("number", "text", "quoted", "word", "sign")) {
          String found = matcher.group(kind);
          if (found != null) {
            tokens.add(new Token(kind, found, matcher.start(kind)));
          }
        }
        end = matcher.end();
      }
    }

    Test whole() {
      Test test = either();
      if (next < tokens.size()) {
        throw wrong("'%s' is not expected".formatted(tokens.get(next).text()));
      }
      return test;
    }

    private Test either() {
      Test left = both();
      while (takes("or") || takes("||")) {
        Test first = left;
        Test second = both();
        left = row -> first.of(row).or(second.of(row));
      }
      return left;
    }

    private Test both() {
      Test left = negation();
      while (takes("and") || takes("&&")) {
        Test first = left;
        Test second = negation();
        left = row -> first.of(row).and(second.of(row));
      }
      return left;
    }

    private Test negation() {
      if (takes("not") || takes("!")) {
        Test inner = negation();
        return row -> inner.of(row).not();
      }
      return comparison();
    }

    private Test comparison() {
      int start = next;
      if (takes("(")) { // of a condition, or of a number
        try {
          Test inner = either();
          expect(")");
          if (!continuesAsNumber()) {
            return inner;
          }
        } catch (IllegalArgumentException noCondition) {
          // read again as a number; if that fails too, its own sentence says why
        }
        next = start;
      }
      Value left = sum();
      boolean negated = takes("not");
      if (takes("between")) {
        Test within = between(left);
        return negated ? row -> within.of(row).not() : within;
      }
      if (takes("in")) {
        Test among = among(left);
        return negated ? row -> among.of(row).not() : among;
      }
      if (!negated && takes("is")) {
        boolean not = takes("not");
        expect("null");
        return row -> Truth.of((left.of(row) == null) != not);
      }
      String sign = next < tokens.size() ? tokens.get(next).text() : "";
      IntPredicate holds =
          switch (negated ? "" : sign) {
            case "<" -> order -> order < 0;
            case "<=" -> order -> order <= 0;
            case ">" -> order -> order > 0;
            case ">=" -> order -> order >= 0;
            case "=", "==" -> order -> order == 0;
            case "<>", "!=" -> order -> order != 0;
            default -> throw wrong("a comparison such as < or = is missing");
          };
      next++;
      Value right = sum();
      return row -> compared(left, right, row, holds);
    }

    private Test between(Value left) {
      Value least = sum();
      expect("and");
      Value most = sum();
      return row ->
          compared(left, least, row, order -> order >= 0)
              .and(compared(left, most, row, order -> order <= 0));
    }

    private Test among(Value left) {
      expect("(");
      List<Value> values = new ArrayList<>(List.of(sum()));
      while (takes(",")) {
        values.add(sum());
      }
      expect(")");
      return row ->
          values.stream()
              .map(value -> compared(left, value, row, order -> order == 0))
              .reduce(Truth.FALSE, Truth::or);
    }

    private boolean continuesAsNumber() {
      return next < tokens.size()
          && List.of("+", "-", "*", "/", "<", "<=", ">", ">=", "=", "==", "<>", "!=", "is", "in")
              .contains(tokens.get(next).text().toLowerCase(Locale.ROOT));
    }

    private Value sum() {
      Value left = product();
      while (true) {
        if (takes("+")) {
          left = arithmetic(left, product(), Double::sum);
        } else if (takes("-")) {
          left = arithmetic(left, product(), (a, b) -> a - b);
        } else {
          return left;
        }
      }
    }

    private Value product() {
      Value left = factor();
      while (true) {
        if (takes("*")) {
          left = arithmetic(left, factor(), (a, b) -> a * b);
        } else if (takes("/")) {
          left = arithmetic(left, factor(), (a, b) -> a / b);
        } else {
          return left;
        }
      }
    }

    private Value factor() {
      if (takes("-")) {
        return negative(factor());
      }
      if (takes("+")) {
        return factor();
      }
      if (takes("(")) {
        Value inner = sum();
        expect(")");
        return inner;
      }
      if (next == tokens.size()) {
        throw wrong("it ends where a column or a number is expected");
      }
      Token token = tokens.get(next++);
      return switch (token.kind()) {
        case "number", "text" -> {
          Object constant =
              token.kind().equals("text") ? token.text().replace("''", "'") : number(token.text());
          yield _ -> constant;
        }
        case "quoted" -> column(token.text());
        case "word" -> next < tokens.size() && takes("(") ? function(token) : column(token.text());
        default -> throw wrong("'%s' is not expected".formatted(token.text()));
      };
    }

    private Value function(Token name) {
      DoubleUnaryOperator function =
          switch (name.text().toLowerCase(Locale.ROOT)) {
            case "abs" -> Math::abs;
            case "sqrt" -> Math::sqrt;
            case "log10" -> Math::log10;
            default ->
                throw wrong(
                    "there is no function %s; there are abs, sqrt and log10"
                        .formatted(name.text()));
          };
      Value argument = sum();
      expect(")");
      return arithmetic(argument, _ -> 0L, (a, _) -> function.applyAsDouble(a));
    }

    private Value column(String name) {
      int column = columnOf.applyAsInt(name);
      return row -> {
        Object cell = row.at(column);
        if (Cells.isMissing(cell)) {
          return null;
        }
        Number number = cell instanceof String ? null : Cells.number(cell);
        return number != null ? number : Cells.text(Objects.requireNonNull(cell));
      };
    }

    private static Number number(String text) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException fraction) {
        return Double.valueOf(text);
      }
    }

    private static Value negative(Value value) {
      return row ->
          switch (Cells.number(value.of(row))) {
            case Long whole -> -whole;
            case Number fraction -> -fraction.doubleValue();
            case null -> null;
          };
    }

    private static Value arithmetic(Value left, Value right, DoubleBinaryOperator operator) {
      return row -> {
        Number a = Cells.number(left.of(row));
        Number b = Cells.number(right.of(row));
        if (a == null || b == null) {
          return null;
        }
        double result = operator.applyAsDouble(a.doubleValue(), b.doubleValue());
        return Double.isNaN(result) ? null : result;
      };
    }

    /** Texts among each other are compared as texts, all else as numbers. */
    private static Truth compared(Value left, Value right, Cell row, IntPredicate holds) {
      Object a = left.of(row);
      Object b = right.of(row);
      if (a == null || b == null) {
        return Truth.UNKNOWN;
      }
      int order;
      if (a instanceof String first && b instanceof String second) {
        order = first.compareTo(second);
      } else {
        Number first = Cells.number(a);
        Number second = Cells.number(b);
        if (first == null || second == null) {
          return Truth.UNKNOWN;
        }
        order =
            first instanceof Long one && second instanceof Long other
                ? Long.compare(one, other)
                : Double.compare(first.doubleValue() + 0.0, second.doubleValue() + 0.0);
      }
      return Truth.of(holds.test(order));
    }

    private boolean takes(String text) {
      if (next < tokens.size()) {
        Token token = tokens.get(next);
        if ((token.kind().equals("word") || token.kind().equals("sign"))
            && token.text().equalsIgnoreCase(text)) {
          next++;
          return true;
        }
      }
      return false;
    }

    private void expect(String text) {
      if (!takes(text)) {
        throw wrong("'%s' is missing".formatted(text));
      }
    }

    private IllegalArgumentException wrong(String what) {
      int at = next < tokens.size() ? tokens.get(next).position() + 1 : source.length();
      return new IllegalArgumentException(
          "The condition %s cannot be read: %s, at character %d.".formatted(source, what, at));
    }
  }
}
