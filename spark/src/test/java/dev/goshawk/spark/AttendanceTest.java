package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.junit.jupiter.api.Test;

class AttendanceTest {
    private final List<String> told = new ArrayList<>();
    private boolean ended;
    private final Attendance attendance = new Attendance("spark://host:7077", () -> ended, told::add);

    private void comes(String executor) {
        attendance.onExecutorAdded(new SparkListenerExecutorAdded(0, executor, null));
    }

    private void goes(String executor) {
        attendance.onExecutorRemoved(new SparkListenerExecutorRemoved(0, executor, "worker lost\nat x"));
    }

    @Test
    void theLossOfTheLastIsToldAndTheNextOne() {
        comes("0");
        comes("1");
        goes("0");
        goes("0");
        assertEquals(List.of(), told);
        goes("1");
        assertEquals(List.of("spark://host:7077: no executor is left (the last one: worker lost); waiting for one"),
                told);
        comes("2");
        comes("3");
        assertEquals(2, told.size());
        assertEquals("spark://host:7077: there is an executor again, the work goes on", told.getLast());
    }

    @Test
    void whoCameBeforeCounts() {
        attendance.add(List.of("0", "1"));
        goes("1");
        assertEquals(List.of(), told);
        goes("0");
        assertEquals(1, told.size());
    }

    @Test
    void nothingIsToldWhenTheWorkIsDone() {
        comes("0");
        ended = true;
        goes("0");
        assertEquals(List.of(), told);
    }
}
