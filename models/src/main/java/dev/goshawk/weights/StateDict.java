package dev.goshawk.weights;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds the state dict in what a checkpoint holds, and reads its tensors. */
final class StateDict {
    /** Where training scripts put the weights beside the epoch and the optimizer, tried in this order. */
    private static final List<String> NESTS = List.of("state_dict", "model_state_dict", "model", "net");
    private static final int MAX_NESTING = 3;
    /** Tensors may overlap (tied weights), but a file cannot stand for many times its own length. */
    private static final int MAX_EXPANSION = 8;

    /** Where the blocks of numbers are. */
    interface Storages {
        /** The whole block, of {@link StorageRef#bytes()} bytes from position 0. */
        ByteBuffer read(StorageRef storage) throws IOException;
    }

    private StateDict() {
    }

    static Weights read(Path file, long fileLength, Object pickled, Storages storages) throws IOException {
        Map<?, ?> dict = find(file, pickled);
        Map<String, TensorRef> kept = new LinkedHashMap<>();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        List<String> skipped = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            if (!(entry.getKey() instanceof String name) || !(entry.getValue() instanceof TensorRef ref)) {
                continue;
            }
            if (ref.storage().type().target() == null) {
                skipped.add(name);
                continue;
            }
            Shape shape;
            try {
                shape = ref.check();
            } catch (IllegalArgumentException e) {
                throw new WeightFileException(file, "tensor " + WeightFileException.shown(name) + " " + e.getMessage(),
                        e);
            }
            bytes += (long) shape.size() * ref.storage().type().bytes();
            if (bytes > MAX_EXPANSION * fileLength) {
                throw new WeightFileException(file,
                        "tensor " + WeightFileException.shown(name) + " brings the tensors to "
                                + bytes + " bytes, more than " + MAX_EXPANSION + " times the file's " + fileLength);
            }
            kept.put(name, ref);
            shapes.put(name, shape);
        }
        if (kept.isEmpty()) {
            throw new WeightFileException(file, "holds no tensors; its keys are " + keys(dict));
        }
        return new Weights(file.toString(), load(kept, shapes, storages), skipped, Map.of());
    }

    private static Map<?, ?> find(Path file, Object pickled) {
        if (!(pickled instanceof Map<?, ?> dict)) {
            throw new WeightFileException(file,
                    "expected a state dict, got a pickled " + pickled.getClass().getSimpleName());
        }
        for (int depth = 0; depth < MAX_NESTING; depth++) {
            Map<?, ?> inner = null;
            for (String nest : NESTS) {
                if (inner == null && dict.get(nest) instanceof Map<?, ?> m) {
                    inner = m;
                }
            }
            if (inner == null) {
                break;
            }
            dict = inner;
        }
        return dict;
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

    private static String keys(Map<?, ?> dict) {
        return WeightFileException.shown(dict.keySet().stream().filter(String.class::isInstance).limit(10)
                .map(Object::toString).collect(Collectors.joining(", ", "[", "]")));
    }
}
