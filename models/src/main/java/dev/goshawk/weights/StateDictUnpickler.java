package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.weights.PickleValues.Function;
import dev.goshawk.weights.PickleValues.Opaque;
import dev.goshawk.weights.PickleValues.OpaqueClass;
import dev.goshawk.weights.PickleValues.Unknown;
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
 * Unpickles state dicts and the data saved with them. Both the operations and the globals of a pickle are on
 * allow-lists, and nothing is ever called: a pickle makes maps, lists, tuples (arrays), strings, numbers, {@link
 * TensorRef}s and {@link Opaque} values that are passed over.
 *
 * <p>The objects may contain each other and themselves, so they are never hashed, compared or printed, and no walk
 * follows them without bound: map keys are strings and numbers, entries with others are dropped. Memory is bounded by
 * the number of operations, since no operation here copies a container and every counted string is held against what
 * is left of the file.
 */
final class StateDictUnpickler extends Unpickler {
    private static final int MAX_OPERATIONS = 4_000_000;
    private static final int MAX_STRING = 1 << 16;
    private static final String REMEDY = "in PyTorch save the weights alone: torch.save(model.state_dict(), FILE)";
    private static final Opaque BYTES = new Opaque("bytes");
    private static final Opaque TEXT = new Opaque("text");
    private static final Opaque SET = new Opaque("set");

    /** Python's None: the Unpickler's own would be a null. */
    enum None {
        NONE
    }

