package dev.goshawk.cuda;

import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.lower.Address;
import dev.goshawk.cuda.lower.KernelLibrary;
import dev.goshawk.cuda.lower.VectorWork;
import dev.goshawk.cuda.lower.Work;
import dev.goshawk.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Power iteration on the device: one recording normalises, multiplies and takes the dot products, and three numbers come back. The
 * first step with a shift queues its launches one by one, the second records them.
 */
final class DeviceProducts implements ResidentProducts {
    private static final long SCALAR_BYTES = 4L * Double.BYTES;

    private final Device device;
    private final DeviceMemory memory;
    private final CudaExecutable executable;
    private final List<InputSlot> slots;
    private final List<Address> x;
    private final List<Address> y;
    private final VectorWork vectors;
    private final Address scalars;
    private final List<Work> multiply = new ArrayList<>();
    private @Nullable Double shift;
    private boolean stepped;
    private Device.@Nullable Recording recording;

    /** For float32 inputs and the outputs of the same sizes. */
    DeviceProducts(CudaExecutable executable, Device device, DeviceMemory memory, KernelLibrary kernels,
            List<InputSlot> slots, List<Integer> sizes, List<Address> y) {
        this.executable = executable;
        this.device = device;
        this.memory = memory;
        this.slots = slots;
        this.x = slots.stream().map(s -> (Address) s::address).toList();
        this.y = y;
        long room = memory.take(this, SCALAR_BYTES + VectorWork.partialBytes(sizes), "a vector's dot products");
        this.scalars = () -> room;
        this.vectors = new VectorWork(kernels, DType.FLOAT32, sizes, scalars.plus(SCALAR_BYTES));
        multiply.addAll(executable.work());
        multiply.addAll(vectors.dot(x, x, scalars));
        multiply.addAll(vectors.dot(x, y, scalars.plus(Double.BYTES)));
        multiply.addAll(vectors.dot(y, y, square()));
    }

    /** y'y of the last product, and ||y + shift x||^2 behind it. */
    private Address square() {
        return scalars.plus(2L * Double.BYTES);
    }

    @Override
    public Dots start() {
        executable.upload(List.of());
        queue(multiply);
        return dots();
    }

    @Override
    public Dots step(double by) {
        executable.upload(slots);
        if (shift == null || shift != by) {
            forget();
            shift = by;
        }
        Device.Recording r = recording;
        if (r == null && stepped) {
            r = device.record(() -> queue(step()));
            recording = r;
            memory.owns(this, r);
        }
        if (r == null) {
            queue(step());
        } else {
            r.replay();
        }
        stepped = true;
        return dots();
    }

    private void forget() {
        Device.Recording r = recording;
        if (r != null) {
            r.close();
        }
        recording = null;
        stepped = false;
    }

    private List<Work> step() {
        double by = shift == null ? 0 : shift;
        Address norm = square();
        List<Work> work = new ArrayList<>();
        if (by != 0) {
            norm = scalars.plus(3L * Double.BYTES);
            work.addAll(vectors.add(x, y, by));
            work.addAll(vectors.dot(y, y, norm));
        }
        work.addAll(vectors.scale(y, x, norm));
        work.addAll(multiply);
        return work;
    }

    private void queue(List<Work> work) {
        work.forEach(w -> w.queue(device));
    }

    private Dots dots() {
        double[] three = new double[3];
        device.download(List.of(new Device.Copy(MemorySegment.ofArray(three), scalars.get())));
        return new Dots(three[0], three[1], three[2]);
    }

    @Override
    public void store() {
        List<Device.Copy> copies = new ArrayList<>();
        slots.forEach(s -> s.download().ifPresent(copies::add));
        device.download(copies);
    }
}
