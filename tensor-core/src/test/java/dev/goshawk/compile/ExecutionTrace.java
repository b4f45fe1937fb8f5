package dev.goshawk.compile;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows a plan step by step, and tile by tile in sections by images, with one mark for each element of its slabs: the value that was
 * written there last. What a step reads must bear the mark of the value it means to read, so two live values can share no memory. It
 * knows nothing of the lifetimes the plan was made from.
 */
final class ExecutionTrace {
    private final Plan plan;
    private final Map<String, Value[]> slabs = new HashMap<>();

    private ExecutionTrace(Plan plan) {
        this.plan = plan;
    }

    /**
     * Follows a whole run.
     *
     * @throws AssertionError naming the step and the value that is gone, or is overwritten while it is read
     */
    static void follow(Plan plan) {
        ExecutionTrace t = new ExecutionTrace(plan);
        for (Section section : plan.sections()) {
            if (section.byImages()) {
                t.byImages(section);
            } else {
                section.steps().forEach(step -> t.step(step, v -> t.whole(v)));
            }
        }
        plan.graph().outputs().forEach((name, v) -> t.require("output " + name, t.whole(v), v));
    }

    /** Elements of a slab from one to another; null for an input, which lies elsewhere. */
    private record Room(Value[] slab, int from, int to) {
        boolean meets(@Nullable Room o) {
            return o != null && slab == o.slab && from < o.to && o.from < to;
        }

        boolean is(@Nullable Room o) {
            return o != null && slab == o.slab && from == o.from && to == o.to;
        }
    }

    /** Where a step finds a value. */
    private interface Rooms {
        @Nullable Room of(Value v);
    }

    private @Nullable Room whole(Value v) {
        return room(v, 0, plan.memory().isPassing(plan.owner(v))
                ? v.shape().size() / plan.batch() * plan.tile()
                : v.shape().size());
    }

    private @Nullable Room room(Value v, int from, int to) {
        MemoryPlan.Place place = plan.memory().place(plan.owner(v));
        if (place == null) {
            if (!(plan.owner(v).op() instanceof Op.Input)) {
                throw new AssertionError("no place for " + v);
            }
            return null;
        }
        Value[] slab = slabs.computeIfAbsent(place.dtype() + " " + place.slab(),
                k -> new Value[plan.memory().slabSizes(place.dtype()).get(place.slab())]);
        if (place.offset() + to > slab.length) {
            throw new AssertionError("outside of its slab: " + v);
        }
        return new Room(slab, place.offset() + from, place.offset() + to);
    }

    private void byImages(Section section) {
        for (Value sum : section.begunSums()) {
            mark(whole(sum), canonical(sum));
        }
        for (int first = 0; first < plan.batch(); first += plan.tile()) {
            int from = first;
            int count = Math.min(plan.tile(), plan.batch() - first);
            for (int i = 0; i < section.steps().size(); i++) {
                BatchForm form = section.forms().get(i);
                Rooms rooms = v -> form.sliced().contains(v) ? images(v, from, count) : whole(v);
                for (Value sum : form.summed()) {
                    // Added up over the tiles: what the tile before has left, or an earlier term, must still be there.
                    require("sum over tiles", whole(sum), from == 0 && !section.begunSums().contains(sum)
                            ? addedTo(section.steps().get(i))
                            : sum);
                }
                step(section.steps().get(i), rooms);
            }
        }
    }

    private static Value addedTo(Step step) {
        return step instanceof Step.Apply a ? a.addTo().orElseThrow() : step.writes().getFirst();
    }

    private @Nullable Room images(Value v, int first, int count) {
        int image = v.shape().size() / plan.batch();
        int from = plan.memory().isPassing(plan.owner(v)) ? 0 : first * image;
        return room(v, from, from + count * image);
    }

    private void step(Step step, Rooms rooms) {
        for (Value v : step.reads()) {
            require(step.toString(), rooms.of(v), v);
        }
        List<Room> written = new ArrayList<>();
        for (Value w : step.writes()) {
            Room to = rooms.of(w);
            if (to == null) {
                throw new AssertionError(step + ": writes an input");
            }
            if (step instanceof Step.Apply a && a.addTo().isPresent()
                    && !isSumOver(to, canonical(w))) {
                require(step + ", adds to", to, a.addTo().get());
            }
            for (Value v : step.reads()) {
                if (to.meets(rooms.of(v)) && !(step instanceof Step.Loop && to.is(rooms.of(v)))) {
                    throw new AssertionError(step + ": " + w + " overlaps " + v + ", which it is computed from");
                }
            }
            if (written.stream().anyMatch(to::meets)) {
                throw new AssertionError(step + ": results overlap");
            }
            written.add(to);
        }
        for (int i = 0; i < written.size(); i++) {
            mark(written.get(i), canonical(step.writes().get(i)));
        }
    }

    /** A later tile finds the sum that an earlier one has begun. */
    private static boolean isSumOver(Room room, Value w) {
        return Arrays.stream(room.slab, room.from, room.to).allMatch(v -> v == w);
    }

    /** A reshape is the same elements. */
    private static Value canonical(Value v) {
        return v.op() instanceof Op.Reshape ? canonical(v.operand(0)) : v;
    }

    private static void mark(@Nullable Room room, Value v) {
        if (room != null) {
            Arrays.fill(room.slab, room.from, room.to, v);
        }
    }

    private void require(String what, @Nullable Room room, Value v) {
        for (int i = room == null ? 0 : room.from; room != null && i < room.to; i++) {
            if (room.slab[i] != canonical(v)) {
                throw new AssertionError(what + ": finds " + room.slab[i] + " in place of " + v + ", element "
                        + (i - room.from));
            }
        }
    }
}
