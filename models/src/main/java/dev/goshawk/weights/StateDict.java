package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Finds the state dict in what a checkpoint holds, and reads its tensors. */
final class StateDict {
    /** Where training scripts put the weights among the epoch and the optimizer, tried in this order. */
    private static final List<String> NESTS = List.of("state_dict", "model_state_dict", "model", "net", "network",
            "module", "weights", "params", "ema", "model_ema", "state_dict_ema", "ema_state_dict");
    private static final int SHOWN = 4;
    private static final int MAX_NESTING = 3;
    /** Tensors may overlap (tied weights), but a file cannot stand for many times its own length. */
    private static final int MAX_EXPANSION = 8;

    /** Where the blocks of numbers are. */
    interface Storages {
        /** The whole block, of {@link StorageRef#bytes()} bytes from position 0. */
        ByteBuffer read(StorageRef storage) throws IOException;
    }

    private final Path file;
    private final boolean integers;
    private final List<String> notes = new ArrayList<>();
    private final Map<Map<?, ?>, Boolean> seen = new IdentityHashMap<>();

    private StateDict(Path file, boolean integers) {
        this.file = file;
        this.integers = integers;
    }

    static Weights read(Path file, boolean integers, long fileLength, Object pickled, Storages storages)
            throws IOException {
        return new StateDict(file, integers).read(fileLength, pickled, storages);
    }

    private Weights read(long fileLength, Object pickled, Storages storages) throws IOException {
        Map<?, ?> dict = find(pickled);
        Map<String, TensorRef> kept = new LinkedHashMap<>();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Map<String, String> stored = new LinkedHashMap<>();
        Map<String, String> skipped = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                continue;
            }
            if (entry.getValue() instanceof PickleValues.Opaque o) {
                skipped.put(name, PickleValues.kind(o));
            }
            if (!(entry.getValue() instanceof TensorRef ref)) {
                continue;
            }
            ElementType type = ref.storage().type();
            if ((integers ? type.number() : type.target()) == null) {
                skipped.put(name, type.shown());
                continue;
            }
            Shape shape;
            try {
                shape = ref.check();
            } catch (IllegalArgumentException e) {
                throw new WeightFileException(file, "tensor " + Printable.shown(name) + " " + e.getMessage(),
                        e);
            }
            bytes += (long) shape.size() * type.bytes();
            if (bytes > MAX_EXPANSION * fileLength) {
                throw new WeightFileException(file,
                        "tensor " + Printable.shown(name) + " brings the tensors to "
                                + bytes + " bytes, more than " + MAX_EXPANSION + " times the file's " + fileLength);
            }
            kept.put(name, ref);
            stored.put(name, type.shown());
            shapes.put(name, shape);
        }
        if (kept.isEmpty()) {
            throw new WeightFileException(file, "holds no tensors of floating numbers; " + entries(dict));
        }
        return new Weights(file.toString(), load(kept, shapes, storages), stored, skipped, Map.of(), notes);
    }

    private Map<?, ?> find(Object pickled) {
        if (pickled instanceof Map<?, ?> dict) {
            return inner(dict);
        }
        List<?> parts = pickled instanceof List<?> list
                ? list
                : pickled instanceof Object[] a ? Arrays.asList(a) : List.of();
        String kind = PickleValues.kind(pickled);
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Map<?, ?> dict && reachesTensors(dict, MAX_NESTING)) {
                notes.add("the weights are entry " + i + " of a " + kind + " of " + parts.size());
                return inner(dict);
            }
        }
        throw new WeightFileException(file, "expected a state dict, got a pickled " + kind
                + "; in PyTorch save the weights: torch.save(model.state_dict(), FILE)");
    }

    /** The dict under the usual keys, or under another where that is the only one with tensors. */
    private Map<?, ?> inner(Map<?, ?> outer) {
        Map<?, ?> dict = outer;
        for (int depth = MAX_NESTING; depth > 0; depth--) {
            List<String> under = nests(dict, depth);
            if (under.isEmpty() && !holdsTensors(dict)) {
                under = dict.entrySet().stream().filter(e -> e.getKey() instanceof String key
                        && !key.contains("optim") && e.getValue() instanceof Map<?, ?> m && holdsTensors(m))
                        .map(e -> (String) e.getKey()).toList();
                if (under.size() > 1) {
                    throw new WeightFileException(file, "holds several state dicts (" + listed(under)
                            + "); in PyTorch save one: torch.save(checkpoint["
                            + Printable.shown(under.getFirst()) + "], FILE)");
                }
                under.forEach(key -> notes.add("the weights are under " + Printable.shown(key)));
            } else if (under.size() > 1) {
                notes.add("the weights are taken from " + under.getFirst() + ", not from "
                        + listed(under.subList(1, under.size())));
            }
            if (under.isEmpty()) {
                break;
            }
            dict = (Map<?, ?>) Objects.requireNonNull(dict.get(under.getFirst()));
        }
        return dict;
    }

    private List<String> nests(Map<?, ?> dict, int depth) {
        return NESTS.stream().filter(nest -> dict.get(nest) instanceof Map<?, ?> m && reachesTensors(m, depth - 1))
                .toList();
    }

    private boolean reachesTensors(Map<?, ?> dict, int depth) {
        return holdsTensors(dict) || (depth > 0 && !nests(dict, depth).isEmpty());
    }

    /** Each dict is looked through once, however often others refer to it. */
    private boolean holdsTensors(Map<?, ?> dict) {
        Boolean known = seen.get(dict);
        if (known == null) {
            known = dict.entrySet().stream()
                    .anyMatch(e -> e.getKey() instanceof String && e.getValue() instanceof TensorRef);
            seen.put(dict, known);
        }
        return known;
    }

    /** Storage by storage, so that each is read once however the tensors share them. */
    private static Map<String, Tensor> load(Map<String, TensorRef> refs, Map<String, Shape> shapes, Storages storages)
            throws IOException {
        Map<String, List<String>> byStorage = refs.keySet().stream().collect(Collectors.groupingBy(
                name -> get(refs, name).storage().key(), LinkedHashMap::new, Collectors.toList()));
        Map<String, Tensor> loaded = new LinkedHashMap<>();
        for (List<String> names : byStorage.values()) {
            ByteBuffer block = storages.read(get(refs, names.getFirst()).storage());
            for (String name : names) {
                TensorRef ref = get(refs, name);
                StorageRef storage = ref.storage();
                int first = Math.toIntExact(storage.viewOffset() + ref.offset());
                loaded.put(name, storage.type().decode(block, first, get(shapes, name), ref.strides()));
            }
        }
        Map<String, Tensor> inFileOrder = new LinkedHashMap<>();
        refs.keySet().forEach(name -> inFileOrder.put(name, get(loaded, name)));
        return inFileOrder;
    }

    private static <V> V get(Map<String, V> map, String key) {
        V value = map.get(key);
        if (value == null) {
            throw new IllegalStateException(key);
        }
        return value;
    }

    private static String listed(List<String> names) {
        return names.stream().limit(SHOWN).map(Printable::shown).collect(Collectors.joining(", "))
                + (names.size() > SHOWN ? ", ..." : "");
    }

    private static String entries(Map<?, ?> dict) {
        List<String> entries = dict.entrySet().stream().filter(e -> e.getKey() instanceof String).limit(SHOWN + 1)
                .map(e -> Printable.shown(e.getKey()) + " (" + PickleValues.kind(e.getValue()) + ")")
                .toList();
        return entries.isEmpty() ? "it holds no names" : "its entries are " + listed(entries);
    }
}
