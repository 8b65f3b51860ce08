package dev.tuningfork.classifier.message;

import com.code_intelligence.jazzer.junit.FuzzTest;

class ReferenceJsonFuzz {

  @FuzzTest(maxDuration = "5s")
  void anyBytesAreAReferenceOrRefused(byte[] bytes) {
    AnyMessage.check(() -> GalaxyImageReference.fromJson(bytes));
  }
}
