package dev.goshawk.data;

import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One pass over images in a given order, decoded by threads of its own while the caller computes. Batches hold the
 * images in that order whatever the number of threads; an image that cannot be decoded is handed to {@link ImageFaults}
 * at its turn and, where that tolerates it, the images behind it move up. Memory is bounded: {@code ahead} images, and
 * one file being decoded per thread. Used by one thread.
 */
public final class PrefetchingBatches implements AutoCloseable {
    private static final long AHEAD_BYTES = 64L << 20;
    private static final int LARGEST_AHEAD = 256;

    private final Batches batches;
    private final int[] order;
    private final Augmentation augmentation;
    private final int epoch;
    private final ImageFaults faults;
    private final ExecutorService decoders;
    private final ArrayDeque<Ahead> queue = new ArrayDeque<>();
    private final ArrayDeque<byte[]> free = new ArrayDeque<>();
    private int[] rows = new int[0];
    private int filled;
    private int submitted;
    private int good;
    private boolean closed;

    /** An image under way. */
    private record Ahead(int image, byte[] pixels, Future<?> decoded) {
    }

    /**
     * Starts decoding.
     *
     * @param order positions in the data set, as {@link Batches#order} or {@link Batches#inOrder} gives them
     * @param epoch the epoch that augmentation is drawn for
     * @param threads decoding threads, at least 1
     * @param ahead images decoded before they are asked for, at least 1
     */
    public PrefetchingBatches(Batches batches, int[] order, Augmentation augmentation, int epoch, int threads,
            int ahead, ImageFaults faults) {
        if (threads < 1 || ahead < 1) {
            throw new DataException(
                    "prefetching: expected at least 1 thread and 1 image ahead, got " + threads + " and "
                            + ahead);
        }
        this.batches = batches;
        this.order = order.clone();
        this.augmentation = augmentation;
        this.epoch = epoch;
        this.faults = faults;
        this.decoders = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("decode-", 0).factory());
        int bytes = batches.dataset().imageBytes();
        for (int i = 0; i < Math.min(ahead, order.length); i++) {
            free.add(new byte[bytes]);
        }
        submit();
    }

    /**
     * A pass with as many decoding threads as there are processors and up to 256 images, or 64 MiB of them, ahead.
     * Where images are in memory already one thread is enough.
     */
    public static PrefetchingBatches over(Batches batches, int[] order, Augmentation augmentation, int epoch,
            ImageFaults faults) {
        int threads = batches.dataset().decodesOnDemand() ? Runtime.getRuntime().availableProcessors() : 1;
        int ahead = Math.clamp(AHEAD_BYTES / Math.max(1, batches.dataset().imageBytes()), 2, LARGEST_AHEAD);
        return new PrefetchingBatches(batches, order, augmentation, epoch, threads, ahead, faults);
    }

    /**
     * Fills a batch with the next images. Where the images end before the batch does, the remaining rows are zeros, as
     * {@link Batches#fill(int[], int, Tensor, Tensor)} leaves them.
     *
     * @param images [N, height, width, 3], float32 or float64
     * @param labels [N, classes], float32 or float64
     * @return the number of images, at most N; 0 when all have been given
     * @throws ShapeMismatchException if a tensor has another shape
     * @throws DataException if an image cannot be decoded and faults are not tolerated, or if none could be
     */
    public int next(Tensor images, Tensor labels) {
        if (closed) {
            throw new IllegalStateException("prefetching: next batch asked for after close");
        }
        int batch = batches.clear(images, labels);
        rows = new int[batch];
        filled = 0;
        while (filled < batch && !queue.isEmpty()) {
            Ahead ahead = queue.remove();
            DataException fault = await(ahead);
            if (fault == null) {
                batches.put(ahead.image(), ahead.pixels(), filled, images, labels);
                rows[filled++] = ahead.image();
            }
            free.add(ahead.pixels());
            submit();
            if (fault != null) {
                faults.meet(fault);
            }
        }
        good += filled;
        if (good == 0 && order.length > 0 && queue.isEmpty()) {
            throw new DataException("none of the " + order.length + " images can be read; the first: "
                    + faults.first().getFirst());
        }
        return filled;
    }

    /** The position in the data set of a row of the last batch. */
    public int image(int row) {
        if (row < 0 || row >= filled) {
            throw new IndexOutOfBoundsException("row " + row + " of a batch of " + filled);
        }
        return rows[row];
    }

    /** Ends the decoding threads; images under way are dropped. */
    @Override
    public void close() {
        closed = true;
        decoders.shutdownNow();
    }

    private void submit() {
        while (submitted < order.length && !free.isEmpty()) {
            int image = order[submitted++];
            byte[] pixels = free.remove();
            queue.add(new Ahead(image, pixels,
                    decoders.submit(() -> batches.decode(image, pixels, augmentation, epoch))));
        }
    }

    /** Waits for an image; a fault of its file is returned, any other failure thrown. */
    private static @Nullable DataException await(Ahead ahead) {
        try {
            ahead.decoded().get();
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DataException fault) {
                return fault;
            }
            throw new IllegalStateException("prefetching: image " + ahead.image() + " failed (" + e.getCause() + ")",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("prefetching: interrupted while waiting for image " + ahead.image(), e);
        }
    }
}
