package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.junit.jupiter.api.Test;

class AttendanceTest {
    private final List<String> told = new ArrayList<>();
    private final BlockingQueue<String> givenUp = new LinkedBlockingQueue<>();
    private volatile boolean ended;
    private Attendance attendance = attendance(Duration.ofMinutes(5));

    private Attendance attendance(Duration patience) {
        return new Attendance("spark://host:7077", patience, () -> ended, told::add, givenUp::add);
    }

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
        assertEquals(List.of("spark://host:7077: no executor is left (the last one: worker lost); waiting for one, "
                + "300 s at most (spark.goshawk.executors.wait)"), told);
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

    @Test
    void nobodyIsWaitedForForEver() throws InterruptedException {
        attendance = attendance(Duration.ofMillis(200));
        comes("0");
        goes("0");
        String line = "no executor came within 0.2 s of losing the last one (worker lost); see that the master and its "
                + "workers run";
        assertEquals(line, givenUp.poll(1, TimeUnit.MINUTES));
        assertEquals(line, givenUp.poll(1, TimeUnit.MINUTES), "also for what begins after that");
        comes("1");
        givenUp.clear();
        assertNull(givenUp.poll(1500, TimeUnit.MILLISECONDS), "there is one again");
    }

    @Test
    void whoComesInTimeIsGivenTheWork() throws InterruptedException {
        attendance = attendance(Duration.ofMillis(400));
        comes("0");
        goes("0");
        comes("1");
        assertNull(givenUp.poll(800, TimeUnit.MILLISECONDS));
    }
}
