/** Networks described as layers, and the same networks as DJL blocks. */
package dev.tuningfork.network;
