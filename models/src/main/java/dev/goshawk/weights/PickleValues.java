package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What stands on the stack of an unpickler: what the globals of a pickle stand for, and containers. Nothing is looked up, loaded or called by name: a global is a function that
 * {@link StateDictUnpickler} carries out itself, an element type, the class of a value that is data only, or refused.
 */
final class PickleValues {
    /** Functions that the unpickler knows. */
    enum Function {
        ORDERED_DICT, DEFAULT_DICT, REBUILD_TENSOR, REBUILD_TENSOR_V3, REBUILD_PARAMETER, REBUILD_SUBCLASS, SIZE
    }

    /**
     * A class or function whose results are data only: they are passed over as {@link Opaque}.
     *
     * @param name with its module
     */
    record OpaqueClass(String name) {
    }

    /**
     * A value that is passed over.
     *
     * @param what fit for a message, such as {@code numpy.ndarray}
     */
    record Opaque(String what) {
    }

    /**
     * A class or function on no list.
     *
     * @param name with its module
     */
    record Unknown(String name) {
    }

    private static final Set<String> DATA = names(
            """
                    builtins: bool int long float complex str unicode bytes bytearray list tuple dict set frozenset range xrange slice
                    collections: Counter deque
                    argparse: Namespace
                    types: SimpleNamespace
                    datetime: date time datetime timedelta timezone
                    decimal: Decimal
                    fractions: Fraction
                    uuid: UUID SafeUUID
                    array: array _array_reconstructor
                    _codecs: encode
                    pathlib: Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath
                    numpy: dtype ndarray bool bool_ int8 int16 int32 int64 intc intp longlong uint8 uint16 uint32 uint64 uintc uintp
                    numpy: ulonglong float16 float32 float64 longdouble complex64 complex128 clongdouble str_ bytes_ datetime64 timedelta64
                    numpy.core.multiarray: scalar _reconstruct
                    numpy.core.numeric: _frombuffer
                    numpy.random._pickle: __randomstate_ctor __generator_ctor __bit_generator_ctor
                    numpy.random._mt19937: MT19937
                    numpy.random._pcg64: PCG64 PCG64DXSM
                    numpy.random._philox: Philox
                    numpy.random._sfc64: SFC64
                    numpy.random.bit_generator: SeedSequence
                    torch: device Tensor Generator strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc jagged
                    torch: contiguous_format channels_last channels_last_3d preserve_format
                    torch: per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric per_channel_affine_float_qparams
                    torch: bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 short int long half float double
                    torch: float16 float32 float64 bfloat16 cfloat cdouble complex32 complex64 complex128 qint8 quint8 qint32 quint4x2
                    torch: quint2x4 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2
                    torch.nn.parameter: Parameter Buffer
                    torch.serialization: _get_layout
                    torch.torch_version: TorchVersion
                    torch._utils: _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_qtensor _rebuild_nested_tensor
                    torch._utils: _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor
                    """);

    private PickleValues() {
    }

    private static Set<String> names(String lines) {
        return lines.lines().map(line -> line.split(": ", 2))
                .flatMap(line -> Stream.of(line[1].split(" ")).map(name -> line[0] + "." + name))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** A {@link Function}, an {@link ElementType}, an {@link OpaqueClass} or {@link Unknown}. */
    static Object of(String module, String name) {
        String full = module + "." + name;
        Function function = function(full);
        if (function != null) {
            return function;
        }
        ElementType storage = module.equals("torch") || module.equals("torch.storage")
                ? ElementType.ofTorch(name)
                : null;
        if (storage != null) {
            return storage;
        }
        String canonical = canonical(module) + "." + name;
        boolean arrayType = module.equals("numpy.dtypes") && name.endsWith("DType");
        return arrayType || DATA.contains(canonical) ? new OpaqueClass(canonical) : new Unknown(full);
    }

    private static @Nullable Function function(String full) {
        return switch (full) {
            case "collections.OrderedDict" -> Function.ORDERED_DICT;
            case "collections.defaultdict" -> Function.DEFAULT_DICT;
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> Function.REBUILD_TENSOR;
            case "torch._utils._rebuild_tensor_v3" -> Function.REBUILD_TENSOR_V3;
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
                Function.REBUILD_PARAMETER;
            case "torch._tensor._rebuild_from_type_v2", "torch.tensor._rebuild_from_type_v2" ->
                Function.REBUILD_SUBCLASS;
            case "torch.Size" -> Function.SIZE;
            default -> null;
        };
    }

    /** The name a module has in one of the versions of Python and NumPy. */
    private static String canonical(String module) {
        return switch (module) {
            case "__builtin__" -> "builtins";
            case "pathlib._local" -> "pathlib";
            case "numpy._core.multiarray" -> "numpy.core.multiarray";
            case "numpy._core.numeric" -> "numpy.core.numeric";
            default -> module;
        };
    }

    /** The result of calling what is data only. */
    static Opaque result(OpaqueClass called) {
        String name = called.name();
        return new Opaque(switch (name) {
            case "numpy.core.multiarray._reconstruct", "numpy.core.numeric._frombuffer" -> "numpy.ndarray";
            case "numpy.core.multiarray.scalar" -> "numpy.number";
            case "_codecs.encode" -> "bytes";
            case "torch._utils._rebuild_qtensor" -> "quantized tensor";
            case "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_sparse_csr_tensor" -> "sparse tensor";
            default -> name.startsWith("torch._utils._rebuild_") ? "tensor of an unusual kind" : name;
        });
    }

    /** In Python's words, what an object of a pickle is; never what it holds. */
    static String kind(@Nullable Object object) {
        return switch (object) {
            case null -> "None";
            case StateDictUnpickler.None _ -> "None";
            case String _ -> "text";
            case Boolean _ -> "bool";
            case Number _ -> "number";
            case Map<?, ?> _ -> "dict";
            case List<?> _ -> "list";
            case Object[] _ -> "tuple";
            case TensorRef _ -> "tensor";
            case Opaque o -> Printable.shown(o.what());
            case OpaqueClass c -> "class " + Printable.shown(c.name());
            default -> "value";
        };
    }

    /** Sets keys and values, which alternate, in a dict; other kinds of data are passed over. */
    static void putAll(Object target, List<Object> items) {
        if (items.size() % 2 != 0) {
            throw new IllegalArgumentException("a key without a value");
        }
        if (target instanceof Opaque) {
            return;
        }
        Map<Object, Object> map = dict(target);
        for (int i = 0; i < items.size(); i += 2) {
            put(map, items.get(i), items.get(i + 1));
        }
    }

    /** Only what is hashed in bounded time is a key; a tuple, say, may be deeper than can be walked. */
    static void put(Map<Object, Object> map, Object key, Object value) {
        if (key instanceof Map<?, ?> || key instanceof List<?>) {
            throw new IllegalArgumentException("a container as a key");
        }
        if (key instanceof String || key instanceof Number || key instanceof Boolean) {
            map.put(key, value);
        }
    }

    /** Adds to a list; other kinds of data are passed over. */
    @SuppressWarnings("unchecked")
    static void addAll(Object target, List<Object> items) {
        if (!(target instanceof Opaque)) {
            ((ArrayList<Object>) target).addAll(items);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> dict(Object o) {
        return (Map<Object, Object>) o;
    }
}
