package dev.goshawk.hawq.packing;

import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.packed.format.LevelRule;
import dev.goshawk.packed.format.LevelRule.Form;
import dev.goshawk.tensor.Tensor;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The shortest rule of the format that gives a quantizer's levels to the bit.
 *
 * @param numbers the rule's
 */
@SuppressWarnings("ArrayRecordComponent")
record PackedLevels(LevelRule rule, float[] numbers) {

    /** Tries the forms from the shortest on; the table fits always. */
    static PackedLevels of(TensorQuantizer quantizer) {
        Tensor levels = quantizer.levels();
        int count = levels.shape().dim(0);
        int groups = groups(levels);
        float[] table = new float[count * groups];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) levels.get(i / groups * levels.shape().dim(1) + i % groups);
        }
        int bits = quantizer.bits().bits();
        return Stream.of(linear(bits, table, groups), unit(bits, count, groups), basis(quantizer, count, groups))
                .flatMap(Optional::stream).filter(p -> p.gives(table)).findFirst()
                .orElseGet(() -> new PackedLevels(new LevelRule(Form.TABLE, bits, count, groups, 0, 0), table));
    }

    /** One, where all output channels have the same levels. */
    private static int groups(Tensor levels) {
        int columns = levels.shape().dim(1);
        return IntStream.range(0, levels.size()).allMatch(i -> levels.get(i) == levels.get(i - i % columns))
                ? 1
                : columns;
    }

    private boolean gives(float[] table) {
        float[] own = rule.table(numbers);
        return IntStream.range(0, table.length).allMatch(i -> own[i] == table[i]);
    }

    /** Whole multiples of a step, zero among them, or two levels of opposite signs. */
    private static Optional<PackedLevels> linear(int bits, float[] table, int groups) {
        int count = table.length / groups;
        if (count < 2) {
            return Optional.empty();
        }
        int zero = IntStream.range(0, count)
                .filter(k -> IntStream.range(0, groups).allMatch(g -> table[k * groups + g] == 0)).findFirst()
                .orElse(-1);
        if (zero < 0 && count != 2) {
            return Optional.empty();
        }
        float[] steps = new float[groups];
        for (int g = 0; g < groups; g++) {
            steps[g] = zero < 0 || zero + 1 < count
                    ? table[(zero < 0 ? 1 : zero + 1) * groups + g]
                    : -table[(zero - 1) * groups + g];
        }
        int first = zero < 0 ? -1 : -zero;
        return Optional.of(
                new PackedLevels(new LevelRule(Form.LINEAR, bits, count, groups, first, zero < 0 ? 2 : 1), steps));
    }

    private static Optional<PackedLevels> unit(int bits, int count, int groups) {
        return count == 1 << bits && groups == 1
                ? Optional.of(new PackedLevels(new LevelRule(Form.UNIT, bits, count, 1, 0, 0), new float[0]))
                : Optional.empty();
    }

    private static Optional<PackedLevels> basis(TensorQuantizer quantizer, int count, int groups) {
        int bits = quantizer.bits().bits();
        return quantizer.basis().filter(v -> count == 1 << bits && v.size() == bits * groups)
                .map(v -> new PackedLevels(new LevelRule(Form.BASIS, bits, count, groups, 0, 0), floats(v)));
    }

    static float[] floats(Tensor tensor) {
        float[] all = new float[tensor.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) tensor.get(i);
        }
        return all;
    }
}
