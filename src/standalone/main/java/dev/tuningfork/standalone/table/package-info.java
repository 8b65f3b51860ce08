/** Classifications as a table on disk, in the formats that astronomers read. */
package dev.tuningfork.standalone.table;
