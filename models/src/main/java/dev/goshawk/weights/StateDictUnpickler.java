package dev.goshawk.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;

/**
 * Unpickles state dicts and nothing else. Both the operations and the globals of a pickle are on allow-lists, and no
 * global is looked up by name in any registry: each becomes one of the values below, so a pickle cannot construct
 * anything but maps, lists, tuples, strings, numbers and {@link TensorRef}s. Memory is bounded by the number of
 * operations, since no operation here copies a container and every counted string is held against what is left of the
 * file.
 */
final class StateDictUnpickler extends Unpickler {
    private static final int MAX_OPERATIONS = 4_000_000;
    private static final int MAX_STRING = 1 << 20;
    private static final int MAX_LINE = 256;

    /** Python's None: the Unpickler's own would be a null. */
    enum None {
        NONE
    }

    /** Globals that may be called. */
    private enum Callable {
        ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, SIZE, INERT
    }

    /**
     * The result of a call that is let through because checkpoints hold it beside the weights (devices, NumPy
     * scalars).
     */
    private enum Inert {
        VALUE
    }

    private final PickleStream bytes;
    private final Map<String, StorageRef> storages = new LinkedHashMap<>();
    private int operations;

    StateDictUnpickler(PickleStream bytes) {
        this.bytes = bytes;
    }

    /**
     * The next object of the stream.
     *
     * @throws IllegalArgumentException if the pickle is damaged or not allowed; the message does not name the file
     * @throws EOFException if it stops early
     */
    Object next() throws IOException {
        try {
            return load(bytes);
        } catch (RefusedException e) {
            throw e;
        } catch (PickleException | IllegalArgumentException | IndexOutOfBoundsException | ClassCastException e) {
            throw new IllegalArgumentException("damaged pickle at byte " + bytes.position() + " (" + describe(e) + ")",
                    e);
        }
    }

    /** Every storage referred to so far, by key. */
    Map<String, StorageRef> storages() {
        return Collections.unmodifiableMap(storages);
    }

    private static String describe(RuntimeException e) {
        return switch (e) {
            case IndexOutOfBoundsException _ -> "stack underflow";
            case ClassCastException _ -> "an operand of the wrong type";
            default -> WeightFileException.shown(e.getMessage());
        };
    }

