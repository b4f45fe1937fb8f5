/** The goshawk command: arguments in, one line per error, exit code 2 where the user can mend it. */
@NullMarked
package dev.goshawk.hawq.cli;

import org.jspecify.annotations.NullMarked;
