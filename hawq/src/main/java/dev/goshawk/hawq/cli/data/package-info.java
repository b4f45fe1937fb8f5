/** Options that say which images a command reads and what a network sees of them. */
@org.jspecify.annotations.NullMarked
package dev.goshawk.hawq.cli.data;
