package dev.goshawk.autodiff.hessian;

import dev.goshawk.autodiff.HessianVectorProduct;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One product is for one thread at a time, several are for several. */
class HessianThreadsTest {
    private static final int N = 600;

    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @AfterEach
    void end() {
        other.shutdownNow();
    }

    /** Of sum w^3 / 6 at w = at: H v is at v, element by element. */
    private static HessianVectorProduct product(Backend backend, double at) {
        Value w = Value.input("w", DType.FLOAT64, Shape.of(N));
        Tensor point = Tensor.zeros(DType.FLOAT64, Shape.of(N));
        point.fill(at);
        return HessianVectorProduct.of(w.square().multiply(w).sum().scale(1.0 / 6), List.of(w), backend)
                .bind("w", point)
                .linearize();
    }

    private <T> T elsewhere(Callable<T> work) throws Exception {
        try {
            return other.submit(work).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static String refused(org.junit.jupiter.api.function.Executable use) {
        return assertThrows(IllegalStateException.class, use).getMessage();
    }

    @Test
    void aDirectionThatAnotherThreadHasWritten() throws Exception {
        HessianVectorProduct h = product(Backends.defaultBackend(), 2);
        h.direction("w").fill(1);
        elsewhere(() -> h.direction("w"));
        assertTrue(refused(h::apply).startsWith("apply: another thread has written the direction; make one product"));
        h.direction("w").fill(3);
        assertEquals(6, h.apply().product("w").get(0), 1e-12);
    }

    @Test
    void aProductThatAnotherThreadHasOverwritten() throws Exception {
        HessianVectorProduct h = product(Backends.defaultBackend(), 2);
        h.apply();
        elsewhere(h::apply);
        assertTrue(refused(() -> h.product("w")).startsWith("product: another thread has applied another direction"));
        elsewhere(() -> h.product("w"));
        h.apply().product("w");
    }

    @Test
    void twoInsideAtOnce() {
        List<String> messages = new ArrayList<>();
        List<HessianVectorProduct> made = new ArrayList<>();
        Workers meeting = (Meeting) (tasks, task) -> {
            if (!made.isEmpty()) {
                HessianVectorProduct h = made.get(0);
                for (org.junit.jupiter.api.function.Executable use : List.<org.junit.jupiter.api.function.Executable>of(
                        () -> elsewhere(h::apply), () -> elsewhere(h::linearize), () -> elsewhere(h::value),
                        () -> elsewhere(() -> h.direction("w")), () -> elsewhere(() -> h.product("w")),
                        () -> elsewhere(() -> h.bind("w", Tensor.zeros(DType.FLOAT64, Shape.of(N)))))) {
                    messages.add(refused(use));
                }
            }
            Workers.SINGLE.run(tasks, task);
        };
        HessianVectorProduct h = product(Backends.select("vector", meeting), 2);
        h.direction("w").fill(1);
        made.add(h);
        h.apply();
        made.clear();
        assertEquals(2, h.product("w").get(0), 1e-12);
        assertTrue(messages.size() >= 6, messages.toString());
        assertTrue(
                messages.stream()
                        .allMatch(m -> m.contains("in use by thread '" + Thread.currentThread().getName() + "'")),
                messages.toString());
    }

    /** Lets another thread in while a product runs. */
    private interface Meeting extends Workers {
        @Override
        default int threads() {
            return 1;
        }
    }

    @Test
    void threadsThatTakeTurns() throws Exception {
        HessianVectorProduct h = product(Backends.defaultBackend(), 2);
        allRight(List.of(h, h), true);
    }

    @Test
    void aProductForEachThread() throws Exception {
        Backend backend = Backends.select("vector", ThreadPool.ofThreads(2));
        allRight(List.of(product(backend, 2), product(backend, 2)), false);
    }

    private static void allRight(List<HessianVectorProduct> products, boolean locked) throws Exception {
        Object lock = new Object();
        try (ExecutorService threads = Executors.newFixedThreadPool(products.size())) {
            List<Future<Integer>> wrong = new ArrayList<>();
            for (int t = 0; t < products.size(); t++) {
                HessianVectorProduct h = products.get(t);
                int from = 1000 * t;
                wrong.add(threads.submit(() -> {
                    int bad = 0;
                    for (int i = from; i < from + 400; i++) {
                        synchronized (locked ? lock : h) {
                            h.direction("w").fill(i);
                            bad += Math.abs(h.apply().product("w").get(N - 1) - 2.0 * i) <= 1e-12 * i ? 0 : 1;
                        }
                    }
                    return bad;
                }));
            }
            for (Future<Integer> w : wrong) {
                assertEquals(0, w.get());
            }
        }
    }
}
