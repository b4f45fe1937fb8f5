/**
 * What a run leaves behind: {@code run.json} with everything that was asked, measured and decided, one self-contained
 * {@code report.html} for a reader, and the result table for the terminal.
 */
@NullMarked
package dev.goshawk.hawq.report;

import org.jspecify.annotations.NullMarked;
