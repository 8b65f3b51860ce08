package dev.tuningfork.image;

import com.code_intelligence.jazzer.junit.FuzzTest;

class FitsFuzz {

  @FuzzTest(maxDuration = "5s")
  void anyBytesAreAnImageOrRefused(byte[] bytes) {
    AnyBytes.check(bytes);
  }
}