    @Override
    protected Object dispatch(short opcode) throws IOException {
        if (++operations > MAX_OPERATIONS) {
            throw new RefusedException("unsafe pickle: more than " + MAX_OPERATIONS + " operations");
        }
        switch (opcode) {
            case Opcodes.NONE -> stack.add(None.NONE);
            case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<Object, Object>());
            case Opcodes.SETITEM -> {
                Object value = stack.pop();
                Object key = stack.pop();
                put(dict(stack.peek()), key, value);
            }
            case Opcodes.SETITEMS -> {
                List<Object> items = stack.pop_all_since_marker();
                putAll(dict(stack.peek()), items);
            }
            case Opcodes.APPEND -> {
                Object value = stack.pop();
                list(stack.peek()).add(value);
            }
            case Opcodes.APPENDS -> {
                List<Object> items = stack.pop_all_since_marker();
                list(stack.peek()).addAll(items);
            }
            case Opcodes.BINUNICODE, Opcodes.BINSTRING -> stack.add(string(counted(readInt())));
            case Opcodes.SHORT_BINUNICODE, Opcodes.SHORT_BINSTRING -> stack.add(string(counted(bytes.read())));
            case Opcodes.BINBYTES -> stack.add(counted(readInt()));
            case Opcodes.SHORT_BINBYTES -> stack.add(counted(bytes.read()));
            case Opcodes.GLOBAL -> {
                String module = readLine();
                stack.add(global(module, readLine()));
            }
            case Opcodes.STACK_GLOBAL -> {
                String name = (String) stack.pop();
                stack.add(global((String) stack.pop(), name));
            }
            case Opcodes.REDUCE -> {
                Object[] arguments = (Object[]) stack.pop();
                stack.add(call(stack.pop(), arguments));
            }
            // An OrderedDict's state is PyTorch's version record of each module; weights do not depend on it.
            case Opcodes.BUILD -> {
                Object unused = stack.pop();
                if (!(stack.peek() instanceof Map<?, ?>) && stack.peek() != Inert.VALUE) {
                    throw new RefusedException("unsafe pickle: a state (" + unused.getClass().getSimpleName()
                            + ") is set on an object that takes none");
                }
            }
            case Opcodes.PROTO, Opcodes.STOP, Opcodes.MARK, Opcodes.POP, Opcodes.FRAME, Opcodes.MEMOIZE, Opcodes.BINPUT,
                    Opcodes.LONG_BINPUT, Opcodes.BINGET, Opcodes.LONG_BINGET, Opcodes.NEWTRUE, Opcodes.NEWFALSE,
                    Opcodes.BININT, Opcodes.BININT1, Opcodes.BININT2, Opcodes.LONG1, Opcodes.BINFLOAT,
                    Opcodes.EMPTY_LIST,
                    Opcodes.EMPTY_TUPLE, Opcodes.TUPLE, Opcodes.TUPLE1, Opcodes.TUPLE2, Opcodes.TUPLE3,
                    Opcodes.BINPERSID -> {
                return super.dispatch(opcode);
            }
            default -> throw new RefusedException(
                    String.format(Locale.ROOT, "unsafe pickle: operation 0x%02x at byte %d is not on the allow-list",
                            opcode,
                            bytes.position() - 1));
        }
        return NO_RETURN_VALUE;
    }

    private static Object global(String module, String name) {
        String full = module + "." + name;
        return switch (full) {
            case "collections.OrderedDict" -> Callable.ORDERED_DICT;
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> Callable.REBUILD_TENSOR;
            case "torch._utils._rebuild_parameter" -> Callable.REBUILD_PARAMETER;
            case "torch.Size" -> Callable.SIZE;
            case "torch.device", "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
                    "_codecs.encode" ->
                Callable.INERT;
            default -> {
                ElementType storage = module.equals("torch") ? ElementType.ofTorch(name) : null;
                if (storage == null) {
                    throw new RefusedException(
                            "unsafe pickle: global " + WeightFileException.shown(full) + " is not on the allow-list");
                }
                yield storage;
            }
        };
    }

    private Object call(@Nullable Object callee, Object[] arguments) {
        if (!(callee instanceof Callable callable)) {
            throw new RefusedException("unsafe pickle: a call of something that is not a function");
        }
        return switch (callable) {
            case INERT -> Inert.VALUE;
            case SIZE -> arguments[0];
            case REBUILD_PARAMETER -> (TensorRef) arguments[0];
            case REBUILD_TENSOR ->
                new TensorRef((StorageRef) arguments[0], integer(arguments[1]), integers(arguments[2]),
                        integers(arguments[3]));
            case ORDERED_DICT -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                if (arguments.length > 0) {
                    fromPairs(map, list(arguments[0]));
                }
                yield map;
            }
        };
    }

    /**
     * Python 2 wrote an OrderedDict as a list of pairs. Each pair counts as an operation: the list may be used many
     * times.
     */
    private void fromPairs(Map<Object, Object> map, List<Object> pairs) {
        operations += pairs.size();
        for (Object pair : pairs) {
            Object[] p = pair instanceof List<?> l && l.size() == 2 ? l.toArray() : (Object[]) pair;
            put(map, p[0], p[1]);
        }
    }

    @Override
    protected Object persistentLoad(Object pid) {
        Object[] p = (Object[]) pid;
        if (p.length < 5 || !"storage".equals(p[0]) || !(p[1] instanceof ElementType type)) {
            throw new RefusedException(
                    "not a state dict: it refers to " + WeightFileException.shown(p.length == 0 ? "" : p[0])
                            + " instead of a tensor's storage");
        }
        long length = integer(p[4]);
        boolean isView = p.length > 5 && p[5] instanceof Object[];
        Object[] view = isView ? (Object[]) p[5] : new Object[] {"", 0, length};
        StorageRef storage = new StorageRef(type, (String) p[2], length, integer(view[1]), integer(view[2]));
        StorageRef known = storages.putIfAbsent(storage.key(), storage);
        if (known != null && (known.type() != type || known.length() != length)) {
            throw new IllegalArgumentException(
                    "storage " + WeightFileException.shown(storage.key()) + " described in two ways");
        }
        return storage;
    }

    private static void putAll(Map<Object, Object> map, List<Object> items) {
        if (items.size() % 2 != 0) {
            throw new IllegalArgumentException("a key without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            put(map, items.get(i), items.get(i + 1));
        }
    }

    /** Containers are refused as keys: hashing nested ones takes time exponential in their depth. */
    private static void put(Map<Object, Object> map, Object key, Object value) {
        if (key instanceof Map<?, ?> || key instanceof List<?>) {
            throw new IllegalArgumentException("a container as a key");
        }
        map.put(key, value);
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> dict(Object o) {
        return (Map<Object, Object>) o;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object o) {
        return (List<Object>) o;
    }

    private static long integer(Object o) {
        if (o instanceof Integer || o instanceof Long) {
            return ((Number) o).longValue();
        }
        throw new IllegalArgumentException("expected an integer, got " + o.getClass().getSimpleName());
    }

    private static long[] integers(Object tuple) {
        Object[] values = (Object[]) tuple;
        long[] out = new long[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = integer(values[i]);
        }
        return out;
    }

    private int readInt() throws IOException {
        return bytes.read() | bytes.read() << 8 | bytes.read() << 16 | bytes.read() << 24;
    }

    private byte[] counted(int count) throws IOException {
        if (count < 0 || count > MAX_STRING) {
            throw new IllegalArgumentException("a string of " + Integer.toUnsignedString(count) + " bytes");
        }
        if (count > bytes.remaining()) {
            throw new EOFException("stops inside a pickle: " + count + " bytes wanted, " + bytes.remaining() + " left");
        }
        return bytes.readNBytes(count);
    }

    private static String string(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = bytes.read(); b != '\n'; b = bytes.read()) {
            if (line.length() == MAX_LINE) {
                throw new IllegalArgumentException("a name longer than " + MAX_LINE + " characters");
            }
            line.append((char) b);
        }
        return line.toString();
    }

    /** A pickle that does what is not allowed, as opposed to one that is damaged. */
    private static final class RefusedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }
}
