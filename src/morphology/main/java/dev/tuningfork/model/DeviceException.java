package dev.tuningfork.model;

/**
 * The device that a model computes on has failed: it is lost, or has no memory left for a single
 * image. No image is to blame, and no other image has an answer either. The message is one sentence
 * or more.
 */
public sealed class DeviceException extends RuntimeException permits DeviceMemoryException {

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
