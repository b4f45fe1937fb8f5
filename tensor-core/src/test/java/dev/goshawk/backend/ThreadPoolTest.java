package dev.goshawk.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Threads do every task once, and end with what they were made for. */
class ThreadPoolTest {
    private static long running() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("goshawk-worker"))
                .count();
    }

    /** Whether no more than so many are left, within some seconds. */
    private static boolean fallsTo(long most) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (running() > most && System.nanoTime() < end) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return running() <= most;
    }

    @Test
    void everyTaskOnce() {
        try (Workers workers = ThreadPool.ofThreads(3)) {
            assertEquals(3, workers.threads());
            AtomicIntegerArray done = new AtomicIntegerArray(100);
            for (int round = 0; round < 50; round++) {
                workers.run(100, (i, worker) -> done.incrementAndGet(i));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(50, done.get(i));
            }
        }
    }

    @Test
    void aFailureIsTheCallers() {
        try (Workers workers = ThreadPool.ofThreads(2)) {
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> workers.run(8, (i, worker) -> {
                throw new IllegalStateException("task");
            }));
            assertEquals("task", e.getMessage());
        }
    }

    /** Runs a task that holds an array until every thread has had some of it. */
    private static WeakReference<double[]> runsWithAnArray(Workers workers) {
        double[] array = new double[1000];
        CountDownLatch all = new CountDownLatch(workers.threads());
        workers.run(workers.threads(), (i, worker) -> {
            array[i] = worker;
            all.countDown();
            try {
                all.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        return new WeakReference<>(array);
    }

    @Test
    void whatATaskHeldIsFreeOnceItIsDone() throws InterruptedException {
        try (Workers workers = ThreadPool.ofThreads(3)) {
            WeakReference<double[]> array = runsWithAnArray(workers);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (array.get() != null && System.nanoTime() < end) {
                System.gc();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertTrue(array.refersTo(null), "an idle thread holds on to it");
        }
    }

    @Test
    void closedThreadsEndAndSaySo() throws InterruptedException {
        long before = running();
        Workers workers = ThreadPool.ofThreads(5);
        Backend backend = Backends.select("vector", workers);
        Value x = Value.input("x", DType.FLOAT32, Shape.of(1 << 16));
        Executable e = backend.compile(Graph.of("y", x.exp()));
        e.call(Map.of("x", Tensor.zeros(DType.FLOAT32, Shape.of(1 << 16))));
        assertEquals(before + 4, running());
        backend.close();
        backend.close();
        assertTrue(fallsTo(before), () -> running() + " threads are left");
        assertEquals(
                "threads: these are closed, and with them every backend that was made with them; make new ones with "
                        + "ThreadPool.ofThreads",
                assertThrows(IllegalStateException.class, e::run).getMessage());
    }

    @Test
    void fiftyDroppedBackendsLeaveNoThread() throws InterruptedException {
        long before = running();
        for (int i = 0; i < 50; i++) {
            compute(Backends.select("vector", ThreadPool.ofThreads(2)));
        }
        assertTrue(fallsTo(before), () -> running() + " threads are left of " + before);
    }

    private static void compute(Backend backend) {
        Value x = Value.input("x", DType.FLOAT64, Shape.of(1 << 16));
        Tensor at = Tensor.zeros(DType.FLOAT64, Shape.of(1 << 16));
        at.fill(2);
        Tensor y = backend.compile(Graph.of("y", x.square().sum())).call(Map.of("x", at));
        assertEquals(4.0 * (1 << 16), y.item());
    }

    @Test
    void oneThreadIsTheCallersOwn() {
        Workers one = ThreadPool.ofThreads(1);
        one.close();
        int[] seen = new int[3];
        one.run(3, (i, worker) -> seen[i]++);
        assertEquals("[1, 1, 1]", Arrays.toString(seen));
        assertThrows(IllegalArgumentException.class, () -> ThreadPool.ofThreads(0));
    }
}
