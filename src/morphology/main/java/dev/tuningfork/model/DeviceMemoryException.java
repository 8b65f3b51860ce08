package dev.tuningfork.model;

/** The memory of a device is too small for a batch; it may suffice for a smaller one. */
final class DeviceMemoryException extends DeviceException {

  DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
