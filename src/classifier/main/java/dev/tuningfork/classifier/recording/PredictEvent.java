package dev.tuningfork.classifier.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A forward pass answered a batch. */
@Name("dev.tuningfork.Predict")
@Label("Predict")
@Category("Tuning Fork")
@Description("A forward pass answered a batch.")
@StackTrace(false)
public final class PredictEvent extends Event {

  @Label("Images")
  public int images;
}
