/** The commands, one class each, and the steps that they alone take. */
@NullMarked
package dev.goshawk.hawq.cli.command;

import org.jspecify.annotations.NullMarked;
