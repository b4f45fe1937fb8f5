package dev.goshawk.cuda.lower;

import dev.goshawk.tensor.DType;
import java.util.List;

/**
 * Which tile computes a product of m x n results k deep, and into how many parts the depth is split. The choice is the cheapest by
 * a rough model of a large GPU (two blocks on each of 132 multiprocessors), whatever GPU is there: the split decides the order of
 * sums, and results must not depend on it.
 */
record TileChoice(Tile tile, int splits, int chunk) {
    private static final int RESIDENT = 264;
    private static final int STEP = 16;
    private static final int SHORTEST_CHUNK = 128;
    private static final int MOST_SPLITS = 256;
    /** Of one block's multiply-adds: a launch, and reading one element of one part of a split result. */
    private static final double LAUNCH = 250_000;
    private static final double PART = 0.17;

    /** Rows and columns of a block's part of the result, its threads, and its speed relative to the fastest. */
    record Tile(int rows, int columns, int threads, double speed) {
        String label() {
            return rows + "x" + columns;
        }
    }

    private static final Tile T128X128 = new Tile(128, 128, 256, 1);
    private static final Tile T128X64 = new Tile(128, 64, 256, 0.85);
    private static final Tile T64X64 = new Tile(64, 64, 128, 0.75);
    private static final Tile T128X32 = new Tile(128, 32, 128, 0.65);
    private static final Tile T256X16 = new Tile(256, 16, 128, 0.5);
    private static final Tile T64X32 = new Tile(64, 32, 64, 0.5);
    private static final Tile T64X16 = new Tile(64, 16, 64, 0.35);

    private static final Tile TENSOR128X128 = new Tile(128, 128, 512, 1);
    private static final Tile TENSOR128X64 = new Tile(128, 64, 256, 0.85);
    private static final Tile TENSOR128X16 = new Tile(128, 16, 128, 0.4);

    /** Tiles of the kernels on tensor cores. */
    static List<Tile> tensorCores(boolean filters) {
        return filters
                ? List.of(TENSOR128X128, TENSOR128X64, T64X64, T64X32, T64X16)
                : List.of(TENSOR128X128, TENSOR128X64, T64X64, T128X32, TENSOR128X16);
    }

    /** Tiles of the output and input gradient kernels. */
    static List<Tile> images(DType dtype, boolean vector) {
        if (dtype == DType.FLOAT64) {
            return List.of(T64X64, T64X16);
        }
        return vector ? List.of(T128X128, T128X64, T64X64, T128X32, T256X16) : List.of(T64X64, T256X16);
    }

    /** Tiles of the filter gradient kernels. */
    static List<Tile> filters(DType dtype, boolean vector) {
        if (dtype == DType.FLOAT64 || !vector) {
            return List.of(T64X64, T64X16);
        }
        return List.of(T128X128, T128X64, T64X64, T64X32, T64X16);
    }

    /** Tiles of the matrix product. */
    static List<Tile> matrices(DType dtype) {
        return dtype == DType.FLOAT64 ? List.of(T64X64) : List.of(T128X128, T64X64);
    }

    /** @param independent products of this size in the same launch */
    static TileChoice of(List<Tile> tiles, int m, int n, int k, int independent) {
        TileChoice best = null;
        double least = Double.POSITIVE_INFINITY;
        for (Tile t : tiles) {
            double blocks = (double) Math.ceilDiv(m, t.rows()) * Math.ceilDiv(n, t.columns()) * independent;
            for (int splits = 1; splits <= MOST_SPLITS; splits *= 2) {
                int chunk = Math.max(STEP, Math.ceilDiv(Math.ceilDiv(k, splits), STEP) * STEP);
                int used = Math.max(1, Math.ceilDiv(k, chunk));
                if (splits > 1 && (chunk < SHORTEST_CHUNK || blocks * used > 4 * RESIDENT)) {
                    break;
                }
                double waves = Math.max(1, blocks * used / RESIDENT);
                double cost = (waves < 4 ? Math.ceil(waves) : waves) * t.rows() * t.columns() * chunk / t.speed();
                cost += used == 1 ? 0 : LAUNCH + PART * used * m * n;
                if (cost < least) {
                    least = cost;
                    best = new TileChoice(t, used, chunk);
                }
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("no tiles to choose from");
        }
        return best;
    }

    /** Blocks that cover the results. */
    int blocks(int m, int n) {
        return Math.ceilDiv(m, tile.rows()) * Math.ceilDiv(n, tile.columns());
    }
}
