/** TorchScript archives, written without PyTorch: the format, and the arrays in it. */
package dev.tuningfork.torchscript;
