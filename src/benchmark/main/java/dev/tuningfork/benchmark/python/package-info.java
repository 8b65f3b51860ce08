/** The Python that the product is measured beside: installed once, spoken to in lines of JSON. */
package dev.tuningfork.benchmark.python;
