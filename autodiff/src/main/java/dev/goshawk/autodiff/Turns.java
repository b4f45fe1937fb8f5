package dev.goshawk.autodiff;

import dev.goshawk.backend.Exclusive;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Detects threads that interfere with each other in one product: two inside it at once, a direction overwritten before its thread has
 * applied it, a product overwritten before its thread has read it. Threads that take turns are allowed.
 */
final class Turns {
    private static final String REMEDY = "; make one product for each thread, or take turns from direction() to product()";

    private final Exclusive run = new Exclusive();
    /** Threads that have taken a direction to write and not applied it, and whether another has taken one since. */
    private final Map<Long, Boolean> directions = new HashMap<>();
    /** Threads whose product another has overwritten. */
    private final Set<Long> overwritten = new HashSet<>();
    private long applied = -1;

    private static long me() {
        return Thread.currentThread().threadId();
    }

    synchronized void direction() {
        run.requireFree("direction");
        directions.replaceAll((thread, _) -> true);
        directions.put(me(), false);
    }

    void startApply() {
        run.enter("apply");
        boolean mixed;
        synchronized (this) {
            mixed = Boolean.TRUE.equals(directions.remove(me()));
        }
        if (mixed) {
            run.leave();
            throw new IllegalStateException("apply: another thread has written the direction" + REMEDY);
        }
    }

    synchronized void endApply() {
        if (applied >= 0 && applied != me()) {
            overwritten.add(applied);
        }
        applied = me();
        overwritten.remove(applied);
        run.leave();
    }

    void startLinearize() {
        run.enter("linearize");
    }

    synchronized void endLinearize() {
        overwritten.clear();
        applied = -1;
        run.leave();
    }

    /** Before a look at what was computed at the point. */
    void look(String what) {
        run.requireFree(what);
    }

    synchronized void product() {
        run.requireFree("product");
        if (applied < 0) {
            throw new IllegalStateException("product: call apply() first, at this point");
        }
        if (overwritten.contains(me())) {
            throw new IllegalStateException("product: another thread has applied another direction" + REMEDY);
        }
    }
}
