package dev.goshawk.cuda.kernels;

import java.util.Map;

/** The tiles of the product kernels, as README.md beside them lists them. */
final class Tiles {
    private static final Map<String, Integer> THREADS = Map.of("128x128", 256, "128x64", 256, "64x64", 128, "128x32",
            128, "256x16", 128, "64x32", 64, "64x16", 64);
    private static final Map<String, Integer> TENSOR_THREADS = Map.of("128x128", 512, "128x64", 256, "64x64", 128,
            "128x32", 128, "128x16", 128, "64x32", 64, "64x16", 64);

    private Tiles() {
    }

    static int threads(String tile) {
        return THREADS.get(tile);
    }

    static int tensorThreads(String tile) {
        return TENSOR_THREADS.get(tile);
    }

    /** Blocks that cover a result. */
    static int blocks(String tile, int rows, int columns) {
        String[] sizes = tile.split("x");
        return Math.ceilDiv(rows, Integer.parseInt(sizes[0])) * Math.ceilDiv(columns, Integer.parseInt(sizes[1]));
    }
}
