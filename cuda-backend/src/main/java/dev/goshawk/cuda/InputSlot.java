package dev.goshawk.cuda;

import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.lower.Address;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where an input comes from: a tensor on the heap with a copy on the device, or another executable's output. */
final class InputSlot {
    private final String name;
    private final Value value;
    private final DeviceMemory memory;
    private final Object owner;
    private @Nullable Tensor tensor;
    private boolean held;
    private long copy;
    private @Nullable Address connected;
    /** Keeps the memory behind {@link #connected} in use. */
    @SuppressWarnings("unused")
    private @Nullable Object producer;

    InputSlot(String name, Value value, DeviceMemory memory, Object owner) {
        this.name = name;
        this.value = value;
        this.memory = memory;
        this.owner = owner;
    }

    boolean isBound() {
        return tensor != null || connected != null;
    }

    @Nullable Tensor tensor() {
        return tensor;
    }

    long address() {
        Address a = connected;
        return a == null ? copy : a.get();
    }

    /** Returns whether the input now lies elsewhere on the device. */
    boolean bind(Tensor t) {
        check(t.dtype() + t.shape().toString(), t.dtype() == value.dtype() && t.shape().equals(value.shape()));
        boolean moved = connected != null || copy == 0;
        if (copy == 0) {
            copy = memory.take(owner, value.type().bytes(), "input '" + name + "'");
        }
        tensor = t;
        connected = null;
        producer = null;
        held = false;
        return moved;
    }

    /** As {@link #bind}. */
    boolean connect(Object from, Value output, Address address) {
        check(output.type().toString(), output.type().equals(value.type()));
        tensor = null;
        producer = from;
        connected = address;
        return true;
    }

    private void check(String got, boolean fits) {
        if (!fits) {
            throw new IllegalArgumentException("bind: input '" + name + "' is " + value.type() + ", got " + got);
        }
    }

    void hold(Device device) {
        held = false;
        upload().ifPresent(copy -> device.upload(List.of(copy)));
        held = true;
    }

    /** What has to be copied before a run. */
    Optional<Device.Copy> upload() {
        Tensor t = tensor;
        return t != null && !held && t.size() > 0
                ? Optional.of(new Device.Copy(HostMemory.of(t), copy))
                : Optional.empty();
    }

    /** The way back: what the device has, to the tensor bound. */
    Optional<Device.Copy> download() {
        Tensor t = tensor;
        return t != null && t.size() > 0 ? Optional.of(new Device.Copy(HostMemory.of(t), copy)) : Optional.empty();
    }
}
