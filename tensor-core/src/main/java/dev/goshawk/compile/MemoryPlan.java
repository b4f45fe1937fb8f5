package dev.goshawk.compile;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place in a slab for every stored value that is not an input. Values whose lifetimes do not overlap share memory: the largest are
 * placed first, each at the lowest offset that is free during its whole lifetime. A loop's result reuses the memory of an operand that
 * ends there.
 */
public final class MemoryPlan {
    /** Elements; offsets are multiples of a cache line of float32. */
    private static final int ALIGNMENT = 16;
    /** Elements in one slab: Java arrays end just under 2^31. */
    private static final long SLAB = (1L << 31) - 64;

    /** A slab number among those of the value's element type, and the offset in elements. */
    public record Place(DType dtype, int slab, int offset) {
    }

    private static final class Block {
        final DType dtype;
        final long size;
        final int from;
        int to;
        /** The last value to lie here. */
        Value holder;
        long offset = -1;

        Block(Value holder, long size, int from) {
            this.holder = holder;
            this.dtype = holder.dtype();
            this.size = size;
            this.from = from;
            this.to = from;
        }
    }

    private final Map<Value, Place> places = new IdentityHashMap<>();
    private final Map<DType, List<Integer>> slabSizes = new java.util.EnumMap<>(DType.class);
    private final Set<Value> passing = Collections.newSetFromMap(new IdentityHashMap<>());

    private MemoryPlan() {
    }

    /** Where a storage owner lies; null for an input, which its user provides. */
    public @Nullable Place place(Value owner) {
        return places.get(owner);
    }

    /** Whether an owner has memory for one tile of images only: a section by images both makes it and uses it up. */
    public boolean isPassing(Value owner) {
        return passing.contains(owner);
    }

    /** Sizes in elements of the slabs of one element type. */
    public List<Integer> slabSizes(DType dtype) {
        return slabSizes.getOrDefault(dtype, List.of());
    }

    /** Bytes of all slabs. */
    public long bytes() {
        long total = 0;
        for (Map.Entry<DType, List<Integer>> e : slabSizes.entrySet()) {
            for (int n : e.getValue()) {
                total += (long) n * e.getKey().bytes();
            }
        }
        return total;
    }

    static MemoryPlan of(Graph graph, List<Section> sections, Map<Value, Value> owners, int batch, int tile) {
        Lifetimes life = new Lifetimes(graph, sections, owners);
        Map<Value, Block> blocks = new IdentityHashMap<>();
        List<Block> all = new ArrayList<>();
        int t = 0;
        for (Step step : sections.stream().flatMap(s -> s.steps().stream()).toList()) {
            for (Value w : step.writes()) {
                Value owner = Plan.owner(owners, w);
                if (owner != w) {
                    continue;
                }
                Block taken = step instanceof Step.Loop loop
                        ? endingOperand(loop.nest(), w, t, owners, life, blocks)
                        : null;
                if (taken != null) {
                    taken.to = life.to(w);
                    taken.holder = w;
                    blocks.put(w, taken);
                } else {
                    long size = w.shape().size();
                    Block b = new Block(w, align(life.passing.contains(w) ? size / batch * tile : size),
                            life.from(w, t));
                    b.to = life.to(w);
                    blocks.put(w, b);
                    all.add(b);
                }
            }
            t++;
        }
        MemoryPlan plan = new MemoryPlan();
        for (DType dtype : DType.values()) {
            plan.assign(dtype, all.stream().filter(b -> b.dtype == dtype).toList());
        }
        blocks.forEach((v, b) -> plan.places.put(v, plan.split(b)));
        plan.passing.addAll(life.passing);
        return plan;
    }

    /** At least one line, so that a value without elements has a place too. */
    private static long align(long n) {
        return (Math.max(n, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** The block of an operand that this loop reads last, element for element, and no earlier result of the loop has taken. */
    private static @Nullable Block endingOperand(LoopNest nest, Value result, int t, Map<Value, Value> owners,
            Lifetimes life, Map<Value, Block> blocks) {
        if (result.shape().size() != nest.size() || result.op() instanceof Op.Sum) {
            return null;
        }
        for (LoopNest.Operand o : nest.operands()) {
            Value owner = Plan.owner(owners, o.value());
            Block b = blocks.get(owner);
            if (o.access() == Access.FULL && b != null && b.holder == owner
                    && life.lastUse.getOrDefault(owner, -1) == t && !life.readWhole.get(t).contains(owner)
                    && life.passing.contains(owner) == life.passing.contains(result) && owner.dtype() == result.dtype()
                    && owner.shape().size() == nest.size()
                    && nest.operands().stream().filter(p -> Plan.owner(owners, p.value()) == owner).count() == 1) {
                return b;
            }
        }
        return null;
    }

    private void assign(DType dtype, List<Block> blocks) {
        List<Block> bySize = new ArrayList<>(blocks);
        bySize.sort(Comparator.comparingLong((Block b) -> -b.size).thenComparingInt(b -> b.from));
        List<Block> placed = new ArrayList<>();
        long end = 0;
        for (Block b : bySize) {
            long at = 0;
            for (Block p : placed) {
                if (p.from > b.to || b.from > p.to || at + b.size <= p.offset) {
                    continue;
                }
                at = Math.max(at, p.offset + p.size);
            }
            at = at / SLAB == (at + b.size - 1) / SLAB ? at : (at / SLAB + 1) * SLAB;
            b.offset = at;
            end = Math.max(end, at + b.size);
            int i = placed.size();
            while (i > 0 && placed.get(i - 1).offset > at) {
                i--;
            }
            placed.add(i, b);
        }
        List<Integer> sizes = new ArrayList<>();
        for (long left = end; left > 0; left -= SLAB) {
            sizes.add((int) Math.min(left, SLAB));
        }
        slabSizes.put(dtype, sizes);
    }

    private Place split(Block b) {
        return new Place(b.dtype, (int) (b.offset / SLAB), (int) (b.offset % SLAB));
    }
}
