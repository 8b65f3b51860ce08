package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.expand.GalaxyLists;
import dev.tuningfork.classifier.progress.SurveyBoard;

/**
 * What a topology needs for survey images.
 *
 * @param topics where they are, and their galaxies on the way to the classifier
 * @param lists opens their lists of galaxies
 * @param settings how far they run ahead of the classifier
 * @param board shows how far they are
 */
public record SurveyImages(
    SurveyTopics topics, GalaxyLists lists, SurveySettings settings, SurveyBoard board) {}
