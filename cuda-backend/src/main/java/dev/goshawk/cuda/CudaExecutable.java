package dev.goshawk.cuda;

import dev.goshawk.backend.Exclusive;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.compile.MemoryPlan;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Step;
import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.lower.Address;
import dev.goshawk.cuda.lower.KernelLibrary;
import dev.goshawk.cuda.lower.Lowering;
import dev.goshawk.cuda.lower.Precision;
import dev.goshawk.cuda.lower.Work;
import dev.goshawk.cuda.lower.Workspace;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plan with one slab of device memory. The first run queues its launches one by one; the second records them, and from then on a
 * run replays the recording. Bound tensors are copied over before a run, unless they are held; an output is copied back once
 * somebody has asked for it, and after every run from then on.
 */
final class CudaExecutable implements Executable {
    private static final int ALIGNMENT = 256;

    private final Plan plan;
    private final Device device;
    private final DeviceMemory memory;
    private final KernelLibrary kernels;
    private final Workspace workspace = new Workspace();
    private final List<Work> work = new ArrayList<>();
    private final Map<String, InputSlot> inputs = new LinkedHashMap<>();
    private final Map<Value, Address> planned = new IdentityHashMap<>();
    private final Map<String, Tensor> wanted = new LinkedHashMap<>();
    private final Exclusive running = new Exclusive();
    private final long slabBytes;
    private long slab;
    private boolean hasRun;
    private Device.@Nullable Recording recording;

    CudaExecutable(Graph graph, Device device, KernelLibrary kernels, Precision precision, DeviceMemory memory) {
        this.plan = Plan.of(graph);
        this.device = device;
        this.memory = memory;
        this.kernels = kernels;
        // An input that no output needs may be bound all the same.
        graph.inputs().forEach((name, v) -> inputs.put(name, new InputSlot(name, v, memory, this)));
        long bytes = placeSlabs(plan.memory());
        Lowering lowering = new Lowering(kernels, precision, this::address, workspace);
        for (Step step : plan.steps()) {
            work.addAll(lowering.lower(step));
        }
        kernels.loadGenerated();
        this.slabBytes = bytes + workspace.bytes();
        this.slab = memory.take(this, slabBytes, "a plan of " + Bytes.text(bytes) + " for values and "
                + Bytes.text(workspace.bytes()) + " to work in");
        workspace.place(slab + bytes);
    }

    /** What {@link #plannedBytes()} would be, without memory taken: work looks at addresses only when it is queued. */
    static long plannedBytes(Graph graph, KernelLibrary kernels, Precision precision) {
        Plan plan = Plan.of(graph);
        Workspace workspace = new Workspace();
        Lowering lowering = new Lowering(kernels, precision, _ -> () -> 0, workspace);
        plan.steps().forEach(lowering::lower);
        return Slabs.of(plan.memory()).bytes() + workspace.bytes();
    }

    /** Where each planned slab starts when all lie one after another, and where they end. */
    private record Slabs(Map<DType, List<Long>> starts, long bytes) {
        static Slabs of(MemoryPlan m) {
            Map<DType, List<Long>> starts = new EnumMap<>(DType.class);
            long end = 0;
            for (DType dtype : DType.values()) {
                List<Long> of = new ArrayList<>();
                for (int n : m.slabSizes(dtype)) {
                    of.add(end);
                    end += Math.ceilDiv((long) n * dtype.bytes(), ALIGNMENT) * ALIGNMENT;
                }
                starts.put(dtype, of);
            }
            return new Slabs(starts, end);
        }
    }

    private long placeSlabs(MemoryPlan m) {
        Slabs slabs = Slabs.of(m);
        for (Step step : plan.steps()) {
            for (Value w : step.writes()) {
                Value owner = plan.owner(w);
                MemoryPlan.Place place = m.place(owner);
                if (place == null) {
                    throw new IllegalStateException("no place planned for " + w);
                }
                long at = slabs.starts().getOrDefault(place.dtype(), List.of()).get(place.slab())
                        + (long) place.offset() * place.dtype().bytes();
                planned.put(owner, () -> slab + at);
            }
        }
        return slabs.bytes();
    }

    private Address address(Value v) {
        Value owner = plan.owner(v);
        if (owner.op() instanceof Op.Input(var name, var _, var _)) {
            return input(name)::address;
        }
        Address a = planned.get(owner);
        if (a == null) {
            throw new IllegalStateException("not stored: " + v);
        }
        return a;
    }

