package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;

/**
 * Size of an allocation, counted over convolution and fully connected weights only: no batch-norm, no biases, no
 * scales. This is the convention of the published ratios (ResNet20 at 8,6,6,8,3,3,3,2,2,2,3 is 13.11).
 */
public final class Compression {
    private static final double BITS_PER_MEBIBYTE = 8.0 * (1 << 20);

    private Compression() {
    }

    /** How a printed size is counted, for reports. */
    public static String convention() {
        return "convolution and fully connected weights only; 1 MiB is 1,048,576 bytes";
    }

    /** sum of n_i b_i. */
    public static long bits(List<Block> blocks, List<BitWidth> bits) {
        if (blocks.isEmpty() || blocks.size() != bits.size()) {
            throw new IllegalArgumentException(
                    "compression: expected one bit width for each of " + blocks.size() + " blocks, got " + bits.size());
        }
        long sum = 0;
        for (int i = 0; i < blocks.size(); i++) {
            sum = Math.addExact(sum, Math.multiplyExact(blocks.get(i).weightCount(), (long) bits.get(i).bits()));
        }
        return sum;
    }

    /** Number of weights. */
    public static long weights(List<Block> blocks) {
        return blocks.stream().mapToLong(Block::weightCount).sum();
    }

    /** 32 sum n_i / sum n_i b_i. */
    public static double ratio(List<Block> blocks, List<BitWidth> bits) {
        return 32.0 * weights(blocks) / bits(blocks, bits);
    }

    /** Size in MiB. */
    public static double mebibytes(List<Block> blocks, List<BitWidth> bits) {
        return mebibytes(bits(blocks, bits));
    }

    static double mebibytes(long bits) {
        return bits / BITS_PER_MEBIBYTE;
    }
}
