package dev.goshawk.cpu.kernel.loop;

import dev.goshawk.cpu.kernel.element.FloatLanes;
import dev.goshawk.cpu.kernel.loop.LoopShape.Place;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;

/**
 * Writes the class of a {@link GeneratedLoop}: for a shape
 *
 * <pre>{@code
 * float[] a0 = (float[]) arrays[0]; int o0 = bases[0]; ...
 * FloatVector v3 = broadcast(a3[o3]); ...
 * for (int e = first; e < last; e += chunk) {
 *     int end = Math.min(chunk, last - e) - (LANES - 1);
 *     int i0 = o0 + e; ...
 *     FloatVector v4 = broadcast(a4[o4 + chunksDone]); ...
 *     for (int i = 0; i < end; i += LANES) {
 *         v0 = load(a0, i0 + i); ...
 *         v5 = v0.fma(v1, v3);
 *         v5.intoArray(a5, i5 + i);
 *     }
 * }
 * }</pre>
 *
 * No branch depends on data or is met for the first time late, so a method once compiled stays compiled.
 */
public final class LoopGenerator {
    /** More passes than this and a loop stays with them: the vectors alive would not fit the registers. */
    private static final int MOST_PASSES = 40;

    private static final ClassDesc FLOATS = ConstantDescs.CD_float.arrayType();
    private static final ClassDesc VECTOR = describe(FloatVector.class);
    private static final ClassDesc ANY_VECTOR = describe(Vector.class);
    private static final ClassDesc LANES = describe(FloatLanes.class);
    private static final MethodTypeDesc ON_ONE = MethodTypeDesc.of(VECTOR, VECTOR);
    private static final MethodTypeDesc ON_TWO = MethodTypeDesc.of(VECTOR, VECTOR, VECTOR);
    private static final MethodTypeDesc ON_THREE = MethodTypeDesc.of(VECTOR, VECTOR, VECTOR, VECTOR);
    private static final MethodTypeDesc READ = MethodTypeDesc.of(VECTOR, FLOATS, ConstantDescs.CD_int);

    // Locals: this, then run's parameters.
    private static final int ARRAYS = 1;
    private static final int BASES = 2;
    private static final int WORKER = 3;
    private static final int FIRST = 4;
    private static final int LAST = 5;
    private static final int CHUNK = 6;
    private static final int ELEMENT = 7;
    private static final int INDEX = 8;
    private static final int END = 9;
    private static final int CHUNKS_DONE = 10;
    private static final int LOCATIONS = 11;

    private final LoopShape shape;
    private final List<Integer> inMemory = new ArrayList<>();
    private final boolean[] inRegister;

    private LoopGenerator(LoopShape shape) {
        this.shape = shape;
        this.inRegister = new boolean[shape.places().size()];
        for (int k = 0; k < shape.places().size(); k++) {
            if (shape.places().get(k) != Place.TEMPORARY) {
                inMemory.add(k);
            }
        }
    }

    /** Whether all passes have a vector form and the loop is of a size that a method can hold. */
    public static boolean supports(LoopShape shape) {
        return shape.passes().size() <= MOST_PASSES && shape.passes().stream().allMatch(p -> p.op().hasVectorForm());
    }

