package dev.tuningfork.classifier.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A prepared image waited for its batch. */
@Name("dev.tuningfork.Wait")
@Label("Wait")
@Category("Tuning Fork")
@Description("A prepared image waited for its batch.")
@StackTrace(false)
public final class WaitEvent extends Event {

  @Label("Object Id")
  public @Nullable String objectId;
}
