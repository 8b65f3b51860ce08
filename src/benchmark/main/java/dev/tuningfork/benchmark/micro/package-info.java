/** Single steps of a galaxy's way, measured by JMH. */
package dev.tuningfork.benchmark.micro;
