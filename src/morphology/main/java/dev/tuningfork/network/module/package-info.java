/**
 * A network's second form: a TorchScript module, written without PyTorch, that takes levels and
 * gives probabilities.
 */
package dev.tuningfork.network.module;
