package dev.goshawk.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The few calls of the driver that tell whether it can be used, without JCuda's libraries. Results are the driver's codes. */
interface DriverCalls {
    /** {@code cuInit}. */
    int init();

    /** {@code cuDriverGetVersion}: 1000 major + 10 minor of the newest CUDA it supports. */
    int version();

    /** {@code cuDeviceGetCount}. */
    int devices();

    /** {@code cuDeviceGetAttribute} of the first device. */
    int attribute(int attribute);

    /**
     * The driver of this machine.
     *
     * @throws IllegalArgumentException if there is none
     */
    static DriverCalls open(String library) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        return new DriverCalls() {
            @Override
            public int init() {
                return call("cuInit", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), 0);
            }

            @Override
            public int version() {
                return filled("cuDriverGetVersion",
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            }

            @Override
            public int devices() {
                return filled("cuDeviceGetCount", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            }

            @Override
            public int attribute(int attribute) {
                return filled("cuDeviceGetAttribute", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), attribute, 0);
            }

            /** A call that leaves a number in the place of its first argument. */
            private int filled(String name, FunctionDescriptor type, Object... more) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
                    Object[] all = new Object[more.length + 1];
                    all[0] = out;
                    System.arraycopy(more, 0, all, 1, more.length);
                    int code = call(name, type, all);
                    return code == 0 ? out.get(ValueLayout.JAVA_INT, 0) : 0;
                }
            }

            private int call(String name, FunctionDescriptor type, Object... arguments) {
                MethodHandle f = Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
                try {
                    return (int) f.invokeWithArguments(arguments);
                } catch (Throwable t) {
                    throw new IllegalStateException(name, t);
                }
            }
        };
    }
}
