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
 * at its turn and, where that tolerates it, the images behind it move up or, in a pass of training, the next one that can
 * be decoded stands in for it. Memory is bounded: {@code ahead} images, and one file being decoded per thread. Used by
 * one thread.
 */
public final class PrefetchingBatches implements AutoCloseable {
    private static final long AHEAD_BYTES = 64L << 20;
    private static final int LARGEST_AHEAD = 256;

    private final Batches batches;
    private final int[] order;
    private final int end;
    private final boolean replacing;
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

    /** An image under way: its place in the order, and where its pixels go. */
    private record Ahead(int at, byte[] pixels, Future<?> decoded) {
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
        this(batches, order, 0, order.length, false, augmentation, epoch, threads, ahead, faults);
    }

    private PrefetchingBatches(Batches batches, int[] order, int from, int end, boolean replacing,
            Augmentation augmentation, int epoch, int threads, int ahead, ImageFaults faults) {
        if (threads < 1 || ahead < 1) {
            throw new DataException(
                    "prefetching: expected at least 1 thread and 1 image ahead, got " + threads + " and "
                            + ahead);
        }
        this.batches = batches;
        this.order = order.clone();
        this.submitted = from;
        this.end = end;
        this.replacing = replacing;
        this.augmentation = augmentation;
        this.epoch = epoch;
        this.faults = faults;
        this.decoders = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("decode-", 0).factory());
        int bytes = batches.dataset().imageBytes();
        for (int i = 0; i < Math.min(ahead, end - from); i++) {
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
        return new PrefetchingBatches(batches, order, 0, order.length, false, augmentation, epoch, threads(batches),
                ahead(batches), faults);
    }

    /**
     * A pass over part of an epoch of training, in which every row belongs to one place of the order: where an image
     * cannot be decoded, the next in the order that can be stands in for it. So a training that goes on from the middle
     * of an epoch sees what it would have seen.
     *
     * @param from first place in the order
     * @param end place after the last
     */
    public static PrefetchingBatches training(Batches batches, int[] order, int from, int end,
            Augmentation augmentation, int epoch, ImageFaults faults) {
        return new PrefetchingBatches(batches, order, from, end, true, augmentation, epoch, threads(batches),
                ahead(batches), faults);
    }

    private static int threads(Batches batches) {
        return batches.dataset().decodesOnDemand() ? Runtime.getRuntime().availableProcessors() : 1;
    }

    private static int ahead(Batches batches) {
        return ahead(batches.dataset());
    }

    private static int ahead(ImageDataset dataset) {
        return Math.clamp(AHEAD_BYTES / Math.max(1, dataset.imageBytes()), 2, LARGEST_AHEAD);
    }

    /** Most bytes of images that a pass over a data set decodes ahead. */
    public static long aheadBytes(ImageDataset dataset) {
        return (long) Math.min(ahead(dataset), dataset.size()) * dataset.imageBytes();
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
            int image = order[ahead.at()];
            if (fault != null) {
                faults.meet(fault);
                image = replacing ? replacement(ahead, fault) : -1;
            }
            if (image >= 0) {
                batches.put(image, ahead.pixels(), filled, images, labels);
                rows[filled++] = image;
            }
            free.add(ahead.pixels());
            submit();
        }
        good += filled;
        if (good == 0 && order.length > 0 && queue.isEmpty() && !replacing) {
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
        while (submitted < end && !free.isEmpty()) {
            int at = submitted++;
            byte[] pixels = free.remove();
            queue.add(new Ahead(at, pixels,
                    decoders.submit(() -> batches.decode(order[at], pixels, augmentation, epoch))));
        }
    }

    /** Decodes the next image in the order, around its end, that can be; faults are told at their own turn. */
    private int replacement(Ahead ahead, DataException fault) {
        for (int i = 1; i < order.length; i++) {
            int image = order[(ahead.at() + i) % order.length];
            try {
                batches.decode(image, ahead.pixels(), augmentation, epoch);
                return image;
            } catch (DataException e) {
                // Told at its own turn.
                continue;
            }
        }
        throw new DataException("none of the " + order.length + " images can be read; one of them: "
                + fault.getMessage(), fault);
    }

    /** Waits for an image; a fault of its file is returned, any other failure thrown. */
    private @Nullable DataException await(Ahead ahead) {
        try {
            ahead.decoded().get();
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DataException fault) {
                return fault;
            }
            if (e.getCause() instanceof Error error) {
                // Want of memory, above all, which is no fault of the image.
                throw error;
            }
            throw new IllegalStateException(
                    "prefetching: image " + order[ahead.at()] + " failed (" + e.getCause() + ")",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("prefetching: interrupted while waiting for image " + order[ahead.at()], e);
        }
    }
}
