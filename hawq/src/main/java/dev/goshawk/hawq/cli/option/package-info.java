/** Groups of options that commands share: reading, checking, and what they stand for. */
@NullMarked
package dev.goshawk.hawq.cli.option;

import org.jspecify.annotations.NullMarked;
