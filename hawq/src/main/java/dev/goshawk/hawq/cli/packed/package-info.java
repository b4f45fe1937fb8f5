/** Commands on packed models. */
@org.jspecify.annotations.NullMarked
package dev.goshawk.hawq.cli.packed;