    private final PickleStream bytes;
    private final Map<String, StorageRef> storages = new LinkedHashMap<>();
    private int operations;
    private @Nullable Unknown unknown;

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
        memo.clear();
        Object object;
        try {
            object = load(bytes);
        } catch (RefusedException e) {
            throw e;
        } catch (PickleException | IllegalArgumentException | IndexOutOfBoundsException | ClassCastException e) {
            throw new IllegalArgumentException("damaged pickle at byte " + bytes.position() + " (" + describe(e) + ")",
                    e);
        }
        if (unknown != null) {
            throw unsafe(unknown);
        }
        return object;
    }

    /** Every storage referred to so far, by key. */
    Map<String, StorageRef> storages() {
        return Collections.unmodifiableMap(storages);
    }

    private static String describe(RuntimeException e) {
        return switch (e) {
            case IndexOutOfBoundsException _ -> "stack underflow";
            case ClassCastException _ -> "an operand of the wrong type";
            default -> Printable.shown(e.getMessage());
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
            case Opcodes.EMPTY_SET -> stack.add(SET);
            case Opcodes.FROZENSET -> {
                stack.pop_all_since_marker();
                stack.add(SET);
            }
            case Opcodes.SETITEM -> {
                Object value = stack.pop();
                Object key = stack.pop();
                PickleValues.putAll(stack.peek(), List.of(key, value));
            }
            case Opcodes.SETITEMS -> {
                List<Object> items = stack.pop_all_since_marker();
                PickleValues.putAll(stack.peek(), items);
            }
            case Opcodes.APPEND -> {
                Object value = stack.pop();
                PickleValues.addAll(stack.peek(), List.of(value));
            }
            case Opcodes.APPENDS, Opcodes.ADDITEMS -> {
                List<Object> items = stack.pop_all_since_marker();
                PickleValues.addAll(stack.peek(), items);
            }
            case Opcodes.BINUNICODE, Opcodes.BINSTRING -> stack.add(text(bytes.readInt()));
            case Opcodes.SHORT_BINUNICODE, Opcodes.SHORT_BINSTRING -> stack.add(text(bytes.read()));
            case Opcodes.BINUNICODE8 -> stack.add(text(bytes.readLong()));
            case Opcodes.BINBYTES -> stack.add(skipped(bytes.readInt(), BYTES));
            case Opcodes.SHORT_BINBYTES -> stack.add(skipped(bytes.read(), BYTES));
            case Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> stack.add(skipped(bytes.readLong(), BYTES));
            case Opcodes.LONG4 -> stack.add(skipped(bytes.readInt(), new Opaque("long integer")));
            case Opcodes.GLOBAL -> {
                String module = bytes.readLine();
                stack.add(global(module, bytes.readLine()));
            }
            case Opcodes.STACK_GLOBAL -> {
                String name = (String) stack.pop();
                stack.add(global((String) stack.pop(), name));
            }
            case Opcodes.REDUCE -> {
                Object[] arguments = (Object[]) stack.pop();
                stack.add(call(stack.pop(), arguments));
            }
            case Opcodes.NEWOBJ -> {
                stack.pop();
                stack.add(newObject(stack.pop()));
            }
            case Opcodes.NEWOBJ_EX -> {
                stack.pop();
                stack.pop();
                stack.add(newObject(stack.pop()));
            }
            // An OrderedDict's state is PyTorch's version record of each module; weights do not depend on it.
            case Opcodes.BUILD -> {
                stack.pop();
                if (!(stack.peek() instanceof Map<?, ?> || stack.peek() instanceof Opaque)) {
                    throw new RefusedException("unsafe pickle: a state is set on a " + PickleValues.kind(stack.peek())
                            + ", which takes none");
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

    /** What is on no list is refused by the end at the latest: only its use tells what the file is. */
    private Object global(String module, String name) {
        Object global = PickleValues.of(module, name);
        if (unknown == null && global instanceof Unknown u) {
            unknown = u;
        }
        return global;
    }

    private static RefusedException unsafe(Unknown global) {
        return new RefusedException("unsafe pickle: global " + Printable.shown(global.name())
                + " is not on the allow-list; if the file is to be trusted, " + REMEDY);
    }

    private static RefusedException module(String name) {
        return new RefusedException("is a pickled module or other object (class " + Printable.shown(name)
                + "), not its weights; " + REMEDY);
    }

    private Object newObject(Object type) {
        if (type instanceof Unknown u) {
            throw stack.size() == 0
                    ? module(u.name())
                    : new RefusedException("unsafe pickle: it holds an object of class "
                            + Printable.shown(u.name())
                            + ", such as a module, which is not on the allow-list; if the file is to be trusted, "
                            + REMEDY);
        }
        return call(type, new Object[0]);
    }

    private Object call(@Nullable Object callee, Object[] arguments) {
        return switch (callee) {
            case Unknown u -> throw unsafe(u);
            case OpaqueClass c -> PickleValues.result(c);
            case Function f -> call(f, arguments);
            case null, default ->
                throw new RefusedException("unsafe pickle: a call of something that is not a function");
        };
    }

    private Object call(Function function, Object[] arguments) {
        return switch (function) {
            case SIZE -> arguments[0];
            case DEFAULT_DICT -> new LinkedHashMap<Object, Object>();
            case REBUILD_PARAMETER -> arguments[0] instanceof TensorRef ref ? ref : (Opaque) arguments[0];
            // A subclass of Tensor names the function that makes its tensor, and that one's arguments.
            case REBUILD_SUBCLASS -> arguments[0] == Function.REBUILD_TENSOR
                    || arguments[0] == Function.REBUILD_PARAMETER
                            ? call((Function) arguments[0], (Object[]) arguments[2])
                            : new Opaque("tensor of an unusual kind");
            case REBUILD_TENSOR ->
                TensorRef.of((StorageRef) arguments[0], arguments[1], arguments[2], arguments[3]);
            case REBUILD_TENSOR_V3 -> new Opaque(((OpaqueClass) arguments[6]).name() + " tensor");
            case ORDERED_DICT -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                if (arguments.length > 0) {
                    fromPairs(map, (List<?>) arguments[0]);
                }
                yield map;
            }
        };
    }

    /**
     * Python 2 wrote an OrderedDict as a list of pairs. Each pair counts as an operation: the list may be used many
     * times.
     */
    private void fromPairs(Map<Object, Object> map, List<?> pairs) {
        operations += pairs.size();
        for (Object pair : pairs) {
            Object[] p = pair instanceof List<?> l && l.size() == 2 ? l.toArray() : (Object[]) pair;
            PickleValues.put(map, p[0], p[1]);
        }
    }

    @Override
    protected Object persistentLoad(Object pid) {
        Object[] p = (Object[]) pid;
        if (p.length > 1 && "module".equals(p[0]) && p[1] instanceof Unknown u) {
            throw module(u.name());
        }
        if (p.length < 5 || !"storage".equals(p[0]) || !(p[1] instanceof ElementType type)) {
            throw new RefusedException(
                    "not a state dict: it refers to a " + (p.length == 0 ? "nothing" : PickleValues.kind(p[0]))
                            + " instead of a tensor's storage");
        }
        long length = TensorRef.integer(p[4]);
        boolean isView = p.length > 5 && p[5] instanceof Object[];
        Object[] view = isView ? (Object[]) p[5] : new Object[] {"", 0, length};
        StorageRef storage = new StorageRef(type, (String) p[2], length, TensorRef.integer(view[1]),
                TensorRef.integer(view[2]));
        StorageRef known = storages.putIfAbsent(storage.key(), storage);
        if (known != null && (known.type() != type || known.length() != length)) {
            throw new IllegalArgumentException(
                    "storage " + Printable.shown(storage.key()) + " described in two ways");
        }
        return storage;
    }

    private Opaque skipped(long count, Opaque value) throws IOException {
        bytes.skipNBytes(bytes.require(count));
        return value;
    }

    /** A string longer than any name is passed over. */
    private Object text(long count) throws IOException {
        return count > MAX_STRING
                ? skipped(count, TEXT)
                : new String(bytes.readNBytes((int) bytes.require(count)), StandardCharsets.UTF_8);
    }

    /** A pickle that does what is not allowed, as opposed to one that is damaged. */
    private static final class RefusedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }
}
