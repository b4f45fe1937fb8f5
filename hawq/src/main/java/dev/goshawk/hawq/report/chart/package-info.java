/** Charts as SVG, and the small pieces of HTML that a report is made of. */
@NullMarked
package dev.goshawk.hawq.report.chart;

import org.jspecify.annotations.NullMarked;
