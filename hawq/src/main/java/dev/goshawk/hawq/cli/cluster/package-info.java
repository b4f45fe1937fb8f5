/** Options and operators of commands that may compute on a cluster. */
@NullMarked
package dev.goshawk.hawq.cli.cluster;

import org.jspecify.annotations.NullMarked;
