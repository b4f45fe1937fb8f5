package dev.goshawk.cpu.kernel.loop;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The generated loop of a shape, for all nests of that shape in the process. It is made once the passes have done so much work that
 * the compilation pays, on a thread of its own, and is there for use when it has been seen to be faster than they are. Both ways give
 * the same bits, so it does not matter which one a run meets.
 */
public final class FusedLoop {
    /** Elements times passes: a tenth of a second of passes, about as long as the compilation takes another core. */
    private static final long WORTH_MAKING = 1L << 26;
    /** Bounds what the process keeps; loops beyond stay with the passes. */
    private static final int MOST_SHAPES = 1000;

    private static final Map<LoopShape, FusedLoop> SHAPES = new ConcurrentHashMap<>();
    private static final ExecutorService MAKER = maker();

    private final LoopShape shape;
    private final AtomicLong work = new AtomicLong();
    private volatile @Nullable GeneratedLoop loop;

    private FusedLoop(LoopShape shape) {
        this.shape = shape;
    }

    private static ExecutorService maker() {
        ThreadPoolExecutor one = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), r -> {
            Thread t = new Thread(r, "goshawk-loops");
            t.setDaemon(true);
            return t;
        });
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    /** The float32 loop of a shape, or null where only the passes can run it. */
    public static @Nullable FusedLoop of(LoopShape shape) {
        if (!LoopGenerator.supports(shape)) {
            return null;
        }
        FusedLoop known = SHAPES.get(shape);
        return known != null || SHAPES.size() >= MOST_SHAPES ? known : SHAPES.computeIfAbsent(shape, FusedLoop::new);
    }

    /** The loop, or null while the passes are to be used. */
    public @Nullable GeneratedLoop loop() {
        return loop;
    }

    /** To be told of each run of the passes. */
    public void passed(long elements) {
        long more = elements * shape.passes().size();
        long before = work.getAndAdd(more);
        if (before < WORTH_MAKING && before + more >= WORTH_MAKING) {
            MAKER.execute(this::make);
        }
    }

    /** Makes the loop now and returns once it is compiled, or has been given up. */
    public void make() {
        try {
            GeneratedLoop made = LoopGenerator.generate(shape);
            if (new LoopWarmUp(shape).isFast(made)) {
                loop = made;
            }
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            // The passes do the same work.
            System.getLogger(FusedLoop.class.getName()).log(System.Logger.Level.DEBUG, "no loop for " + shape, e);
        }
    }
}
