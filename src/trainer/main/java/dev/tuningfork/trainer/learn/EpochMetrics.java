package dev.tuningfork.trainer.learn;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * How an epoch went: a line of {@code training.jsonl}.
 *
 * @param epoch counted from 1
 * @param epochs of the whole run
 * @param trainingLoss the mean over the epoch's steps, with augmentation and before each step
 * @param validationLoss of the averaged weights on the galaxies that are held out
 * @param trainingAccuracy how often the most probable answer of the first question was that of most
 *     volunteers, on augmented images
 * @param validationAccuracy the same for each question, by its id, on the held-out galaxies whose
 *     answer is known; of a second tree and further ones the tree's id comes before the question's
 * @param rmse over the joint columns of the held-out galaxies, as far as they are known; null for a
 *     model of some questions
 * @param imagesPerSecond of the steps alone, waiting for images included
 * @param waited the share of the steps' time spent waiting for images
 * @param learningRate of the last step
 * @param minutes since the run began, over all its parts
 */
public record EpochMetrics(
    int epoch,
    int epochs,
    double trainingLoss,
    double validationLoss,
    double trainingAccuracy,
    SequencedMap<String, Double> validationAccuracy,
    @Nullable Double rmse,
    double imagesPerSecond,
    double waited,
    double learningRate,
    double minutes) {}
