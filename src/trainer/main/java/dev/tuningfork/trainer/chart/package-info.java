/** Charts of metrics, and pictures of galaxies and of what a network makes of them. */
package dev.tuningfork.trainer.chart;
