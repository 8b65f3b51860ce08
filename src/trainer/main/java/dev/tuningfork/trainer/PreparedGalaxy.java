package dev.tuningfork.trainer;

import dev.tuningfork.tree.VoteFractions;

/**
 * A galaxy as training takes it.
 *
 * @param values the network's input in half precision: half the memory of floats, and finer than
 *     the 8 bits a channel that most images come with
 * @param votes what the network should say
 */
@SuppressWarnings("ArrayRecordComponent") // made once, shared by all epochs, and never compared
record PreparedGalaxy(short[] values, VoteFractions votes) {}
