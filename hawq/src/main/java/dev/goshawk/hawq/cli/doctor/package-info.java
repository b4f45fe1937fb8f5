/** The command {@code goshawk doctor} and what it tries. */
@NullMarked
package dev.goshawk.hawq.cli.doctor;

import org.jspecify.annotations.NullMarked;
