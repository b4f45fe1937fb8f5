package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A bit width for each block. {@link #choose} is exact: of all assignments which never give a more sensitive block
 * fewer bits and which meet the size target, it takes the one of least sum |lambda_i| ||Q_b(W_i) - W_i||^2. There are
 * C(L+4, 4) monotone assignments of five widths to L blocks (20,475 for L = 24), so all are tried.
 *
 * @param blocks in network order
 * @param bits one for each block
 */
public record BitAllocation(List<Block> blocks, List<BitWidth> bits) {
    /** The widths that are chosen from where no others are given, those of the paper: 2, 3, 4, 6, 8. */
    public static final List<BitWidth> CHOICES = List.of(BitWidth.B2, BitWidth.B3, BitWidth.B4, BitWidth.B6,
            BitWidth.B8);

    public BitAllocation {
        blocks = List.copyOf(blocks);
        bits = List.copyOf(bits);
        if (blocks.isEmpty() || blocks.size() != bits.size()) {
            throw new IllegalArgumentException(
                    "bit allocation: expected one width for each of " + blocks.size() + " blocks, got " + bits.size());
        }
    }

    /**
     * The best monotone assignment for a target, by the precision order of S_i.
     *
     * @param blocks in network order, with a perturbation for each of the {@link #CHOICES}
     * @throws IllegalArgumentException if no assignment meets the target; the message gives the reachable range
     */
    public static BitAllocation choose(List<Sensitivity> blocks, SizeTarget target) {
        return choose(blocks, target, CHOICES);
    }

    /**
     * The best monotone assignment for a target, from a set of widths.
     *
     * @param blocks in network order, with a perturbation for each of the widths
     * @param widths to choose from, ascending
     * @throws IllegalArgumentException if no assignment meets the target; the message gives the reachable range
     */
    public static BitAllocation choose(List<Sensitivity> blocks, SizeTarget target, List<BitWidth> widths) {
        return choose(blocks, Sensitivity.precisionOrder(blocks), target, widths);
    }

    /**
     * As {@link #choose}, with the precision order reversed: the least sensitive block gets the most bits. An ablation.
     */
    public static BitAllocation reversed(List<Sensitivity> blocks, SizeTarget target) {
        return reversed(blocks, target, CHOICES);
    }

    /** As {@link #reversed(List, SizeTarget)}, from a set of widths, ascending. */
    public static BitAllocation reversed(List<Sensitivity> blocks, SizeTarget target, List<BitWidth> widths) {
        List<Integer> order = new ArrayList<>(Sensitivity.precisionOrder(blocks));
        Collections.reverse(order);
        return choose(blocks, order, target, widths);
    }

    private static BitAllocation choose(List<Sensitivity> sensitivities, List<Integer> order, SizeTarget target,
            List<BitWidth> widths) {
        List<Block> blocks = sensitivities.stream().map(Sensitivity::block).toList();
        long budget = target.budget(blocks, widths.getFirst());
        List<BitWidth> sorted = MonotoneSearch.best(order.stream().map(sensitivities::get).toList(), widths, budget);
        List<BitWidth> bits = new ArrayList<>(Collections.nCopies(blocks.size(), BitWidth.FLOAT));
        for (int i = 0; i < order.size(); i++) {
            bits.set(order.get(i), sorted.get(i));
        }
        return new BitAllocation(blocks, bits);
    }

    /** Direct quantization: the widest single width that meets the target, with no second-order information. */
    public static BitAllocation direct(List<Block> blocks, SizeTarget target) {
        return direct(blocks, target, CHOICES);
    }

    /** As {@link #direct(List, SizeTarget)}, from a set of widths, ascending. */
    public static BitAllocation direct(List<Block> blocks, SizeTarget target, List<BitWidth> widths) {
        long budget = target.budget(blocks, widths.getFirst());
        for (BitWidth b : widths.reversed()) {
            if (Compression.weights(blocks) * b.bits() <= budget) {
                return uniform(blocks, b);
            }
        }
        throw new IllegalStateException(
                "direct allocation: budget of " + budget + " bits below " + widths.getFirst() + " bits a weight");
    }

    /** The same width everywhere. */
    public static BitAllocation uniform(List<Block> blocks, BitWidth bits) {
        return new BitAllocation(blocks, Collections.nCopies(blocks.size(), bits));
    }

    /**
     * An explicit list in network order, such as {@code 8,6,6,8,3,3,3,2,2,2,3}.
     *
     * @throws IllegalArgumentException if the count differs from the blocks or an entry is neither 1 to 8 nor 32
     */
    public static BitAllocation parse(List<Block> blocks, String list) {
        String[] parts = list.split(",", -1);
        if (parts.length != blocks.size()) {
            throw new InvalidSettingException(Setting.BITS, blocks.size() + " widths (blocks "
                    + blocks.getFirst().name() + " to " + blocks.getLast().name() + ")",
                    parts.length + " in '" + list + "'");
        }
        List<BitWidth> bits = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            bits.add(parse(blocks.get(i).name(), parts[i].strip()));
        }
        return new BitAllocation(blocks, bits);
    }

    private static BitWidth parse(String block, String text) {
        for (BitWidth b : BitWidth.values()) {
            if (b.toString().equals(text)) {
                return b;
            }
        }
        throw new InvalidSettingException(Setting.BITS, "1 to 8 or 32 (float) for block " + block, "'" + text + "'");
    }

    /** Compression ratio against 32-bit floats, by {@link Compression#convention()}. */
    public double ratio() {
        return Compression.ratio(blocks, bits);
    }

    /** Size in MiB, by {@link Compression#convention()}. */
    public double mebibytes() {
        return Compression.mebibytes(blocks, bits);
    }

    /**
     * The width of a block.
     *
     * @throws IllegalArgumentException if the allocation has none for it
     */
    public BitWidth of(Block block) {
        int at = blocks.indexOf(block);
        if (at < 0) {
            throw new IllegalArgumentException("bit allocation: expected one of "
                    + blocks.stream().map(Block::name).toList() + ", got block '" + block.name() + "'");
        }
        return bits.get(at);
    }

    /** sum |lambda_i| ||Q_b(W_i) - W_i||^2 over the given blocks. */
    public double cost(List<Sensitivity> sensitivities) {
        double sum = 0;
        for (Sensitivity s : sensitivities) {
            sum += s.omega(of(s.block()));
        }
        return sum;
    }

    /** The list as {@link #parse} reads it. */
    public String list() {
        return bits.stream().map(BitWidth::toString).collect(Collectors.joining(","));
    }
}
