/** Catalogues of galaxies: tables of positions and sizes in the formats that surveys publish. */
package dev.tuningfork.catalogue;
