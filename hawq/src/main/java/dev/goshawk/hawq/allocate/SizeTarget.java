package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;
import java.util.Locale;

/** The size an allocation must not exceed. */
public sealed interface SizeTarget {
    /**
     * The most bits the weights may take.
     *
     * @param least fewest bits per weight that may be chosen
     * @throws IllegalArgumentException if the target lies outside what the widths reach; the message gives the range
     */
    long budget(List<Block> blocks, BitWidth least);

    /** For people, such as {@code ratio 13.1}. */
    String describe();

    /** At least this many times smaller than 32-bit floats. */
    static SizeTarget ratio(double ratio) {
        return new Ratio(ratio);
    }

    /** At most this many MiB. */
    static SizeTarget mebibytes(double size) {
        return new Mebibytes(size);
    }

    /** A compression ratio; a relative slack of 1e-9 lets a ratio printed by this project be given back. */
    record Ratio(double ratio) implements SizeTarget {
        @Override
        public long budget(List<Block> blocks, BitWidth least) {
            double most = 32.0 / least.bits();
            if (!(ratio >= 1 && ratio <= most)) {
                throw new IllegalArgumentException(String.format(Locale.ROOT,
                        "target ratio: expected 1 to %s (every block at %s bits), got %s", most, least, ratio));
            }
            return (long) Math.floor(32.0 * Compression.weights(blocks) / ratio * (1 + 1e-9));
        }

        @Override
        public String describe() {
            return "ratio " + ratio;
        }
    }

    /** A size in MiB of convolution and fully connected weights. */
    record Mebibytes(double size) implements SizeTarget {
        @Override
        public long budget(List<Block> blocks, BitWidth least) {
            long weights = Compression.weights(blocks);
            double low = Compression.mebibytes(weights * least.bits());
            double high = Compression.mebibytes(weights * 32);
            if (!(size >= low * (1 - 1e-9) && size <= high * (1 + 1e-9))) {
                throw new IllegalArgumentException(String.format(Locale.ROOT,
                        "target size: expected %.4f (every block at %s bits) to %.4f MiB (float), got %s MiB", low,
                        least, high, size));
            }
            return (long) Math.floor(size * 8 * (1 << 20) * (1 + 1e-9));
        }

        @Override
        public String describe() {
            return "size " + size + " MiB";
        }
    }
}
