package dev.goshawk.backend;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tells when two threads are inside something that is for one at a time. It never makes a thread wait. */
public final class Exclusive {
    private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();

    /**
     * Before the work.
     *
     * @param what the work, for the message
     * @throws IllegalStateException if another thread, or this one, is inside
     */
    public void enter(String what) {
        Thread inside = user.compareAndExchange(null, Thread.currentThread());
        if (inside != null) {
            throw inUse(what, inside);
        }
    }

    /** After the work, failed or not. */
    public void leave() {
        user.set(null);
    }

    /**
     * Before a look at what the work changes.
     *
     * @throws IllegalStateException if another thread is inside
     */
    public void requireFree(String what) {
        Thread inside = user.get();
        if (inside != null && inside != Thread.currentThread()) {
            throw inUse(what, inside);
        }
    }

    private static IllegalStateException inUse(String what, Thread inside) {
        return new IllegalStateException(what + ": in use by thread '" + inside.getName()
                + "' at this moment; make one for each thread, or take turns");
    }
}
