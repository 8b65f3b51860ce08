/** The service endpoints: health, measures, what runs here, and the latest morphologies. */
package dev.tuningfork.classifier.service;
