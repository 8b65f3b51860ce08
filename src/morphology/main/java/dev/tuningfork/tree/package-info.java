/** Questions, answers and probabilities: the decision tree that volunteers walk. */
package dev.tuningfork.tree;
