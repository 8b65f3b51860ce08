package dev.tuningfork.classifier.recording;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The bytes of an image were fetched, including retries, or read from the message, and hashed. */
@Name("dev.tuningfork.Fetch")
@Label("Fetch")
@Category("Tuning Fork")
@Description(
    "The bytes of an image were fetched, including retries, or read from the message, and hashed.")
@StackTrace(false)
public final class FetchEvent extends Event {

  @Label("Object Id")
  public @Nullable String objectId;

  @Label("Size")
  @DataAmount
  public long bytes;

  @Label("Attempts")
  public int attempts;
}
