package dev.goshawk.hawq.search;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.report.RunReport;
import java.util.List;

/**
 * What a search came to.
 *
 * @param allocation within the size
 * @param notes what a person should know of the choice, in lines
 * @param report for the run's report
 */
public record Found(BitAllocation allocation, List<String> notes, RunReport.Search report) {
    public Found {
        notes = List.copyOf(notes);
    }
}
