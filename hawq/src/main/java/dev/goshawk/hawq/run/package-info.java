/** The folder of a run: what is in it, who may write there, and what a run that goes on must agree with. */
@NullMarked
package dev.goshawk.hawq.run;

import org.jspecify.annotations.NullMarked;
