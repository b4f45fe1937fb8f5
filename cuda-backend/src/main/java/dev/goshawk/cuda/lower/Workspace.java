package dev.goshawk.cuda.lower;

/** Device memory that the steps of one executable share, each using it from the start while it runs. */
public final class Workspace {
    private long bytes;
    private long base;

    /** Asks for room; to be called while a plan is lowered. */
    Address require(long wanted) {
        bytes = Math.max(bytes, wanted);
        return () -> base;
    }

    /** Bytes asked for. */
    public long bytes() {
        return bytes;
    }

    /** Tells where it lies. */
    public void place(long address) {
        base = address;
    }
}
