package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A graph made ready to run: steps in order, and a place in memory for each stored value.
 *
 * @param graph the simplified graph; its inputs and outputs carry the original's names
 * @param sections the steps in the order they run
 * @param batch images in the batch; 1 for a plan that runs whole
 * @param tile images at a time in sections that run by images
 * @param owners values that share another's storage (reshapes, sums added up in place), with the value that owns it
 * @param memory where each owner lies
 */
public record Plan(Graph graph, List<Section> sections, int batch, int tile, Map<Value, Value> owners,
        MemoryPlan memory) {
    /** Bytes of one activation map of a tile that leave room in a second-level cache of 1 MiB for a few of them. */
    private static final long TILE_BYTES = 512 << 10;
    /** Fewer images do not pay for handing every filter to the kernels once a tile. */
    private static final int LEAST_TILE = 4;
    private static final int GREATEST_TILE = 32;

    /** Simplifies, fuses, orders and places; every step runs over the whole batch. The same for every backend. */
    public static Plan of(Graph graph) {
        Graph simplified = Simplifier.simplify(graph);
        List<Step> steps = Scheduler.schedule(simplified, new Pointwise(false));
        return whole(simplified, steps, owners(simplified, steps));
    }

    /** As {@link #of}, with sections that run by a few images at a time where the batch is large enough. */
    public static Plan byImages(Graph graph) {
        Graph simplified = Simplifier.simplify(graph);
        List<Step> steps = Scheduler.schedule(simplified, new Pointwise(true));
        Map<Value, Value> owners = owners(simplified, steps);
        OptionalInt batch = BatchForm.batch(steps);
        int tile = batch.isPresent() ? tile(steps, batch.getAsInt()) : 1;
        if (batch.isEmpty() || batch.getAsInt() <= tile) {
            return whole(simplified, steps, owners);
        }
        List<Section> sections = Section.of(steps, owners, simplified.outputs().values(), batch.getAsInt());
        return new Plan(simplified, sections, batch.getAsInt(), tile, owners,
                MemoryPlan.of(simplified, sections, owners, batch.getAsInt(), tile));
    }

    private static Plan whole(Graph graph, List<Step> steps, Map<Value, Value> owners) {
        List<Section> sections = List.of(new Section(steps, List.of()));
        return new Plan(graph, sections, 1, 1, owners, MemoryPlan.of(graph, sections, owners, 1, 1));
    }

    /** The power of two that keeps the largest activation map within {@link #TILE_BYTES}, within bounds. */
    private static int tile(List<Step> steps, int batch) {
        long perImage = 1;
        for (Step s : steps) {
            for (Value w : s.writes()) {
                if (w.shape().rank() > 0 && w.shape().dim(0) == batch) {
                    perImage = Math.max(perImage, (long) w.shape().size() / batch * w.dtype().bytes());
                }
            }
        }
        return (int) Math.clamp(Long.highestOneBit(Math.max(1, TILE_BYTES / perImage)), LEAST_TILE, GREATEST_TILE);
    }

    private static Map<Value, Value> owners(Graph graph, List<Step> steps) {
        Map<Value, Value> owners = new IdentityHashMap<>();
        for (Step s : steps) {
            if (s instanceof Step.Apply a && a.addTo().isPresent()) {
                owners.put(a.result(), a.addTo().get());
            }
        }
        for (Value v : graph.nodes()) {
            if (v.op() instanceof Op.Reshape) {
                owners.put(v, v.operand(0));
            }
        }
        return owners;
    }

    /** All steps in order. */
    public List<Step> steps() {
        return sections.stream().flatMap(s -> s.steps().stream()).toList();
    }

    /** The value whose storage this one uses. */
    public Value owner(Value v) {
        return owner(owners, v);
    }

    static Value owner(Map<Value, Value> owners, Value v) {
        Value at = v;
        for (Value next = owners.get(at); next != null; next = owners.get(at)) {
            at = next;
        }
        return at;
    }
}
