package dev.tuningfork.classifier.fetch;

/**
 * All there is to set about fetching.
 *
 * @param userAgent how the fetcher names itself to hosts; survey archives like to find a project
 *     and an address in it
 */
public record FetchSettings(
    FetchPolicy policy, FetchLimits limits, Retries retries, S3Settings s3, String userAgent) {

  /**
   * @throws IllegalArgumentException where the first pause would outlast the time there is in all
   */
  public FetchSettings {
    if (retries.firstPause().compareTo(limits.totalTime()) >= 0) {
      throw new IllegalArgumentException(
          "The first pause of %s must be shorter than the %s that all attempts have."
              .formatted(retries.firstPause(), limits.totalTime()));
    }
  }

  /** The defaults, from where the policy says. */
  public static FetchSettings of(FetchPolicy policy) {
    return new FetchSettings(
        policy, FetchLimits.DEFAULT, Retries.DEFAULT, S3Settings.DEFAULT, "tuning-fork");
  }
}
