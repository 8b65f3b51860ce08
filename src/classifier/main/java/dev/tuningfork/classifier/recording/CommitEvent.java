package dev.tuningfork.classifier.recording;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A transaction of Kafka was committed. */
@Name("dev.tuningfork.Commit")
@Label("Commit")
@Category("Tuning Fork")
@Description("A transaction of Kafka was committed.")
@StackTrace(false)
public final class CommitEvent extends Event {}