    private InputSlot input(String name) {
        InputSlot slot = inputs.get(name);
        if (slot == null) {
            throw Names.unknown("bind: no input", name, "inputs are", inputs.keySet());
        }
        return slot;
    }

    @Override
    public Set<String> inputs() {
        return Set.copyOf(inputs.keySet());
    }

    @Override
    public Set<String> outputs() {
        return plan.graph().outputs().keySet();
    }

    @Override
    public void bind(String input, Tensor tensor) {
        moved(input(input).bind(tensor));
    }

    @Override
    public void hold(String input) {
        input(input).hold(device);
    }

    @Override
    public void connect(String input, Executable producer, String output) {
        InputSlot slot = input(input);
        if (producer instanceof CudaExecutable other && other.device == device) {
            Value v = other.outputValue(output);
            moved(slot.connect(other, v, other.address(v)));
        } else {
            bind(input, producer.output(output));
        }
    }

    /** A recording holds addresses, so it ends with them. */
    private void moved(boolean elsewhere) {
        Device.Recording r = recording;
        if (elsewhere && r != null) {
            r.close();
            recording = null;
        }
    }

    @Override
    public void run() {
        running.enter("run");
        try {
            upload(List.of());
            launch();
            fetch(wanted);
        } finally {
            running.leave();
        }
    }

    List<Work> work() {
        return work;
    }

    /** Copies over what is bound and not held, but for some inputs whose place on the device is in use. */
    void upload(List<InputSlot> except) {
        List<String> missing = inputs.entrySet().stream().filter(e -> !e.getValue().isBound()).map(Map.Entry::getKey)
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("run: inputs not bound: " + missing);
        }
        List<Device.Copy> changed = new ArrayList<>();
        inputs.values().stream().filter(slot -> !except.contains(slot))
                .forEach(slot -> slot.upload().ifPresent(changed::add));
        device.upload(changed);
    }

    /** Offered in float32: three dot products tell a residual to 1e-8, which is below that type's rounding only. */
    @Override
    public Optional<ResidentProducts> resident(List<String> names, List<String> outputs) {
        List<InputSlot> slots = names.stream().map(this::input).toList();
        List<Value> products = outputs.stream().map(this::outputValue).toList();
        List<Integer> sizes = products.stream().map(v -> v.shape().size()).toList();
        boolean apart = products.stream().map(plan::owner).distinct().count() == products.size()
                && products.stream().noneMatch(v -> plan.owner(v).op() instanceof Op.Input);
        boolean single = products.stream().allMatch(v -> v.dtype() == DType.FLOAT32);
        if (!apart || !single || slots.stream().anyMatch(s -> s.tensor() == null)) {
            return Optional.empty();
        }
        return Optional.of(new DeviceProducts(this, device, memory, kernels, slots, sizes,
                products.stream().map(this::address).toList()));
    }

    private void launch() {
        Device.Recording r = recording;
        if (r == null && hasRun) {
            r = device.record(this::queue);
            recording = r;
            memory.owns(this, r);
        }
        if (r == null) {
            queue();
        } else {
            r.replay();
        }
        hasRun = true;
    }

    private void queue() {
        work.forEach(w -> w.queue(device));
    }

    private Value outputValue(String name) {
        Value v = plan.graph().outputs().get(name);
        if (v == null) {
            throw Names.unknown("output: no output", name, "outputs are", outputs());
        }
        return v;
    }

    @Override
    public Tensor output(String name) {
        Value v = outputValue(name);
        if (v.op() instanceof Op.Input(var input, var _, var _)) {
            Tensor bound = input(input).tensor();
            if (bound != null) {
                return bound;
            }
        }
        Tensor known = wanted.get(name);
        if (known != null) {
            return known;
        }
        Tensor t = Tensor.zeros(v.dtype(), v.shape());
        wanted.put(name, t);
        if (hasRun) {
            fetch(Map.of(name, t));
        }
        return t;
    }

    private void fetch(Map<String, Tensor> outputs) {
        List<Device.Copy> copies = new ArrayList<>();
        outputs.forEach((name, to) -> {
            if (to.size() > 0) {
                copies.add(new Device.Copy(HostMemory.of(to), address(outputValue(name)).get()));
            }
        });
        if (!copies.isEmpty()) {
            device.download(copies);
        }
    }

    @Override
    public long plannedBytes() {
        return slabBytes;
    }
}
