/** What commands print: progress, tables, provenance. */
@NullMarked
package dev.goshawk.hawq.cli.print;

import org.jspecify.annotations.NullMarked;
