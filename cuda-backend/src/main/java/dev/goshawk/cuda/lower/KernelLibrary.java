package dev.goshawk.cuda.lower;

import dev.goshawk.cuda.device.Device;
import dev.goshawk.cuda.device.Launch;
import dev.goshawk.cuda.ptx.PtxText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernels of one device, loaded when first asked for: those that ship as PTX, and the generated loops. */
public final class KernelLibrary {
    private static final String FOLDER = "/dev/goshawk/cuda/";
    private static final int BLOCK = 256;

    private final Device device;
    private final Map<String, Device.Kernel> kernels = new HashMap<>();
    private final Map<String, PtxText> wanted = new LinkedHashMap<>();

    public KernelLibrary(Device device) {
        this.device = device;
    }

    /** The text of a module that ships, for instance {@code reduce}. */
    public static String moduleText(String module) {
        String path = FOLDER + module + ".ptx";
        try (InputStream in = KernelLibrary.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the class path lacks " + path + ": rebuild cuda-backend");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** A kernel that ships. */
    Device.Kernel shipped(String module, String name) {
        Device.Kernel known = kernels.get(name);
        if (known == null) {
            kernels.putAll(device.load(moduleText(module), entries(moduleText(module))));
            known = kernels.get(name);
        }
        if (known == null) {
            throw new IllegalStateException("module " + module + " has no kernel " + name);
        }
        return known;
    }

    private static List<String> entries(String ptx) {
        String mark = ".visible .entry ";
        List<String> names = new ArrayList<>();
        for (int at = ptx.indexOf(mark); at >= 0; at = ptx.indexOf(mark, at + 1)) {
            names.add(ptx.substring(at + mark.length(), ptx.indexOf('(', at)).strip());
        }
        return names;
    }

    /** Notes a generated kernel, to be compiled with others by {@link #loadGenerated}; the name finds it then. */
    String generated(PtxText kernel) {
        if (!kernels.containsKey(kernel.name())) {
            wanted.put(kernel.name(), kernel);
        }
        return kernel.name();
    }

    /** Compiles the generated kernels noted so far as one module. */
    public void loadGenerated() {
        if (!wanted.isEmpty()) {
            Collection<PtxText> texts = wanted.values();
            kernels.putAll(device.load(PtxText.module(texts), List.copyOf(wanted.keySet())));
            wanted.clear();
        }
    }

    /** Work that launches a generated kernel. */
    Work launchGenerated(String name, int blocks, int threads, List<Object> arguments) {
        return d -> d.launch(new Launch(loaded(name), blocks, 1, 1, threads, 1, resolve(arguments)));
    }

    private Device.Kernel loaded(String name) {
        Device.Kernel k = kernels.get(name);
        if (k == null) {
            throw new IllegalStateException("kernel not loaded: " + name);
        }
        return k;
    }

    /** Work that launches a kernel that ships. Arguments as {@link Launch} has them, an {@link Address} for a pointer. */
    Work launch(String module, String name, int[] grid, int blockX, int blockY, Object... arguments) {
        Device.Kernel kernel = shipped(module, name);
        List<Object> args = List.of(arguments);
        return d -> d.launch(new Launch(kernel, grid[0], grid[1], grid[2], blockX, blockY, resolve(args)));
    }

    /** Work that launches one thread an element. */
    Work elements(String module, String name, int n, Object... arguments) {
        return launch(module, name, new int[] {Math.ceilDiv(n, BLOCK), 1, 1}, BLOCK, 1, arguments);
    }

    private static List<Object> resolve(List<Object> arguments) {
        return arguments.stream().map(a -> a instanceof Address at ? (Object) at.get() : a).toList();
    }
}