    /** A new loop that the JVM has not compiled yet: right, but slow. */
    public static GeneratedLoop generate(LoopShape shape) throws ReflectiveOperationException {
        LoopGenerator g = new LoopGenerator(shape);
        ClassDesc self = ClassDesc.of(LoopGenerator.class.getPackageName(), "FusedPasses");
        byte[] bytes = ClassFile.of()
                .build(self,
                        c -> c.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                                .withInterfaceSymbols(describe(GeneratedLoop.class))
                                .withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, 0,
                                        b -> b.aload(0)
                                                .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody("run",
                                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_Object.arrayType(),
                                                ConstantDescs.CD_int.arrayType(), ConstantDescs.CD_int,
                                                ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int),
                                        ClassFile.ACC_PUBLIC, g::run));
        Class<?> made = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
        return (GeneratedLoop) made.getDeclaredConstructor().newInstance();
    }

    private static ClassDesc describe(Class<?> c) {
        return c.describeConstable().orElseThrow();
    }

    private static int array(int location) {
        return LOCATIONS + 4 * location;
    }

    /** Where the location begins. */
    private static int base(int location) {
        return LOCATIONS + 4 * location + 1;
    }

    /** Where this chunk begins in it. */
    private static int start(int location) {
        return LOCATIONS + 4 * location + 2;
    }

    private static int vector(int location) {
        return LOCATIONS + 4 * location + 3;
    }

    private void run(CodeBuilder b) {
        for (int k : inMemory) {
            b.aload(ARRAYS).loadConstant(k).aaload().checkcast(FLOATS).astore(array(k));
            b.aload(BASES).loadConstant(k).iaload();
            if (shape.places().get(k) == Place.SUM) {
                b.iload(WORKER).iadd();
            }
            b.istore(base(k));
            if (shape.places().get(k) == Place.SCALAR) {
                b.aload(array(k)).iload(base(k)).invokestatic(LANES, "same", READ).astore(vector(k));
            }
        }
        Label chunks = b.newLabel();
        Label done = b.newLabel();
        b.iload(FIRST).istore(ELEMENT);
        b.loadConstant(0).istore(CHUNKS_DONE);
        b.labelBinding(chunks).iload(ELEMENT).iload(LAST).if_icmpge(done);
        chunk(b);
        b.iinc(CHUNKS_DONE, 1).iload(ELEMENT).iload(CHUNK).iadd().istore(ELEMENT).goto_(chunks);
        b.labelBinding(done).return_();
    }

    private void chunk(CodeBuilder b) {
        b.iload(CHUNK).iload(LAST).iload(ELEMENT).isub()
                .invokestatic(describe(Math.class), "min",
                        MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int))
                .loadConstant(GeneratedLoop.LANES - 1).isub().istore(END);
        for (int k : inMemory) {
            b.iload(base(k));
            if (shape.places().get(k) == Place.FULL) {
                b.iload(ELEMENT).iadd();
            }
            b.istore(start(k));
            if (shape.places().get(k) == Place.BY_CHUNK) {
                b.aload(array(k)).iload(base(k)).iload(CHUNKS_DONE).iadd().invokestatic(LANES, "same", READ)
                        .astore(vector(k));
            }
        }
        Label steps = b.newLabel();
        Label done = b.newLabel();
        b.loadConstant(0).istore(INDEX);
        b.labelBinding(steps).iload(INDEX).iload(END).if_icmpge(done);
        Arrays.fill(inRegister, false);
        shape.passes().forEach(p -> pass(b, p));
        b.iinc(INDEX, GeneratedLoop.LANES).goto_(steps);
        b.labelBinding(done);
    }

    private void pass(CodeBuilder b, ElementPass p) {
        boolean sum = shape.places().get(p.target()) == Place.SUM;
        List<Integer> from = new ArrayList<>(List.of(p.a(), p.b(), p.c()).subList(0, p.op().operands()));
        if (sum) {
            from.add(p.target());
        }
        from.forEach(k -> read(b, k));
        from.forEach(k -> b.aload(vector(k)));
        switch (p.op()) {
            case COPY -> {
            }
            case ADD, SUM -> method(b, "add", 1);
            case SUBTRACT -> method(b, "sub", 1);
            case MULTIPLY -> method(b, "mul", 1);
            case DIVIDE -> method(b, "div", 1);
            case MAX -> method(b, "max", 1);
            case MIN -> method(b, "min", 1);
            case SCALE -> b.loadConstant((float) p.p()).invokevirtual(VECTOR, "mul",
                    MethodTypeDesc.of(VECTOR, ConstantDescs.CD_float));
            case MULTIPLY_ADD, SUM_OF_PRODUCTS -> method(b, "fma", 2);
            case SQRT -> b.invokevirtual(VECTOR, "sqrt", MethodTypeDesc.of(VECTOR));
            case ABS -> b.invokevirtual(VECTOR, "abs", MethodTypeDesc.of(VECTOR));
            case AT_LEAST -> b.invokestatic(LANES, "atLeast", ON_TWO);
            case MASK_POSITIVE -> b.invokestatic(LANES, "maskPositive", ON_TWO);
            case WHERE -> b.invokestatic(LANES, "where", ON_THREE);
            case RELU -> b.invokestatic(LANES, "relu", ON_ONE);
            case STEP -> b.invokestatic(LANES, "step", ON_ONE);
            case RECIPROCAL -> b.invokestatic(LANES, "reciprocal", ON_ONE);
            case ROUND -> b.invokestatic(LANES, "round", ON_ONE);
            case ROUND_SMALL -> b.invokestatic(LANES, "roundSmall", ON_ONE);
            case SIGN -> b.invokestatic(LANES, "sign", ON_ONE);
            case FLOOR -> b.invokestatic(LANES, "floor", ON_ONE);
            case EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, SIGMOID_SLOPE, SOFTPLUS, ERF, ERFC,
                    ERF_SLOPE, SIN, COS, POWER ->
                throw new IllegalArgumentException("no vector form of " + p.op());
        }
        b.astore(vector(p.target()));
        inRegister[p.target()] = true;
        if (shape.places().get(p.target()) != Place.TEMPORARY) {
            b.aload(vector(p.target())).aload(array(p.target())).iload(start(p.target())).iload(INDEX).iadd()
                    .invokevirtual(VECTOR, "intoArray",
                            MethodTypeDesc.of(ConstantDescs.CD_void, FLOATS, ConstantDescs.CD_int));
        }
    }

    /** Loads what no pass of this step has read or computed yet. */
    private void read(CodeBuilder b, int location) {
        Place place = shape.places().get(location);
        if (inRegister[location] || place == Place.SCALAR || place == Place.BY_CHUNK || place == Place.TEMPORARY) {
            return;
        }
        b.aload(array(location)).iload(start(location)).iload(INDEX).iadd().invokestatic(LANES, "load", READ)
                .astore(vector(location));
        inRegister[location] = true;
    }

    private static void method(CodeBuilder b, String name, int vectors) {
        b.invokevirtual(VECTOR, name, MethodTypeDesc.of(VECTOR, Collections.nCopies(vectors, ANY_VECTOR)));
    }
}
