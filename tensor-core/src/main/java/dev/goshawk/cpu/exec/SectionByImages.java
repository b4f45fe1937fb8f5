package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.compile.BatchTile;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Section;
import dev.goshawk.compile.Step;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a section's steps for a tile of images, then for the next tile, in order: sums over the batch are added up in the order of
 * the tiles, whatever the number of threads. The last tile has what is left of the batch.
 */
final class SectionByImages implements Kernel {
    private final List<Slot> sums = new ArrayList<>();
    private final List<Tile> tiles = new ArrayList<>();

    /** Kernels for tiles of one size, and the windows they look through. */
    private record Tile(int count, List<Kernel> kernels, List<Window> windows) {
    }

    SectionByImages(Plan plan, Section section, Function<Value, Slot> slots, Scratch scratch, int threads) {
        section.begunSums().forEach(v -> sums.add(slots.apply(v)));
        int full = plan.batch() / plan.tile();
        int left = plan.batch() % plan.tile();
        tiles.add(tile(plan, section, slots, scratch, threads, 0, full, plan.tile()));
        if (left > 0) {
            tiles.add(tile(plan, section, slots, scratch, threads, full * plan.tile(), 1, left));
        }
    }

    private static Tile tile(Plan plan, Section section, Function<Value, Slot> slots, Scratch scratch, int threads,
            int first, int count, int images) {
        BatchTile narrowed = new BatchTile(plan.batch(), images);
        Map<Value, Window> windows = new IdentityHashMap<>();
        Set<Value> begun = new HashSet<>(section.begunSums());
        KernelFactory factory = new KernelFactory(v -> {
            Value owner = plan.owner(narrowed.original(v));
            return narrowed.isStandIn(v)
                    ? windows.computeIfAbsent(owner, o -> new Window(slots.apply(o), narrowed.elements(o),
                            plan.memory().isPassing(o), first, count, images)).slot
                    : slots.apply(v);
        }, v -> plan.memory().place(plan.owner(narrowed.original(v))), begun::contains, scratch, threads);
        List<Kernel> kernels = new ArrayList<>();
        for (int i = 0; i < section.steps().size(); i++) {
            Step step = narrowed.narrow(section.steps().get(i), section.forms().get(i));
            kernels.add(factory.kernel(step));
        }
        return new Tile(count, kernels, List.copyOf(windows.values()));
    }

    /** A value's images of the tile at work. */
    private static final class Window {
        final Slot whole;
        final Slot slot = new Slot();
        final int elements;
        final boolean passing;
        final int first;
        final int images;
        final Tensor[] views;
        private @Nullable Tensor seen;

        Window(Slot whole, int elements, boolean passing, int first, int count, int images) {
            this.whole = whole;
            this.elements = elements;
            this.passing = passing;
            this.first = first;
            this.images = images;
            this.views = new Tensor[passing ? 1 : count];
        }

        /** Looks at a tile; the views are made once for a binding. */
        void moveTo(int tile) {
            if (seen != whole.tensor()) {
                seen = whole.tensor();
                int perImage = elements / images;
                for (int t = 0; t < views.length; t++) {
                    int from = passing ? 0 : first * perImage + t * elements;
                    views[t] = Slot.view(whole.array(), Shape.of(elements), whole.offset() + from);
                }
            }
            slot.bind(views[passing ? 0 : tile]);
        }
    }

    @Override
    public void run(Workers workers) {
        for (Slot s : sums) {
            s.tensor().fill(0);
        }
        for (Tile tile : tiles) {
            for (int t = 0; t < tile.count; t++) {
                for (Window w : tile.windows) {
                    w.moveTo(t);
                }
                for (Kernel k : tile.kernels) {
                    k.run(workers);
                }
            }
        }
    }
}
