package dev.goshawk.spark;

/** How a sample's micro-batches are divided into consecutive shards. */
final class Split {
    /** A shard's size is off by at most one part in so many. */
    private static final int GRAINS = 8;

    private Split() {
    }

    /**
     * Bounds of the shards: shard i is micro-batches [bounds[i], bounds[i + 1]). The bits are the same for any bounds; these are
     * multiples of a power of two, so that a shard is few nodes of the sum's tree, and even.
     *
     * @param microBatches how many there are, at least 1
     * @param shards how many are wanted, from 1 to {@code microBatches}
     */
    static int[] bounds(int microBatches, int shards) {
        if (shards < 1 || shards > microBatches) {
            throw new IllegalArgumentException("partitions: expected 1 to " + microBatches
                    + ", the number of micro-batches, got " + shards);
        }
        int grain = Integer.highestOneBit(Math.max(1, microBatches / (GRAINS * shards)));
        int[] bounds = new int[shards + 1];
        for (int i = 1; i < shards; i++) {
            long ideal = (long) i * microBatches / shards;
            bounds[i] = (int) ((ideal + grain / 2) / grain) * grain;
        }
        bounds[shards] = microBatches;
        return bounds;
    }

    /** How many nodes of the sum's tree micro-batches [from, to) make up: the largest aligned runs in them. */
    static int nodes(int from, int to) {
        int nodes = 0;
        for (int at = from; at < to; nodes++) {
            int fits = Integer.highestOneBit(to - at);
            at += at == 0 ? fits : Math.min(fits, Integer.lowestOneBit(at));
        }
        return nodes;
    }
}
