package dev.tuningfork.classifier.setting;

/** Settings that cannot be used, and why, in a sentence that names the setting. */
public final class SettingsException extends RuntimeException {

  public SettingsException(String message) {
    super(message);
  }

  public SettingsException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * There is no setting of this name; suggests the nearest that there is.
   *
   * @param prefix of the name and of all known ones
   */
  public static SettingsException unknown(String prefix, String name, Iterable<String> known) {
    String nearest = "";
    int distance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int d = distance(name, candidate);
      if (d < distance) {
        distance = d;
        nearest = candidate;
      }
    }
    String hint =
        distance <= Math.max(3, name.length() / 3) ? " Did you mean " + prefix + nearest + "?" : "";
    return new SettingsException("There is no setting " + prefix + name + "." + hint);
  }

  /** Levenshtein's distance: how many letters to add, drop or change. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
