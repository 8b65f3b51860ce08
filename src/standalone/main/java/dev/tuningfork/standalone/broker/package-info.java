/** A Kafka broker inside this process. */
package dev.tuningfork.standalone.broker;
