package dev.tuningfork.classifier.recording;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The bytes of an image became the model's input. */
@Name("dev.tuningfork.Decode")
@Label("Decode")
@Category("Tuning Fork")
@Description("The bytes of an image became the model's input.")
@StackTrace(false)
public final class DecodeEvent extends Event {

  @Label("Object Id")
  public @Nullable String objectId;

  @Label("Size")
  @DataAmount
  public long bytes;

  @Label("Width")
  public int width;

  @Label("Height")
  public int height;
}
