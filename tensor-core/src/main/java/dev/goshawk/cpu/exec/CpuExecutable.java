package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.CacheLine;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Exclusive;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.compile.MemoryPlan;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Section;
import dev.goshawk.compile.Step;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A plan with its slabs on the heap and its kernels, run step by step. */
public final class CpuExecutable implements Executable {
    private final Workers workers;
    private final Plan plan;
    private final Map<Value, Slot> slots = new IdentityHashMap<>();
    private final Map<String, Value> inputs = new LinkedHashMap<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private final Map<String, Tensor> plannedOutputs = new LinkedHashMap<>();
    private final Scratch scratch = new Scratch();
    private final Exclusive running = new Exclusive();
    private boolean ready;

    /** With a plan of the graph's. */
    public CpuExecutable(Graph graph, Plan plan, Workers workers) {
        this.workers = workers;
        this.plan = plan;
        // An input that no output needs may be bound all the same.
        graph.inputs().forEach(inputs::put);
        Map<DType, List<Object>> slabs = takeSlabs(plan.memory());
        for (Step step : plan.steps()) {
            step.writes().forEach(w -> provide(w, slabs));
        }
        kernels.addAll(kernels(plan, this::slot, scratch, workers.threads()));
    }

    private static List<Kernel> kernels(Plan plan, Function<Value, Slot> slots, Scratch scratch, int threads) {
        KernelFactory whole = new KernelFactory(slots, v -> plan.memory().place(plan.owner(v)), v -> false, scratch,
                threads);
        List<Kernel> kernels = new ArrayList<>();
        for (Section section : plan.sections()) {
            if (section.byImages()) {
                kernels.add(new SectionByImages(plan, section, slots, scratch, threads));
            } else {
                section.steps().forEach(step -> kernels.add(whole.kernel(step)));
            }
        }
        return kernels;
    }

    /** What {@link #plannedBytes()} would be, without an array taken: kernels look at their slots only when they run. */
    public static long plannedBytes(Plan plan, Workers workers) {
        Scratch scratch = new Scratch();
        kernels(plan, _ -> new Slot(), scratch, workers.threads());
        return plan.memory().bytes() + scratch.bytes();
    }

    private static Map<DType, List<Object>> takeSlabs(MemoryPlan memory) {
        Map<DType, List<Object>> slabs = new EnumMap<>(DType.class);
        for (DType dtype : DType.values()) {
            List<Object> arrays = new ArrayList<>();
            for (int size : memory.slabSizes(dtype)) {
                int n = CacheLine.start(dtype) + size;
                arrays.add(switch (dtype) {
                    case FLOAT32 -> new float[n];
                    case FLOAT64 -> new double[n];
                    case INT32 -> new int[n];
                });
            }
            slabs.put(dtype, arrays);
        }
        return slabs;
    }

    private void provide(Value v, Map<DType, List<Object>> slabs) {
        MemoryPlan.Place place = plan.memory().place(plan.owner(v));
        if (place == null) {
            throw new IllegalStateException("no place planned for " + v);
        }
        Object array = slabs.getOrDefault(place.dtype(), List.of()).get(place.slab());
        Shape room = plan.memory().isPassing(plan.owner(v))
                ? Shape.of(v.shape().size() / plan.batch() * plan.tile())
                : v.shape();
        slot(v).bind(Slot.view(array, room, CacheLine.start(place.dtype()) + place.offset()));
    }

    /** The slot of a stored value; values that share storage share the owner's slot. */
    private Slot slot(Value v) {
        return slots.computeIfAbsent(plan.owner(v), k -> new Slot());
    }

    @Override
    public Set<String> inputs() {
        return Collections.unmodifiableSet(inputs.keySet());
    }

    @Override
    public Set<String> outputs() {
        return plan.graph().outputs().keySet();
    }

    @Override
    public void bind(String input, Tensor tensor) {
        Value v = inputs.get(input);
        if (v == null || !(v.op() instanceof Op.Input)) {
            throw Names.unknown("bind: no input", input, "inputs are", inputs.keySet());
        }
        if (tensor.dtype() != v.dtype() || !tensor.shape().equals(v.shape())) {
            throw new IllegalArgumentException("bind: input '" + input + "' is " + v.type() + ", got " + tensor.dtype()
                    + tensor.shape());
        }
        slot(v).bind(tensor);
        ready = false;
    }

    @Override
    public void run() {
        if (!ready) {
            List<String> missing = inputs.entrySet().stream().filter(e -> !slot(e.getValue()).isBound())
                    .map(Map.Entry::getKey).toList();
            if (!missing.isEmpty()) {
                throw new IllegalStateException("run: inputs not bound: " + missing);
            }
            ready = true;
        }
        running.enter("run");
        try {
            for (Kernel k : kernels) {
                k.run(workers);
            }
        } finally {
            running.leave();
        }
    }

    @Override
    public Tensor output(String name) {
        Value v = plan.graph().outputs().get(name);
        if (v == null) {
            throw Names.unknown("output: no output", name, "outputs are", outputs());
        }
        Slot slot = slot(v);
        if (!slot.isBound()) {
            throw new IllegalStateException("output '" + name + "' is an input that is not bound yet");
        }
        // The same view at every call, unless it is an input that has been bound anew.
        return v.op() instanceof Op.Input
                ? slot.tensor()
                : plannedOutputs.computeIfAbsent(name, k -> slot.tensor().reshape(v.shape()));
    }

    @Override
    public long plannedBytes() {
        return plan.memory().bytes() + scratch.bytes();
    }
}
